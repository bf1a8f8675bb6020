import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type Database from 'better-sqlite3'
import fc from 'fast-check'
import type { ColumnFacts } from '../../../model/assessment.ts'
import { chooseType } from '../../../model/choose-type.ts'
import { Failure } from '../../../model/failure.ts'
import { showType } from '../../../model/type-text.ts'
import { encoderFor } from '../../../stores/postgres/encode.ts'
import { Writer } from '../../../stores/postgres/writer.ts'
import { openSqlite } from '../../../stores/sqlite/store.ts'
import { database } from './files.ts'

interface Look {
  fill?: (db: Database.Database) => void
  everyDigit?: boolean
}

/** Facts of the columns of `t`, and what they are made of in PostgreSQL with how many findings. */
function look(t: TestContext, sql: string, { fill, everyDigit = false }: Look = {}) {
  const store = openSqlite(database(t, sql, fill))
  try {
    const table = store.describe().tables[0]!
    return store
      .scan(table, () => undefined, everyDigit)
      .columns.map((facts, i) => {
        const about = { table: 't', column: table.columns[i]!, facts }
        const { type, findings } = chooseType(about, { types: 'inferred', accept: [] })
        return { facts, becomes: showType(type), findings: findings.length }
      })
  } finally {
    store.close()
  }
}

test('prices in a DECIMAL(10,2) become numeric(10,2), and nothing is said about it', t => {
  const [price] = look(
    t,
    `CREATE TABLE t (price DECIMAL(10,2)); INSERT INTO t VALUES (19.99), (7), (-0.5), ('100.10'), (NULL), (12345678.25)`,
  )
  assert.deepEqual(price!.facts.decimals, { integerDigits: 8, scale: 2 })
  assert.deepEqual([price!.becomes, price!.findings], ['numeric(10,2)', 0])
})

test('one value with too many digits, wherever it stands, and the type is wider', t => {
  for (const [column, where] of [
    ['DECIMAL(10,2)', 'WHERE id = 44000'],
    ['NUMBER(10,2)', 'WHERE id = 3'],
  ]) {
    const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, d ${column});
      WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 45000)
      INSERT INTO t SELECT i, i / 100.0 FROM g`
    assert.equal(look(t, sql)[1]!.becomes, 'numeric(10,2)')
    for (const value of ['0.125', '123456789.5', '1e-300']) {
      const [, found] = look(t, `${sql}; UPDATE t SET d = ${value} ${where}`)
      assert.deepEqual([found!.becomes, found!.findings], ['numeric', 1], value)
    }
  }
})

test('digits as they are written: exponents expanded, zeros of texts kept', t => {
  const of = (values: string): ColumnFacts['decimals'] =>
    look(t, `CREATE TABLE t (d); INSERT INTO t VALUES ${values}`, { everyDigit: true })[0]!.facts.decimals
  const cases: [values: string, digits: [number, number]][] = [
    ['(0.1)', [0, 1]],
    ['(1.5e21)', [22, 0]],
    ['(-1.25e-7)', [0, 9]],
    ['(5e-324)', [0, 324]],
    ['(1.7976931348623157e308)', [309, 0]],
    ['(4503599627370496.5), (0.25)', [16, 2]],
    ["('-0.50'), ('12.0'), ('7')", [2, 2]],
    ["('1' || printf('%.39d', 0)), (0.5)", [40, 1]],
  ]
  for (const [values, [integerDigits, scale]] of cases)
    assert.deepEqual(of(values), { integerDigits, scale }, values)
  for (const values of ["('N/A'), (0.5)", '(9e999), (0.5)', '(7)', '(NULL)'])
    assert.equal(of(values), undefined, values)
})

test('only columns that speak of decimals are looked at, if not all are asked for', t => {
  const sql = 'CREATE TABLE t (a REAL, b DECIMAL(5,1), c TEXT); INSERT INTO t VALUES (0.5, 0.5, 0.5)'
  const of = (everyDigit: boolean) => look(t, sql, { everyDigit }).map(({ facts }) => facts.decimals?.scale)
  assert.deepEqual(of(false), [undefined, 1, undefined])
  assert.deepEqual(of(true), [1, 1, 1])
})

test('any decimals: the encoder fills the digits that were counted, and no fewer would do', t => {
  const real = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.tuple(fc.integer(), fc.nat(12)).map(([number, shift]) => number / 10 ** shift),
  )
  const schemas = [
    'CREATE TABLE t (id INTEGER PRIMARY KEY, d)',
    'CREATE TABLE t (id INTEGER PRIMARY KEY, d) WITHOUT ROWID',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...schemas),
      fc.array(real, { minLength: 1, maxLength: 30 }),
      (sql, reals) => {
        const fill = (db: Database.Database) => {
          const insert = db.prepare('INSERT INTO t (id, d) VALUES (?, ?)')
          for (const [i, value] of reals.entries()) insert.run(i, value)
        }
        const { integerDigits, scale } = look(t, sql, { fill, everyDigit: true })[1]!.facts.decimals!
        assert.ok(reals.every(value => takes(integerDigits, scale, value)))
        if (integerDigits > 0) assert.ok(!reals.every(value => takes(integerDigits - 1, scale, value)))
        if (scale > 0) assert.ok(!reals.every(value => takes(integerDigits, scale - 1, value)))
      },
    ),
    { numRuns: 150 },
  )
})

function takes(integerDigits: number, scale: number, value: number): boolean {
  const type = { kind: 'numeric', precision: integerDigits + scale, scale } as const
  try {
    encoderFor(type, { table: 't', column: 'd' })(value, new Writer())
    return true
  } catch (error) {
    if (error instanceof Failure && error.code === 'value') return false
    throw error
  }
}
