/** What the writers write, the readers give back: storage class and all. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FileFormat, FileOptions } from '../../../model/files/options.ts'
import type { SqliteCell } from '../../../stores/files/writer.ts'
import { place, read, table, write } from './support.ts'

const DECLARED = [
  'INTEGER',
  'BOOLEAN',
  'REAL',
  'TEXT',
  'VARCHAR(9)',
  'BLOB',
  '',
  'NUMERIC(5,2)',
  'JSON',
  'DATE',
]

const tricky = fc.constantFrom(
  ...[
    '',
    'NULL',
    '\\N',
    '-5',
    '007',
    '1.50',
    '1.5',
    '10',
    'Infinity',
    '-0.0',
    '1e5',
    '\\x',
    '\\x00ff',
    '\\i:5',
  ],
  ...[
    '\\t:',
    "'=1",
    "''",
    '=1+1',
    '@x',
    '\tx',
    '\r',
    'a\r\nb',
    '"',
    'a"b',
    ',;|\t',
    '\uFEFFx',
    'x\0y',
    '😀',
    ' ',
  ],
  ...[
    '{"a": 1}',
    '[1,\n2]',
    '{"$bytes":"AA=="}',
    '{"$real":"Infinity"}',
    '{',
    '9223372036854775808',
    'true',
    'null',
  ],
)
const text = fc.oneof(
  tricky,
  fc.string({ unit: 'binary', maxLength: 8 }).filter(value => value.isWellFormed()),
)
const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const real = fc.oneof(fc.constantFrom(Infinity, -Infinity, -0, 0, 1e20), fc.double({ noNaN: true }))
const cell: fc.Arbitrary<SqliteCell> = fc.oneof(
  fc.constant(null),
  text,
  integer,
  fc.constantFrom(0n, 1n),
  real,
  fc.uint8Array({ maxLength: 6 }),
)

const WAYS: [FileFormat, FileOptions][] = [
  ['csv', {}],
  ['csv', { delimiter: ';', null: 'NULL', escapeFormulas: true }],
  ['csv', { delimiter: '\t', quote: "'", null: '\\N', header: false }],
  ['csv', { encoding: 'utf-16le', quote: '$', delimiter: ']' }],
  ['json', {}],
  ['json', { shape: 'array' }],
  ['json', { shape: 'lines' }],
  ['jsonl', {}],
]

for (const [format, options] of WAYS)
  test(`any cell in any column comes back: ${format} ${JSON.stringify(options)}`, async () => {
    const path = place(`round.${format}`)
    const rows = fc.array(fc.tuple(...DECLARED.map(() => cell)), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(rows, async cells => {
        const head = table('round', Object.fromEntries(DECLARED.map((declared, i) => [`c,${i}`, declared])))
        await write(format, path, options, [[head, cells]])
        const found = await read(format, path, options, [head])
        assert.deepEqual(found.bad, [])
        same(found.rows.round ?? [], cells)
      }),
      { numRuns: 30 },
    )
  })

/** A whole number in a column that holds integers alone may come as a number: it is the integer. */
function same(found: unknown[][], cells: SqliteCell[][]): void {
  assert.equal(found.length, cells.length)
  for (const [i, row] of cells.entries())
    for (const [j, value] of row.entries()) {
      const whole = j === 0 && Number.isSafeInteger(value) && !Object.is(value, -0)
      const [expected, got] = [whole ? BigInt(value as number) : value, found[i]![j]]
      const isSame =
        expected instanceof Uint8Array
          ? got instanceof Uint8Array && Buffer.compare(got, expected) === 0
          : Object.is(got, expected)
      assert.ok(isSame, `${String(value)} in a column ${DECLARED[j]} came back as ${String(got)}`)
    }
}

test('a table of one column keeps its NULLs and its empty texts', async () => {
  const head = table('one', { only: 'TEXT' })
  const rows = [[null], [''], ['x'], [null]]
  await write('csv', place('one.csv'), {}, [[head, rows]])
  assert.deepEqual((await read('csv', place('one.csv'), {}, [head])).rows.one, rows)
  assert.deepEqual((await read('csv', place('one.csv'))).rows.one, rows)
})

test('ordinary data looks ordinary to other programs', async () => {
  const head = table('people', {
    id: 'INTEGER',
    name: 'TEXT',
    score: 'REAL',
    ok: 'BOOLEAN',
    born: 'DATE',
    doc: 'JSON',
  })
  const rows: SqliteCell[][] = [
    [1n, 'Zoë, "Z"', 1.5, 1n, '2001-02-03', '{"a": 1.50}'],
    [2n, '', null, 0n, null, null],
  ]
  await write('csv', place('people.csv'), {}, [[head, rows]])
  assert.equal(
    readFileSync(place('people.csv'), 'utf8'),
    'id,name,score,ok,born,doc\n1,"Zoë, ""Z""",1.5,1,2001-02-03,"{""a"": 1.50}"\n2,"",,0,,\n',
  )
  await write('json', place('people.json'), {}, [
    [head, rows],
    [table('none', { id: 'INTEGER' }), []],
  ])
  assert.deepEqual(JSON.parse(readFileSync(place('people.json'), 'utf8')), {
    people: [
      { id: 1, name: 'Zoë, "Z"', score: 1.5, ok: true, born: '2001-02-03', doc: { a: 1.5 } },
      { id: 2, name: '', score: null, ok: false, born: null, doc: null },
    ],
    none: [],
  })
})

test('a file is there when it is whole, for its owner alone, and a writer that stops leaves nothing', async () => {
  const head = table('kept', { id: 'INTEGER' })
  await write('csv', place('kept.csv'), {}, [[head, [[1n]]]])
  assert.equal(statSync(place('kept.csv')).mode & 0o777, 0o600)
  const { openWriter } = await import('../../../stores/files/open.ts')
  const writer = openWriter('json', place('half.json'), {}, { title: '', source: '', takenAt: '', run: '' })
  await writer.table(head)
  await writer.rows([[1n]])
  await writer.abort()
  const left = readdirSync(dirname(place('x'))).filter(name => name.includes('half'))
  assert.deepEqual(left, [])
})

test('formulas get an apostrophe, which is taken off again', async () => {
  const head = table('f', { '@a': 'TEXT', n: 'INTEGER' })
  await write('csv', place('f.csv'), { escapeFormulas: true }, [[head, [['=1+1', -5n]]]])
  assert.equal(readFileSync(place('f.csv'), 'utf8'), "'@a,n\n'=1+1,-5\n")
  const { columns, rows } = await read('csv', place('f.csv'), { escapeFormulas: true })
  assert.deepEqual([columns.f, rows.f], [['@a', 'n'], [['=1+1', '-5']]])
})

test('an encoding that lacks a character is refused', async () => {
  const head = table('euro', { a: 'TEXT' })
  await write('csv', place('euro.csv'), { encoding: 'windows-1252' }, [[head, [['€']]]])
  await assert.rejects(
    write('csv', place('euro.csv'), { encoding: 'iso-8859-1' }, [[head, [['€']]]]),
    /iso-8859-1 does not have all characters/,
  )
  await assert.rejects(write('json', place('euro.json'), { encoding: 'utf-16' }, []), /UTF-8 alone/)
})
