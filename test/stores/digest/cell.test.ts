/** Cells of SQLite as they stand: from the pages or as values they are hashed the same, and every class is another cell. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { TablePlan } from '../../../model/plan.ts'
import type { Cell } from '../../../model/types.ts'
import { digestFor } from '../../../stores/digest/digester.ts'
import { digestSource } from '../../../stores/digest/source.ts'
import { openSqlite } from '../../../stores/sqlite/store.ts'

const CELLS: Cell[] = [
  ...[null, 0n, 1n, -1n, 2n ** 53n + 1n, -(2n ** 63n), 0.5, 5, -1e300, Number.POSITIVE_INFINITY],
  ...['', '5', 'a\0b', 'é😀', 'x'.repeat(5000), Buffer.from('5'), Buffer.from([]), Buffer.alloc(5000, 7)],
]
const NAMES = ['i', 'r', 't', 'b', 'n']

const TABLE: TablePlan = {
  ...{ name: 'x', target: { schema: 'main', name: 'x' }, action: 'create', key: [], rows: 0, bytes: 0 },
  ...{ uniques: [], checks: [], indexes: [], statistics: [], foreignKeys: [], sourceSql: '' },
  access: { by: 'rowid', name: 'rowid' },
  columns: NAMES.map(name => ({
    ...{ name, target: name, type: { kind: 'cell' }, notNull: false, wide: true, why: '' },
  })),
}

test('from the pages and as values they give one digest', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'longhaul-cells-')), 'x.db')
  const db = new Database(path)
  db.exec('CREATE TABLE x (i INTEGER, r REAL, t TEXT, b BLOB, n NUMERIC)')
  const add = db.prepare('INSERT INTO x VALUES (?, ?, ?, ?, ?)')
  for (const cell of CELLS) add.run(cell, cell, cell, cell, cell)
  db.close()
  const store = openSqlite(path)
  const nothing = () => {}
  const raw = store.readRaw(TABLE, {})
  assert.notEqual(raw, undefined)
  const fromPages = digestSource(store, TABLE, {}, nothing).digest
  const fromValues = digestSource({ read: store.read, readRaw: () => undefined }, TABLE, {}, nothing).digest
  store.close()
  assert.equal(fromPages.count, CELLS.length)
  assert.equal(fromPages.equals(fromValues), true)
})

test('no two of different classes are the same', () => {
  const one = { ...TABLE, columns: TABLE.columns.slice(0, 1) }
  const digests = CELLS.map(cell => {
    const digester = digestFor(one, 'source')
    digester.add([[cell]])
    return digester.digest.hex
  })
  assert.equal(new Set(digests).size, CELLS.length)
})
