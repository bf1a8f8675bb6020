/** Rows from the pages of a file are what SQLite says they are, cell by cell. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { cellOf, RAW, type RawRow } from '../../../../stores/raw-row.ts'
import { accessByNumber } from '../../../../stores/sqlite/check-list.ts'
import { openSnapshot } from '../../../../stores/sqlite/open.ts'
import { layoutOf, rawRows } from '../../../../stores/sqlite/pages/raw-table.ts'
import type { RowRange } from '../../../../stores/sqlite/pages/tree.ts'
import { database, failure, folder } from '../files.ts'
import { anyDatabase, make } from './any-database.ts'

const RUNS = Number(process.env.LONGHAUL_TEST_RUNS ?? 200)

const ALL: RowRange = { after: Number.NEGATIVE_INFINITY, upTo: Number.POSITIVE_INFINITY }

const layoutIn = (db: ReturnType<typeof openSnapshot>) =>
  layoutOf(db, { name: 't', access: accessByNumber(db, 't') })

/** Rows of `t` as class and value of each cell; texts by their bytes. */
function rawCells(path: string, range = ALL): unknown[][] {
  const db = openSnapshot(path)
  const rows: unknown[][] = []
  for (const batch of rawRows(db, layoutIn(db)!, range)) {
    for (let i = 0; i < batch.count; i++) {
      const row = batch.row(i)
      rows.push([batch.rowid, ...Array.from(row.kinds, (_, place) => cellIn(row, place))])
    }
  }
  db.close()
  return rows
}

const NAMES = Object.keys(RAW)

function cellIn(row: RawRow, place: number): unknown[] {
  const kind = row.kinds[place]!
  const value =
    kind === RAW.text ? row.bytes.subarray(row.starts[place], row.ends[place]) : cellOf(row, place)
  return [NAMES[kind], value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value]
}

function sqliteCells(path: string, { after, upTo } = ALL): unknown[][] {
  const db = openSnapshot(path)
  const names = db.prepare<[], string>(`SELECT name FROM pragma_table_info('t')`).pluck().all()
  const cells = names.flatMap(name => [
    `typeof("${name}")`,
    `iif(typeof("${name}") IN ('text', 'blob'), CAST("${name}" AS BLOB), "${name}")`,
  ])
  const rows = db
    .prepare<unknown[], unknown[]>(`SELECT rowid, ${cells.join(', ')} FROM t ORDER BY rowid`)
    .raw()
    .safeIntegers()
    .all()
  db.close()
  return rows
    .map(([rowid, ...found]) => [
      Number(rowid),
      ...names.map((_, i) => [found[2 * i], found[2 * i + 1]].map(told)),
    ])
    .map(([rowid, ...found]) => [rowid, ...found.map(cell => asRaw(cell as unknown[]))])
    .filter(([rowid]) => (rowid as number) > after && (rowid as number) <= upTo)
}

const told = (value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)

function asRaw([type, value]: unknown[]): unknown[] {
  if (typeof value !== 'bigint') return [type, value]
  return Number.isSafeInteger(Number(value)) ? [type, Number(value)] : ['wide', value]
}

test('rows of any database are those that SQLite has', t => {
  const path = join(folder(t), 'app.db')
  const property = fc.property(anyDatabase, any => {
    make(path, any)
    assert.deepEqual(rawCells(path), sqliteCells(path))
  })
  fc.assert(property, { numRuns: RUNS })
})

test('a range has the rows above its beginning up to and with its end', t => {
  const path = database(
    t,
    `PRAGMA page_size = 512; CREATE TABLE t (a INTEGER PRIMARY KEY, b);
     WITH RECURSIVE g (i) AS (VALUES (-3000) UNION ALL SELECT i + 3 FROM g WHERE i < 3000)
     INSERT INTO t SELECT i, 'x' || i FROM g;
     INSERT INTO t VALUES (9007199254740991, 1), (-9007199254740991, 2); DELETE FROM t WHERE a BETWEEN 300 AND 900`,
  )
  const ends = [
    -Infinity,
    -9007199254740991,
    -3001,
    -3000,
    -2,
    0,
    299,
    600,
    901,
    3000,
    9007199254740990,
    Infinity,
  ]
  for (const after of ends) {
    for (const upTo of ends)
      assert.deepEqual(rawCells(path, { after, upTo }), sqliteCells(path, { after, upTo }))
  }
})

test('large values, many columns and an empty table', t => {
  const columns = Array.from({ length: 999 }, (_, i) => `c${i}`)
  for (const sql of [
    `CREATE TABLE t (a, b, c); INSERT INTO t VALUES (zeroblob(3000000), 'x', hex(randomblob(100000))), ('', x'', 1)`,
    `CREATE TABLE t (${columns.join(', ')}); INSERT INTO t VALUES (${columns.map((_, i) => `printf('%.*c', ${i % 90}, 'x')`)})`,
    'CREATE TABLE t (a)',
    'PRAGMA page_size = 65536; CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(65000)), (zeroblob(65500)), (zeroblob(65501))',
  ]) {
    const path = database(t, sql)
    assert.deepEqual(rawCells(path), sqliteCells(path))
  }
})

test('what is not a number in the bytes of a REAL is NULL', t => {
  const path = database(t, 'CREATE TABLE t (a); INSERT INTO t VALUES (2.5), (-0.0), (9e999)')
  const bytes = readFileSync(path)
  const place = Buffer.alloc(8)
  place.writeDoubleBE(2.5)
  bytes.writeDoubleBE(Number.NaN, bytes.indexOf(place))
  writeFileSync(path, bytes)
  assert.deepEqual(
    rawCells(path).map(([, cell]) => cell),
    [
      ['null', null],
      ['real', -0],
      ['real', Infinity],
    ],
  )
})

test('columns that came late have their defaults, also behind cells that fill pages', t => {
  const path = database(
    t,
    `CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(20000)), (NULL), ('x');
     ALTER TABLE t ADD COLUMN b REAL DEFAULT 5; ALTER TABLE t ADD COLUMN c DEFAULT 'late';
     INSERT INTO t VALUES (1, 2, 3); ALTER TABLE t ADD COLUMN d DEFAULT x'0102'; ALTER TABLE t ADD COLUMN e;
     ALTER TABLE t ADD COLUMN f INT DEFAULT 9223372036854775807`,
  )
  assert.deepEqual(rawCells(path), sqliteCells(path))
})

test('tables that cannot be read so are told from those that can', t => {
  const tables = {
    'CREATE TABLE t (a)': true,
    'CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (9007199254740991)': true,
    'CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (9007199254740992)': false,
    'CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (-9007199254740992)': false,
    'CREATE TABLE t (rowid, _rowid_, oid)': false,
    'CREATE TABLE t (a, b AS (a + 1))': false,
    'CREATE TABLE t (a, b AS (a + 1) STORED)': false,
    "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a)": false,
    'CREATE VIRTUAL TABLE t USING fts5 (a)': false,
  }
  for (const [sql, can] of Object.entries(tables)) {
    const db = openSnapshot(database(t, sql))
    assert.equal(layoutIn(db) !== undefined, can, sql)
    db.close()
  }
})

test('damaged pages end in a failure or in rows, and in no time', t => {
  const path = join(folder(t), 'app.db')
  const flips = fc.array(fc.record({ at: fc.nat(), value: fc.nat(255) }), { minLength: 1, maxLength: 20 })
  const property = fc.property(anyDatabase, flips, (any, flips) => {
    make(path, any)
    const bytes = readFileSync(path)
    const db = openSnapshot(path)
    const layout = layoutIn(db)!
    // Headers and pointers of pages are hit more often than what rows hold.
    for (const { at, value } of flips) {
      const page = any.pageBytes * Math.floor((at % bytes.length) / any.pageBytes)
      if (page > 0) bytes[at % 2 === 0 ? at % bytes.length : page + (at % 24)] = value
    }
    writeFileSync(path, bytes)
    try {
      let rows = 0
      for (const batch of rawRows(db, layout)) {
        for (let i = 0; i < batch.count; i++) batch.row(i)
        rows += batch.count
      }
      assert.ok(rows < bytes.length)
    } catch (error) {
      const isOfSqlite = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT')
      assert.ok(
        isOfSqlite || failure('source', /the database is damaged/)(error),
        String((error as Error).stack),
      )
    } finally {
      db.close()
    }
  })
  fc.assert(property, { numRuns: RUNS })
})

test('pages that point in circles are no tree without an end', t => {
  const path = database(
    t,
    `PRAGMA page_size = 512; CREATE TABLE t (a);
     WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 9000) INSERT INTO t SELECT i FROM g`,
  )
  const bytes = readFileSync(path)
  const db = openSnapshot(path)
  const layout = layoutIn(db)!
  const root = (layout.root - 1) * 512
  const read = () => Array.from(rawRows(db, layout), batch => batch.count)
  assert.ok(read().length > 100)
  // The last child of the root is the root.
  bytes.writeUInt32BE(layout.root, root + 8)
  writeFileSync(path, bytes)
  assert.throws(read, failure('source', /damaged/))
  db.close()
})
