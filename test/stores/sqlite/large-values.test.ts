/** Values that go in pieces arrive as they are, and count in the digest as if they had come as a whole. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { TablePlan } from '../../../model/plan.ts'
import type { LargeValue, LogicalType, Row } from '../../../model/types.ts'
import { digestFor } from '../../../stores/digest/digester.ts'
import { isLarge, LARGE } from '../../../stores/large.ts'
import { openSqlite } from '../../../stores/sqlite/store.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'
import { database, failure } from './files.ts'

/** Characters of one to four bytes in an odd rhythm, so that pieces end in the midst of some. */
const CHARACTERS = 'aé漢😀b'
const LONG = CHARACTERS.repeat(Math.ceil((LARGE + 1000) / Buffer.byteLength(CHARACTERS)))
const BYTES = Buffer.alloc(LARGE + 77, 'some bytes \0 and more')

const ROWS: Row[] = [
  [-5, 'short', null],
  [1, LONG, null],
  [2, null, BYTES],
  [3, LONG, BYTES],
  [9, '', new Uint8Array(0)],
]

const kinds: LogicalType[] = [{ kind: 'integer', bits: 64 }, { kind: 'text' }, { kind: 'bytes' }]

function planOf(access: TablePlan['access'], key: string[]): TablePlan {
  const columns = ['id', 't', 'b'].map((name, i) => columnPlan(name, kinds[i]!))
  const sizes = { rows: ROWS.length, bytes: 4 * LARGE, largestRow: 3 * LARGE }
  return tablePlan('large', columns, { access, key, ...sizes })
}

const WITH_ROWID = 'CREATE TABLE large (id INTEGER PRIMARY KEY, t TEXT, b BLOB)'
const byRowid = planOf({ by: 'rowid', name: 'id' }, ['id'])
const cases: [what: string, before: string, sql: string, plan: TablePlan][] = [
  ['by row number', '', WITH_ROWID, byRowid],
  [
    'by hidden row number',
    '',
    WITH_ROWID.replace('INTEGER PRIMARY KEY', 'INT'),
    planOf({ by: 'rowid', name: 'rowid' }, []),
  ],
  [
    'by key',
    '',
    'CREATE TABLE large (id INT, t TEXT, b BLOB, PRIMARY KEY (id DESC)) WITHOUT ROWID',
    planOf({ by: 'key', columns: ['id'] }, ['id']),
  ],
  ['in UTF-16le', "PRAGMA encoding = 'UTF-16le';", WITH_ROWID, byRowid],
  ['in UTF-16be', "PRAGMA encoding = 'UTF-16be';", WITH_ROWID, byRowid],
]

function made(t: TestContext, sql: string, rows = ROWS): string {
  return database(t, sql, db => {
    const insert = db.prepare('INSERT INTO large VALUES (?, ?, ?)')
    for (const row of rows) insert.run(...row)
  })
}

const whole = (value: LargeValue): string | Buffer => {
  const bytes = Buffer.concat([...value.pieces()])
  assert.equal(bytes.length, value.bytes)
  return value.kind === 'text' ? bytes.toString() : bytes
}

for (const [what, before, sql, plan] of cases) {
  test(`rows with large values, ${what}`, t => {
    const store = openSqlite(made(t, before + sql))
    t.after(() => store.close())
    const digester = digestFor(plan, 'source')
    const read: Row[] = []
    for (const batch of store.read(plan, {})) {
      digester.add(batch)
      for (const row of batch) for (const cell of row) if (isLarge(cell)) assert.ok(cell.bytes > LARGE)
      read.push(...batch.map(row => row.map(cell => (isLarge(cell) ? whole(cell) : cell)) as Row))
    }
    read.sort((a, b) => Number(a[0]) - Number(b[0]))
    // Of so many megabytes, what differs is not worth printing.
    for (const [i, row] of ROWS.entries())
      for (const [c, cell] of row.entries())
        assert.ok(
          cell instanceof Uint8Array
            ? Buffer.compare(cell, read[i]![c] as Buffer) === 0
            : cell === read[i]![c],
          `row ${i}, cell ${c}`,
        )
    const asWhole = digestFor({ ...plan, largestRow: 1 }, 'source')
    asWhole.add(ROWS)
    assert.ok(digester.digest.equals(asWhole.digest))
  })
}

test('a range of rows with large values', t => {
  const store = openSqlite(made(t, WITH_ROWID))
  t.after(() => store.close())
  const ids = [...store.read(byRowid, { after: [1], upTo: [3] })].flat().map(row => row[0])
  assert.deepEqual(ids, [2, 3])
})

test('the scan measures large texts', t => {
  for (const encoding of ['UTF-8', 'UTF-16le']) {
    const store = openSqlite(made(t, `PRAGMA encoding = '${encoding}'; ${WITH_ROWID}`))
    t.after(() => store.close())
    const { rows, columns } = store.scan(store.describe().tables[0]!, () => {})
    assert.equal(rows, 5)
    assert.deepEqual(columns[1]!.counts, { null: 1, integer: 0, real: 0, text: 4, blob: 0 })
    assert.deepEqual(columns[1]!.longest, {
      textBytes: Buffer.byteLength(LONG),
      textChars: [...LONG].length,
      blobBytes: 0,
    })
    assert.deepEqual(columns[1]!.unfit, { nul: 0, invalidUtf8: 0 })
    assert.equal(columns[2]!.longest.blobBytes, BYTES.length)
  }
})

test('a large JSON text keeps its format', t => {
  const json = JSON.stringify({ long: 'x'.repeat(LARGE) })
  const store = openSqlite(made(t, WITH_ROWID.replace('TEXT', 'JSON'), [[1, json, null]]))
  t.after(() => store.close())
  const [, column] = store.scan(store.describe().tables[0]!, () => {}, true).columns
  assert.ok(column!.formats.some(format => format.startsWith('json')))
})

test('a NUL and damage in a large text are counted, and damage stops the reading', t => {
  const damaged = Buffer.concat([Buffer.from(LONG), Buffer.from([0xf0, 0x9f]), Buffer.from('end')])
  const path = database(t, WITH_ROWID, db => {
    db.prepare('INSERT INTO large VALUES (1, CAST(? AS TEXT), NULL)').run(damaged)
    db.prepare('INSERT INTO large VALUES (2, CAST(? AS TEXT), NULL)').run(Buffer.from(`${LONG}\0 more`))
  })
  const store = openSqlite(path)
  t.after(() => store.close())
  const [, column] = store.scan(store.describe().tables[0]!, () => {}).columns
  assert.deepEqual(column!.unfit, { nul: 1, invalidUtf8: 1 })
  const digester = digestFor(byRowid, 'source')
  assert.throws(
    () => {
      for (const batch of store.read(byRowid, {})) digester.add(batch)
    },
    failure('value', /column "t": a text is not valid UTF-8/),
  )
})
