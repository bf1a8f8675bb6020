import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import type { ColumnFacts } from '../../model/assessment.ts'
import { type AboutColumn, chooseType, type TypeChoice } from '../../model/choose-type.ts'
import { fits } from '../../model/fits.ts'
import type { TypesMode } from '../../model/plan-request.ts'
import { parseType, showType } from '../../model/type-text.ts'
import type { Cell } from '../../model/types.ts'
import { converter } from '../../stores/convert.ts'
import { encoderFor } from '../../stores/postgres/encode.ts'
import { Writer } from '../../stores/postgres/writer.ts'
import { describe } from '../../stores/sqlite/describe.ts'
import { scan } from '../../stores/sqlite/scan.ts'
import { facts } from './world.ts'

/** A column `c` of such a declaration, with these values in SQL, as the scan sees it. */
function column(declared: string, values: string, fill?: (db: Database.Database) => void): AboutColumn {
  const db = new Database(':memory:')
  try {
    db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, c ${declared})`)
    if (values)
      db.exec(`INSERT INTO t (c) VALUES ${values.replace(/(^|; )/g, '$1(').replaceAll('; ', '), ')})`)
    fill?.(db)
    const table = describe(db).tables[0]!
    return { table: 't', column: table.columns[1]!, facts: scan(db, table, () => undefined).columns[1]! }
  } finally {
    db.close()
  }
}

function choose(about: AboutColumn, types: TypesMode, accept: string[] = []): TypeChoice {
  return chooseType(about, { types, accept })
}

/** Type, and codes of findings that are no notes, with `?` where consent is asked for and `!` where it refuses. */
function outcome({ type, findings }: TypeChoice): string[] {
  const marks = { refused: '!', consent: '?', incomplete: '-', warning: '', note: '' }
  const said = findings.filter(({ severity, code }) => severity !== 'note' || code === 'upgraded')
  return [showType(type), ...said.map(({ severity, code }) => code + marks[severity])]
}

const INF = '9e999'
const NUL = "'a' || char(0) || 'b'"
const BROKEN = "CAST(x'4dfc6c' AS TEXT)"
const UUID = "'6f9619ff-8b86-d011-b42d-00cf4fc964ff'"
const HEX = "'6F9619ff8b86d011b42d00cf4fc964ff'"
const BYTES16 = "x'6f9619ff8b86d011b42d00cf4fc964ff'"
const UNLIKE = 'values-unlike-declared'

/** Declaration, values (`;` between them), and what comes out of them by default. */
const INFERRED: [declared: string, values: string, type: string, ...codes: string[]][] = [
  ['INTEGER', '', 'bigint'],
  ['INTEGER', 'NULL', 'bigint'],
  ['INT', '-9223372036854775808; 9223372036854775807', 'bigint'],
  ['INT', '3000000000', 'bigint'],
  ['UNSIGNED BIG INT', '0', 'bigint'],
  ['INTEGER', '1.5', 'numeric', UNLIKE],
  ['INTEGER', `1; ${INF}`, 'double precision', UNLIKE],
  ['INTEGER', "1; 'N/A'", 'text', UNLIKE],
  ['INTEGER', "x'01'", 'bytea', UNLIKE],
  ['INTEGER', "1; x'01'", 'bytea', 'classes-merge?'],
  ['INTEGER', "'abc'; 5; 2.5; x'aa'", 'bytea', 'classes-merge?'],
  ['ANY', `1; '1'; x'31'; 1.5; NULL; ''; ${INF}`, 'bytea', 'classes-merge?'],
  ['BOOLEAN', '0; 1; NULL', 'boolean'],
  ['bool', '', 'boolean'],
  ['BOOLEAN', '0; 2', 'bigint', UNLIKE],
  ['BOOLEAN', "'true'; 'No'", 'text', 'truth-as-words'],
  ['BOOLEAN', "0; 'yes'", 'text', 'truth-as-words'],
  ['BOOLEAN', "0; 'maybe'", 'text', UNLIKE],
  ['REAL', '0.1; -1e300; 5e-324', 'double precision'],
  ['REAL', '7', 'double precision'],
  ['REAL', `0.5; ${INF}; -${INF}`, 'double precision'],
  ['REAL', "0.5; 'n/a'", 'text', UNLIKE],
  ['NUMERIC', '1; 0.5', 'numeric'],
  ['NUMERIC', `0.5; ${INF}`, 'double precision', UNLIKE],
  ['NUMERIC', `9007199254740993; ${INF}`, 'numeric', 'not-finite!'],
  ['DECIMAL(10,2)', '19.99; -0.5; 12345678.25', 'numeric(10,2)'],
  ['DECIMAL(10,2)', '0.125', 'numeric', UNLIKE],
  ['DECIMAL(10,2)', '123456789', 'numeric', UNLIKE],
  ['DECIMAL(10,2)', "'n/a'", 'text', UNLIKE],
  ['VARCHAR(3)', "'añ🦊'", 'varchar(3)'],
  ['VARCHAR(3)', "'abcd'", 'text', 'longer-than-declared'],
  ['NATIVE CHARACTER(70)', '', 'varchar(70)'],
  ['CHAR(99999999)', '', 'text'],
  ['TEXT', `${UUID}`, 'text'],
  ['TEXT', `'{"a": 1}'`, 'text'],
  ['TEXT', "'2024-01-01'; '17'; ''", 'text'],
  ['TEXT', "x'00'", 'bytea', UNLIKE],
  ['TEXT', "'a'; x'00ff'", 'bytea', 'mixed-text-and-blob?'],
  ['TEXT', NUL, 'text', 'nul-in-text!'],
  ['TEXT', BROKEN, 'text', 'invalid-utf8!'],
  ['BLOB', "x''; x'00'", 'bytea'],
  ['BLOB', "'text'", 'text', UNLIKE],
  ['BLOB', "'text'; x'00'", 'bytea', 'mixed-text-and-blob?'],
  ['VARBINARY(16)', '', 'bytea'],
  ['DATETIME', "'2024-02-29 23:59:59'; '2024-01-01T00:00:00.5'", 'timestamp'],
  ['DATETIME', "'2024-01-01 00:00:00Z'; '2024-01-01T00:00:00+00:00'", 'timestamptz'],
  ['DATETIME', "'2024-01-01 00:00:00Z'; '2024-01-01 00:00:00+02:00'", 'timestamptz', 'offset-becomes-utc?'],
  ['DATETIME', "'2024-01-01 00:00:00Z'; '2024-01-01 00:00:00'", 'text', 'some-have-offset'],
  ['DATETIME', "'2024-01-01'", 'date', UNLIKE],
  ['DATETIME', "'2024-01-01'; '2024-01-01 00:00:00'", 'text', 'time-spelling'],
  ['DATETIME', "'2024-01-01 10:30'", 'text', 'time-spelling'],
  ['DATETIME', "'0000-01-01 00:00:00'", 'text', UNLIKE],
  ['DATETIME', "'10000-01-01 00:00:00'", 'text', UNLIKE],
  ['DATETIME', "'-0044-03-15 12:00:00'", 'text', UNLIKE],
  ['DATETIME', "'2016-12-31 23:59:60'", 'text', UNLIKE],
  ['DATETIME', "'2024-01-01 24:00:00'", 'text', UNLIKE],
  ['DATETIME', "'1900-01-01 00:00:00+00:19:32'", 'text', UNLIKE],
  ['DATETIME', "'2024-01-01 00:00:00.1234567'", 'text', UNLIKE],
  ['DATETIME', "'yesterday'", 'text', UNLIKE],
  ['TIMESTAMP', '0; 1700000000', 'bigint', 'epoch-as-integer'],
  ['TIMESTAMP', '1700000000123', 'bigint', 'epoch-as-integer'],
  ['DATETIME', '5; 99999999999999999', 'bigint', 'epoch-as-integer'],
  ['DATETIME', '2460000.5; 2460001.25', 'double precision', 'julian-as-number'],
  ['DATETIME', '0.5; 1e300', 'double precision', UNLIKE],
  ['DATETIME', "1700000000; 'never'", 'text', UNLIKE],
  ['TIMESTAMP WITH TIME ZONE', "'2024-01-01 00:00:00'", 'timestamp', UNLIKE],
  ['TIMESTAMPTZ', '', 'timestamptz'],
  ['DATE', "'2024-02-29'; '0001-01-01'", 'date'],
  ['DATE', "'2023-02-29'", 'text', UNLIKE],
  ['DATE', "'2024-01-01 00:00:00'", 'timestamp', UNLIKE],
  ['DATE', '19000', 'bigint', 'epoch-as-integer'],
  ['TIME', "'23:59:59.999999'", 'time'],
  ['TIME', "'12:30'; '12:30:15'", 'text', 'time-spelling'],
  ['TIME', "'24:00:00'", 'text', UNLIKE],
  ['JSON', `'{"b": 1, "a": [1.50]}'`, 'jsonb'],
  ['JSON', `'{"a": 1, "a": 2}'`, 'json', UNLIKE],
  ['JSON', `'"\\u0000"'; '"\\ud800"'`, 'json', UNLIKE],
  ['JSON', `'{a: 1}'`, 'text', UNLIKE],
  ['JSON', '1', 'bigint', UNLIKE],
  ['UUID', `${UUID}; upper(${UUID})`, 'uuid'],
  ['UUID', HEX, 'uuid'],
  ['UUID', BYTES16, 'uuid'],
  ['UUID', `${UUID}; ${HEX}`, 'text', UNLIKE],
  ['UUID', `${UUID}; ${BYTES16}`, 'bytea', 'mixed-text-and-blob?'],
  ['UUID', "x'00'", 'bytea', UNLIKE],
  ['INET', "'10.0.0.1'; '10.0.0.0/8'; '::1'", 'inet'],
  ['INET', "'10.0.0.1/32'", 'text', UNLIKE],
  ['INET', "'localhost'", 'text', UNLIKE],
  ['', '', 'text'],
  ['', '1; 2', 'bigint'],
  ['', '1.5', 'double precision'],
  ['', '1; 0.5', 'numeric'],
  ['', `${INF}`, 'double precision'],
  ['', "'2024-01-01 00:00:00'", 'text'],
  ['', "1; 'one'", 'text'],
  ['', "1; '1'", 'text', 'classes-merge?'],
  ['', "2; '1.5'", 'text'],
  ['', "0.5; '1.5'", 'text', 'classes-merge?'],
  ['', "1; '01'", 'text'],
  ['', "x'01'", 'bytea'],
  ['', "'a'; x'01'", 'bytea', 'mixed-text-and-blob?'],
  ['', "1; 'a'; x'01'", 'bytea', 'classes-merge?'],
  ['STRING', '1; 2', 'bigint'],
]

test('the narrowest type that holds every value, guided by the declaration', async t => {
  for (const [declared, values, ...wanted] of INFERRED) {
    await t.test(`${declared || 'nothing declared'} with ${values || 'no values'} → ${wanted}`, () => {
      const about = column(declared, values)
      const choice = choose(about, 'inferred')
      assert.deepEqual(outcome(choice), wanted)
      const held = choice.conversion !== undefined || fits(choice.type, about.facts) === undefined
      assert.equal(held, !choice.findings.some(({ severity }) => severity === 'refused'))
    })
  }
})

const OPTIMIZED: [declared: string, values: string, type: string, ...codes: string[]][] = [
  ['TEXT', UUID, 'uuid', 'upgraded'],
  ['VARCHAR(32)', `${HEX}; NULL`, 'uuid', 'upgraded'],
  ['TEXT', `${UUID}; ${HEX}`, 'text'],
  ['TEXT', `'{}'; '[1]'`, 'jsonb', 'upgraded'],
  ['TEXT', `'{"a": 1, "a": 2}'; '[]'`, 'json', 'upgraded'],
  ['TEXT', `'{}'; '5'`, 'text'],
  ['TEXT', "'1'; 'true'", 'text'],
  ['TEXT', "'{}'; ''", 'text'],
  ['TEXT', "'10.0.0.1'", 'inet', 'upgraded'],
  ['TEXT', 'NULL', 'text'],
  ['TEXT', "'2024-01-01 00:00:00'", 'text'],
  ['BLOB', BYTES16, 'bytea'],
  ['INTEGER', "1; 'N/A'", 'text', UNLIKE],
]

test('optimized: JSON, UUIDs and addresses out of texts, where all of them are such', async t => {
  for (const [declared, values, ...wanted] of OPTIMIZED) {
    await t.test(`${declared} with ${values} → ${wanted}`, () => {
      assert.deepEqual(outcome(choose(column(declared, values), 'optimized')), wanted)
    })
  }
})

test('by declaration only: values that do not fit are refused, and the remedy names a type that holds them', () => {
  const choice = choose(column('INTEGER', '1.5'), 'declared')
  assert.deepEqual(outcome(choice), ['bigint', 'values-do-not-fit!'])
  assert.match(choice.findings[0]?.remedy ?? '', /t: \{ columns: \{ c: \{ type: double precision \} \} \}/)
  assert.deepEqual(outcome(choose(column('INTEGER', '1'), 'declared')), ['bigint'])
})

test('numbers of a column of times become times where that was accepted by name', () => {
  const cases: [values: string, accept: string, type: string, conversion?: string][] = [
    ['0; 1700000000', 'epoch-as-timestamp:t.c', 'timestamptz', 'epoch-seconds'],
    ['1700000000123', 'epoch-as-timestamp', 'timestamptz', 'epoch-milliseconds'],
    ['2460000.5', 'julian-as-timestamp:t.c', 'timestamptz', 'julian-day'],
    ['1700000000', 'epoch-as-timestamp:t.other', 'bigint'],
    ['1700000000', 'all-listed', 'bigint'],
    ['5; 99999999999999999', 'epoch-as-timestamp', 'bigint'],
  ]
  for (const [values, accept, type, conversion] of cases) {
    const choice = choose(column('TIMESTAMP', values), 'inferred', [accept])
    assert.deepEqual([showType(choice.type), choice.conversion], [type, conversion], values)
    if (conversion) assert.equal(choice.findings[0]?.severity, 'consent')
  }
})

test('findings name the row by its key, and never the value', () => {
  const cases: [declared: string, values: string, example: string][] = [
    ['INTEGER', "1; 2; 'secret'", 'id = 3'],
    ['TEXT', `'x'; ${NUL}`, 'id = 2'],
    ['TEXT', `'x'; 'y'; ${BROKEN}`, 'id = 3'],
    ['DATETIME', "'2024-01-01 00:00:00'; 'secret'", 'id = 2'],
    ['', "1; 'secret'; '7'", 'id = 3'],
    ['TEXT', "'secret'; 'b'; x'00'", 'id = 3'],
  ]
  for (const [declared, values, example] of cases) {
    const { findings } = choose(column(declared, values), 'inferred')
    assert.equal(findings[0]?.example, example, values)
    assert.doesNotMatch(JSON.stringify(findings), /secret/)
  }
})

/** Declared types and values as they come, the one that fits most often among them. */
const DECLARED = fc.constantFrom(...new Set(INFERRED.map(([declared]) => declared)))
const text = fc.constantFrom(...new Set(INFERRED.flatMap(([, values]) => values.split('; ')).filter(Boolean)))
const anything = fc.oneof(
  text,
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value.toExponential()),
  fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String),
)

test('any values in any declaration: what is not refused, the encoder takes', () => {
  const modes = fc.constantFrom<TypesMode>('declared', 'inferred', 'optimized')
  fc.assert(
    fc.property(DECLARED, fc.array(anything, { maxLength: 4 }), modes, (declared, values, mode) => {
      let cells: Cell[] = []
      const about = column(declared, values.join('; '), db => {
        cells = db.prepare('SELECT c FROM t').pluck().safeIntegers().all() as Cell[]
      })
      const { type, conversion, findings } = choose(about, mode)
      if (findings.some(({ severity }) => severity === 'refused')) return
      const convert = conversion ? converter(conversion, type) : (cell: Cell) => cell
      const encode = encoderFor(type, { table: 't', column: 'c' })
      for (const cell of cells) encode(convert(cell), new Writer())
    }),
    { numRuns: 1500 },
  )
})

const integers = (min: number | string, max: number | string): ColumnFacts =>
  facts({ counts: { integer: 9 }, integers: [min, max] })
const texts = (formats: ColumnFacts['formats'], textChars = 9): ColumnFacts =>
  facts({ counts: { text: 9 }, formats, longest: { textBytes: textChars, textChars } })
const REALS = facts({ counts: { real: 9 } })

/** Type, values, and whether they fit. */
const FITS: [string, ColumnFacts, boolean][] = [
  ['jsonb', texts(['json']), true],
  ['jsonb', texts([]), false],
  ['jsonb', texts(['json-text']), false],
  ['json', texts(['json-text']), true],
  ['jsonb', integers(1, 1), false],
  ['uuid', texts(['uuid']), true],
  ['uuid', texts(['uuid-hex']), true],
  ['uuid', facts({ counts: { blob: 9 }, longest: { blobBytes: 16 } }), false],
  ['inet', texts(['inet']), true],
  ['boolean', integers(0, 1), true],
  ['boolean', integers(-1, 1), false],
  ['smallint', integers(-32_768, 32_767), true],
  ['smallint', integers(0, 32_768), false],
  ['integer', integers(0, 2_147_483_648), false],
  ['real', integers(0, 2 ** 24), true],
  ['real', REALS, false],
  ['varchar(3)', texts([], 3), true],
  ['varchar(3)', integers(-100, 100), false],
  ['varchar(4)', integers(-100, 100), true],
  ['varchar(9)', REALS, false],
  ['varchar(24)', REALS, true],
  ['text', facts({ counts: { real: 2 }, finite: false }), false],
  ['numeric(5,2)', integers(-999, 999), true],
  ['numeric(5,2)', integers(0, 1000), false],
  ['numeric(5,2)', REALS, false],
  ['timestamptz', texts(['timestamp']), false],
  ['timestamp', texts(['timestamptz']), false],
  ['bytea', texts([]), false],
  ['date', facts({ counts: { null: 9 } }), true],
]

test('what the facts cannot prove does not fit', async t => {
  for (const [name, values, wanted] of FITS) {
    await t.test(`${name} ${wanted ? 'holds' : 'does not hold'} ${show(values)}`, () => {
      const reason = fits(parseType(name)!, values)
      assert.equal(reason === undefined, wanted, reason)
    })
  }
})
test('types are read as PostgreSQL spells them, and print back', () => {
  for (const name of [
    'boolean',
    'smallint',
    'integer',
    'bigint',
    'real',
    'double precision',
    'numeric',
    'text',
  ]) {
    assert.equal(showType(parseType(name)!), name)
  }
  for (const name of [
    'numeric(10,2)',
    'varchar(40)',
    'bytea',
    'date',
    'time',
    'timestamp',
    'timestamptz',
    'jsonb',
  ]) {
    assert.equal(showType(parseType(name)!), name)
  }
  assert.equal(showType(parseType('  Timestamp  WITH time zone ')!), 'timestamptz')
  assert.equal(showType(parseType('DECIMAL( 5 )')!), 'numeric(5,0)')
  for (const wrong of [
    '',
    'toString',
    'varchar(0)',
    'text(5)',
    'numeric(2,3)',
    'numeric(1001)',
    'int(11)',
    'money',
  ]) {
    assert.equal(parseType(wrong), undefined, wrong)
  }
})

function show({ counts, integers: range, formats, decimals }: ColumnFacts): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0)
  const words = present.map(([name, count]) => `${count} ${name}`).join(' and ') || 'no values'
  return [words, range && `${range.min} to ${range.max}`, ...formats, decimals && `scale ${decimals.scale}`]
    .filter(Boolean)
    .join(', ')
}
