/** Entries of an index from the pages of a file are what SQLite reads from the index, in its order. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Cell } from '../../../../model/types.ts'
import { cellOf } from '../../../../stores/raw-row.ts'
import { indexesToCheck, type PlainIndex } from '../../../../stores/sqlite/check-list.ts'
import { openSnapshot } from '../../../../stores/sqlite/open.ts'
import { entriesOf, mostOfKey } from '../../../../stores/sqlite/pages/index-tree.ts'
import { Pages } from '../../../../stores/sqlite/pages/pages.ts'
import { Payload } from '../../../../stores/sqlite/pages/payload.ts'
import { SqliteRecord } from '../../../../stores/sqlite/pages/record.ts'
import { database, failure, folder } from '../files.ts'
import { anyDatabase, make } from './any-database.ts'

const RUNS = Number(process.env.LONGHAUL_TEST_RUNS ?? 200)

function indexesIn(path: string): PlainIndex[] {
  const db = openSnapshot(path)
  const { plain } = indexesToCheck(db, 't')
  db.close()
  return plain
}

function entries(path: string, { root, parts }: PlainIndex): Cell[][] {
  const pages = new Pages(path)
  try {
    const record = new SqliteRecord(parts.length + 1)
    const payload = new Payload(pages, record, mostOfKey(pages))
    const found: Cell[][] = []
    for (const page of entriesOf(pages, root)) {
      for (let i = 0; i < page.count; i++) {
        assert.equal(page.read(i, payload), parts.length + 1)
        found.push(Array.from(record.kinds, (_, place) => cellOf(record, place)))
      }
    }
    return found
  } finally {
    pages.close()
  }
}

/** What the table holds, in the order of the index; numbers as JavaScript compares them. */
function expected(path: string, { parts }: PlainIndex): unknown[][] {
  const db = openSnapshot(path)
  const names = db.prepare<[], string>(`SELECT name FROM pragma_table_info('t')`).pluck().all()
  const keys = parts.map(({ place, collation, descending }) => ({
    name: names[place]!,
    order: `${names[place]} COLLATE ${collation} ${descending ? 'DESC' : 'ASC'}`,
  }))
  const rows = db
    .prepare<[], unknown[]>(`
      SELECT ${keys.map(({ name }) => name).join(', ')}, rowid FROM t NOT INDEXED
       ORDER BY ${keys.map(({ order }) => order).join(', ')}, rowid`)
    .raw()
    .safeIntegers()
    .all()
  db.close()
  return rows
}

const numeric = (cell: unknown) =>
  typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell

const plain = (row: unknown[]) =>
  row.map(cell => {
    if (cell instanceof Uint8Array) return Buffer.from(cell).toString('hex')
    // REAL columns keep small numbers without a fraction as integers.
    return typeof cell === 'number' || typeof cell === 'bigint' ? Number(numeric(cell)) + 0 : cell
  })

test('entries of any index are those of its table, in the order that SQLite has', t => {
  const path = join(folder(t), 'app.db')
  const property = fc.property(anyDatabase, any => {
    make(path, any)
    for (const index of indexesIn(path))
      assert.deepEqual(entries(path, index).map(plain), expected(path, index).map(plain))
  })
  fc.assert(property, { numRuns: RUNS })
})

test('keys of every length, in their page and over many', t => {
  for (const pageBytes of [512, 4096, 65_536]) {
    const path = database(
      t,
      `PRAGMA page_size = ${pageBytes}; CREATE TABLE t (c0);
       WITH RECURSIVE g (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM g WHERE i < 1500)
       INSERT INTO t SELECT printf('%.*c', i * ${pageBytes} / 512, char(97 + i % 26)) FROM g;
       CREATE INDEX i0 ON t (c0)`,
    )
    const [index] = indexesIn(path)
    assert.deepEqual(entries(path, index!).map(plain), expected(path, index!).map(plain))
  }
})

test('damaged pages of an index end in a failure or in entries, and in no time', t => {
  const path = join(folder(t), 'app.db')
  const flips = fc.array(fc.record({ at: fc.nat(), value: fc.nat(255) }), { minLength: 1, maxLength: 20 })
  const property = fc.property(anyDatabase, flips, (any, flips) => {
    make(path, any)
    const indexes = indexesIn(path)
    const bytes = readFileSync(path)
    for (const { at, value } of flips) {
      const page = any.pageBytes * Math.floor((at % bytes.length) / any.pageBytes)
      if (page > 0) bytes[at % 2 === 0 ? at % bytes.length : page + (at % 24)] = value
    }
    writeFileSync(path, bytes)
    for (const index of indexes) {
      try {
        assert.ok(read(path, index) < bytes.length)
      } catch (error) {
        assert.ok(failure('source', /the database is damaged/)(error), String((error as Error).stack))
      }
    }
  })
  fc.assert(property, { numRuns: RUNS })
})

/** How many entries there are, whatever is in them. */
function read(path: string, { root, parts }: PlainIndex): number {
  const pages = new Pages(path)
  try {
    const payload = new Payload(pages, new SqliteRecord(parts.length + 1), mostOfKey(pages))
    let count = 0
    for (const page of entriesOf(pages, root)) {
      for (let i = 0; i < page.count; i++) page.read(i, payload)
      count += page.count
    }
    return count
  } finally {
    pages.close()
  }
}
