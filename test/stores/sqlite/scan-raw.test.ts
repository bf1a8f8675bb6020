/** A scan of bytes and one through SQLite: two ways to the same facts. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import type { TableFacts } from '../../../model/assessment.ts'
import { formatsOf } from '../../../model/text-formats.ts'
import { LARGE } from '../../../stores/large.ts'
import { describe } from '../../../stores/sqlite/describe.ts'
import { scan } from '../../../stores/sqlite/scan.ts'
import { database } from './files.ts'

function scanFile(path: string): TableFacts {
  const db = new Database(path, { readonly: true })
  try {
    return scan(db, describe(db).tables[0]!, () => undefined, true)
  } finally {
    db.close()
  }
}

/** The same database in memory has no pages to be read past SQLite. */
function scanMemory(path: string): TableFacts {
  const file = new Database(path)
  const db = new Database(file.serialize())
  file.close()
  try {
    return scan(db, describe(db).tables[0]!, () => undefined, true)
  } finally {
    db.close()
  }
}

/** As they are written into artifacts, where −0 is 0. */
const written = (facts: TableFacts) => JSON.parse(JSON.stringify(facts)) as unknown

function agree(t: TestContext, sql: string, fill?: (db: Database.Database) => void): TableFacts {
  const path = database(t, sql, fill)
  const facts = scanFile(path)
  assert.deepEqual(written(facts), written(scanMemory(path)))
  return facts
}

const two = (most: number) => fc.nat(most).map(number => String(number).padStart(2, '0'))
const clock = fc.tuple(two(25), two(61), two(61)).map(parts => parts.join(':'))
const date = fc
  .tuple(fc.nat(9999), two(13), two(32))
  .map(([y, m, d]) => `${String(y).padStart(4, '0')}-${m}-${d}`)
const offset = fc.constantFrom('', 'Z', '+00:00', '-00:00', '+02:00', '+15:59', '+16:00', '+2:00', ' Z')
const fraction = fc.constantFrom('', '.5', '.123456', '.1234567', '.')
const times = fc.oneof(
  date,
  clock,
  fc.tuple(date, fc.constantFrom('T', ' ', '  ', 't'), clock, fraction, offset).map(parts => parts.join('')),
  fc.tuple(date, clock).map(([day, time]) => `${day} ${time.slice(0, 5)}`),
)
const json = fc.oneof(
  fc.json(),
  fc.jsonValue().map(value => JSON.stringify(value, null, 2)),
  fc.constantFrom(
    ...[
      '{"a":1,"a":2}',
      '{"a":1,"\\u0061":2}',
      '["\\u0000"]',
      '["\\ud800"]',
      '["\\ud83d\\ude00"]',
      '["\\u00e9"]',
    ],
    ...[
      '-0',
      '-0.0',
      '[1e5]',
      '[-0.5]',
      '[01]',
      '[1.]',
      '[.5]',
      '{"a"}',
      '[1,]',
      ' {} ',
      '\ufeff{}',
      '["\\x"]',
      '[1 2]',
    ],
    ...[
      'nul',
      'null',
      'true ',
      '"',
      '"a\nb"',
      '["é🦊"]',
      '',
      ' ',
      '[[',
      '1E400000',
      '[]]',
      '{"a":{"a":1},"b":[{"a":2}]}',
    ],
  ),
)
const decimal = fc.oneof(
  fc
    .tuple(fc.constantFrom('', '-', '+'), fc.stringMatching(/^\d{0,5}(\.\d{0,5})?$/))
    .map(parts => parts.join('')),
  fc.constantFrom(
    '0',
    '-0',
    '-0.00',
    '-0.01',
    '00',
    '0.',
    '.5',
    '1e5',
    '1'.repeat(60),
    `0.${'1'.repeat(70)}`,
  ),
)
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.nat(40)).map(parts => parts.join('/')),
  fc.constantFrom(
    '1.2.3.4/08',
    '::1.2.3.4',
    '::ffff:1.2.3.4',
    '1:2:3:4:5:6:1.2.3.4',
    '::1/64',
    '::1/128',
    '256.1.1.1',
    '01.1.1.1',
    '1.1.1',
  ),
)
const word = fc.constantFrom('true', 'FALSE', 'Yes', 'no', 'T', '0', '1', '2', 'ja', '\u0011', 'tru', 'offf')
const id = fc.oneof(
  fc.uuid(),
  fc.uuid().map(text => text.toUpperCase()),
  fc.uuid().map(text => text.replaceAll('-', '')),
  fc.uuid().map(text => text.replace('-', 'g')),
)
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\0', 'a\0', '\ufffd'),
)

const FORMS = [times, json, decimal, address, word, id, anything]
const bytes = fc.uint8Array({ maxLength: 40 }).map(found => Buffer.from(found))
const number = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.tuple(fc.integer(), fc.nat(6)).map(([whole, shift]) => whole / 10 ** shift),
)
/** Mostly one form, so that it lives for some rows. */
const columns = fc
  .constantFrom(...FORMS)
  .chain(form =>
    fc.array(
      fc.oneof(
        { arbitrary: form as fc.Arbitrary<unknown>, weight: 30 },
        { arbitrary: fc.constant(null), weight: 2 },
        { arbitrary: fc.oneof(...FORMS) as fc.Arbitrary<unknown>, weight: 1 },
        { arbitrary: number as fc.Arbitrary<unknown>, weight: 1 },
        { arbitrary: bytes as fc.Arbitrary<unknown>, weight: 1 },
      ),
      { maxLength: 12 },
    ),
  )
const numbers = fc.array(fc.option(number), { maxLength: 12 })

test('any values: both ways tell the same', t => {
  fc.assert(
    fc.property(
      fc.oneof(columns, numbers),
      fc.constantFrom('TEXT', 'REAL', 'DECIMAL(9,2)', 'JSON', 'BLOB', 'DATETIME NOT NULL DEFAULT 5'),
      (cells, declared) => {
        agree(t, `CREATE TABLE t (v ${declared.replace('NOT NULL', '')})`, db => {
          const insert = db.prepare('INSERT INTO t VALUES (?)')
          for (const cell of cells) insert.run(cell)
        })
      },
    ),
    { numRuns: 150 },
  )
})

test('damaged texts: both ways tell the same', t => {
  fc.assert(
    fc.property(fc.array(bytes, { minLength: 1, maxLength: 6 }), texts => {
      agree(t, 'CREATE TABLE t (v TEXT)', db => {
        const insert = db.prepare('INSERT INTO t VALUES (CAST(? AS TEXT))')
        for (const text of texts) insert.run(text)
      })
    }),
    { numRuns: 80 },
  )
})

test('each byte at each place of a text counts', t => {
  const parts = [
    'c3a9',
    'e2829f',
    'eda080',
    'edbfbf',
    'f09fa68a',
    'f4908080',
    'c080',
    'e08080',
    'f0808080',
    'ff',
    '80',
    '00',
    'e282',
    'f09fa6',
  ]
  const texts = parts.flatMap(part =>
    [0, 1, 2, 3, 4, 5, 6, 7].map(at => `${'61'.repeat(at)}${part}${'62'.repeat(7 - at)}`),
  )
  for (const text of texts)
    agree(t, `CREATE TABLE t (v TEXT); INSERT INTO t VALUES (CAST(x'${text}' AS TEXT))`)
})

test('large values: both ways tell the same', t => {
  const long = 'é🦊'.repeat(LARGE / 4)
  for (const texts of [
    [long],
    [JSON.stringify([long])],
    [`["${long}`],
    ['{}', JSON.stringify([long]), 'x'],
    ['short', `[${long}]`, `${long}\0`],
    ['1'.repeat(LARGE + 1)],
  ]) {
    agree(t, 'CREATE TABLE t (v TEXT, b BLOB)', db => {
      for (const text of texts) db.prepare('INSERT INTO t VALUES (?, ?)').run(text, Buffer.from(text))
    })
  }
  const damaged = Buffer.concat([Buffer.from(long), Buffer.from([0xf0, 0x9f]), Buffer.from('end')])
  agree(
    t,
    'CREATE TABLE t (v TEXT)',
    db => void db.prepare('INSERT INTO t VALUES (CAST(? AS TEXT))').run(damaged),
  )
})

test('columns that were added later, and rows in all of their numbers', t => {
  const { rows } = agree(
    t,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a REAL); INSERT INTO t VALUES (-9007199254740991, 1), (9007199254740991, 9007199254740993);
     ALTER TABLE t ADD COLUMN b TEXT DEFAULT '2024-01-01'; ALTER TABLE t ADD COLUMN c DEFAULT 1.5;
     INSERT INTO t VALUES (1, 2.5, '2024-01-02', NULL)`,
  )
  assert.equal(rows, 3)
})

test('the widest row of a table with very many columns', t => {
  const names = Array.from({ length: 400 }, (_, i) => `c${i}`)
  const texts = [
    '5',
    '2.5',
    "'short'",
    `'${'é'.repeat(22)}'`,
    `'${'é'.repeat(23)}'`,
    `'${'é'.repeat(24)}'`,
    'zeroblob(23)',
    'zeroblob(24)',
  ]
  const odd = [`'a' || char(0) || 'bcd'`, `CAST(x'80808041ffff' AS TEXT)`, `CAST(x'c3808080' AS TEXT)`]
  for (const value of [...texts, ...odd, '9007199254740993']) {
    const { widest } = agree(
      t,
      `CREATE TABLE t (${names}); INSERT INTO t (c0) VALUES (1), (NULL);
       INSERT INTO t VALUES (${names.map((_, i) => (i % 7 === 0 ? 'NULL' : value))})`,
    )
    assert.ok(widest! > 0)
  }
})

test('forms of texts do not depend on what was read before', () => {
  fc.assert(
    fc.property(fc.oneof(...FORMS), fc.oneof(...FORMS), (text, other) => {
      const found = formatsOf(text)
      formatsOf(other)
      assert.deepEqual(formatsOf(text), found)
    }),
  )
})
