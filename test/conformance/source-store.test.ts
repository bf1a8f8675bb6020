/**
 * What every source store promises (`stores/store.ts`), whatever it reads. Another store is one more entry of
 * `STORES`: how tables of rows are put into it.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { decodeKey, encodeKey } from '../../ledger/key.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { Table } from '../../model/schema.ts'
import type { Cell, Row } from '../../model/types.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import type { KeyRange, SourceStore } from '../../stores/store.ts'
import { columnPlan, tablePlan } from '../support/plans.ts'

/** A table for a store to hold; cells in the order of the columns. */
interface Content {
  name: string
  columns: { name: string; declared: 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB' }[]
  /** Columns of the primary key; without one, rows may be equal. */
  key?: string[]
  rows: Row[]
}

interface Kind {
  name: string
  /** Puts the tables into a place of this kind that is gone after the test, and opens it. */
  hold(t: TestContext, tables: Content[]): SourceStore
}

const STORES: Kind[] = [
  { name: 'sqlite', hold: (t, tables) => holdInSqlite(t, tables, '') },
  {
    name: 'sqlite, rows in the order of their key',
    hold: (t, tables) => holdInSqlite(t, tables, 'WITHOUT ROWID'),
  },
]

function holdInSqlite(t: TestContext, tables: Content[], clause: string): SourceStore {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-conformance-'))
  const path = join(folder, 'app.db')
  const db = new Database(path)
  for (const { name, columns, key, rows } of tables) {
    const parts = columns.map(column => `${id(column.name)} ${column.declared}`)
    if (key) parts.push(`PRIMARY KEY (${key.map(id)})`)
    db.exec(`CREATE TABLE ${id(name)} (${parts}) ${key ? clause : ''}`)
    const insert = db.prepare(`INSERT INTO ${id(name)} VALUES (${columns.map(() => '?')})`)
    db.transaction(() => rows.forEach(row => void insert.run(row)))()
  }
  db.close()
  const store = openSqlite(path)
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return store
}

const id = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A plan that asks for all columns as they are. */
function planOf(table: Table, wide: boolean): TablePlan {
  const columns = table.columns.map(({ name }) => columnPlan(name, { kind: 'text' }, { wide }))
  return tablePlan(table.name, columns, { access: table.access, sourceSql: table.sql })
}

/** Bounds stand in the ledger between the day they are made and the day they are read. */
const travelled = (key: Cell[]): Cell[] => decodeKey(encodeKey(key))

/** The ranges of chunks of that size, which lie within another. */
function rangesOf(store: SourceStore, plan: TablePlan, size: number, within: KeyRange = {}): KeyRange[] {
  const inner = [...store.bounds(plan, size, within)].map(travelled)
  const ends = [within.after, ...inner, within.upTo]
  return ends.slice(1).map((upTo, i) => {
    const after = ends[i]
    return { ...(after && { after }), ...(upTo && { upTo }) }
  })
}

/** The rows of each chunk, as a run reads them: bounds first, then a range for each. */
const chunksOf = (store: SourceStore, plan: TablePlan, size: number): Row[][] =>
  rangesOf(store, plan, size).map(range => [...store.read(plan, range)].flat())

/** The same where each of the chunks was cut anew before it was read. */
const cutAnew = (store: SourceStore, plan: TablePlan, size: number, again: number): Row[][] =>
  rangesOf(store, plan, size)
    .flatMap(range => rangesOf(store, plan, again, range))
    .map(range => [...store.read(plan, range)].flat())

/** Cells that compare: bytes by their content, numbers of both kinds by their value. */
const shown = (row: Row): string => row.map(cell => `${kindOf(cell)}:${printed(cell)}`).join('|')
const kindOf = (cell: Cell) =>
  cell instanceof Uint8Array ? 'bytes' : typeof cell === 'bigint' ? 'number' : typeof cell
const printed = (cell: Cell) =>
  cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : String(cell)

const COLUMNS: Content['columns'] = [
  { name: 'place', declared: 'TEXT' },
  { name: 'no', declared: 'INTEGER' },
  { name: 'share', declared: 'REAL' },
  { name: 'picture "raw"', declared: 'BLOB' },
]
const ROWS: Row[] = [
  ['Łódź', 1, 0.1, Buffer.from([0, 255])],
  ['', 2, -1e300, Buffer.alloc(0)],
  ['🦆 \t\n', 3, 5e-324, null],
  ['Łódź', null, null, Buffer.from('Łódź')],
  ['z', Number.MAX_SAFE_INTEGER, 2.5, null],
]
const mixed: Content = { name: 'mixed "up"', columns: COLUMNS, rows: [...ROWS, ROWS[0]!] }
const counted: Content = {
  name: 'counted',
  columns: [{ name: 'id', declared: 'INTEGER' }, ...COLUMNS],
  key: ['id'],
  rows: Array.from({ length: 1003 }, (_, i) => [i * 7 - 500, ...ROWS[i % 5]!]),
}
const composed: Content = {
  name: 'composed',
  columns: COLUMNS.slice(0, 3),
  key: ['place', 'no'],
  rows: Array.from({ length: 500 }, (_, i) => [`place ${i % 13}`, i, i / 3]),
}
const empty: Content = { name: 'empty', columns: COLUMNS, rows: [] }
const CONTENTS = [mixed, counted, composed, empty]

for (const kind of STORES) {
  suite(kind.name, () => {
    const tableOf = (store: SourceStore, name: string) => store.describe().tables.find(t => t.name === name)!

    test('describes its tables, columns and keys by their names', t => {
      const store = kind.hold(t, CONTENTS)
      const { tables, others, engine } = store.describe()
      assert.ok(engine)
      assert.deepEqual(others, [])
      assert.deepEqual(tables.map(table => table.name).sort(), CONTENTS.map(c => c.name).sort())
      for (const { name, columns, key } of CONTENTS) {
        const table = tableOf(store, name)
        assert.deepEqual(
          table.columns.map(c => [c.name, c.declared]),
          columns.map(c => [c.name, c.declared]),
        )
        assert.deepEqual(table.primaryKey?.columns, key)
      }
    })

    test('reads every cell as it is', t => {
      const store = kind.hold(t, CONTENTS)
      for (const { name, rows } of CONTENTS) {
        const read = [...store.read(planOf(tableOf(store, name), false), {})].flat()
        assert.deepEqual(read.map(shown).sort(), rows.map(shown).sort(), name)
      }
    })

    test('keeps integers of 64 bits where the plan says that they are wide', t => {
      const rows: Row[] = [[-(2n ** 63n)], [2n ** 63n - 1n], [2n ** 53n + 1n], [0n]]
      const store = kind.hold(t, [{ name: 'far', columns: [{ name: 'n', declared: 'INTEGER' }], rows }])
      const read = [...store.read(planOf(tableOf(store, 'far'), true), {})].flat()
      assert.deepEqual(read.map(shown).sort(), rows.map(shown).sort())
    })

    for (const size of [1, 2, 7, 100, 1003, 5000]) {
      test(`chunks of ${size} rows hold each row once, in the order of the whole`, t => {
        const store = kind.hold(t, CONTENTS)
        for (const { name, rows } of CONTENTS) {
          const plan = planOf(tableOf(store, name), false)
          const chunks = chunksOf(store, plan, size)
          const whole = [...store.read(plan, {})].flat()
          assert.deepEqual(chunks.flat().map(shown), whole.map(shown), name)
          assert.equal(whole.length, rows.length, name)
          for (const chunk of chunks.slice(0, -1)) assert.ok(chunk.length > 0, `${name} has an empty chunk`)
        }
      })
    }

    for (const [size, again] of [
      [100, 7],
      [500, 1],
      [7, 100],
      [1003, 334],
    ] as const) {
      test(`chunks of ${size} rows cut into ${again}: each row once, none empty, as large as asked for`, t => {
        const store = kind.hold(t, CONTENTS)
        for (const { name } of CONTENTS) {
          const plan = planOf(tableOf(store, name), false)
          const chunks = cutAnew(store, plan, size, again)
          assert.deepEqual(chunks.flat().map(shown), [...store.read(plan, {})].flat().map(shown), name)
          if (plan.access.by === 'whole' || chunks.length === 1) continue
          for (const { length } of chunks) assert.ok(length > 0 && length <= again, `${name}: ${length} rows`)
        }
      })
    }

    test('a chunk can be read again and is the same', t => {
      const store = kind.hold(t, [counted])
      const plan = planOf(tableOf(store, 'counted'), false)
      const ends = [...store.bounds(plan, 100)]
      assert.deepEqual([...store.bounds(plan, 100)], ends)
      const range = { after: ends[3]!, upTo: ends[4]! }
      const read = () => [...store.read(plan, range)].flat().map(shown)
      assert.deepEqual(read(), read())
      assert.equal(read().length, 100)
    })

    test('keys of any kind: chunks hold each row once', t => {
      const cell = fc.oneof(fc.integer(), fc.string({ unit: 'grapheme', maxLength: 5 }))
      const keys = fc.uniqueArray(fc.tuple(cell, cell), {
        selector: key => JSON.stringify(key),
        maxLength: 40,
      })
      fc.assert(
        fc.property(keys, fc.integer({ min: 1, max: 50 }), (rows, size) => {
          const columns: Content['columns'] = [
            { name: 'a', declared: 'BLOB' },
            { name: 'b', declared: 'BLOB' },
          ]
          const valid = rows.filter(row =>
            row.every(c => typeof c === 'number' || (c as string).isWellFormed()),
          )
          const store = kind.hold(t, [{ name: 'k', columns, key: ['a', 'b'], rows: valid }])
          const chunks = chunksOf(store, planOf(tableOf(store, 'k'), false), size)
          assert.deepEqual(chunks.flat().map(shown).sort(), valid.map(shown).sort())
          const smaller = cutAnew(store, planOf(tableOf(store, 'k'), false), size, 1 + (size >> 1))
          assert.deepEqual(smaller.flat().map(shown).sort(), valid.map(shown).sort())
        }),
        { numRuns: 40 },
      )
    })

    test('the scan counts what is there', t => {
      const store = kind.hold(t, CONTENTS)
      for (const { name, columns, rows } of CONTENTS) {
        let heard = 0
        const facts = store.scan(tableOf(store, name), count => (heard = Math.max(heard, count)))
        assert.equal(facts.rows, rows.length, name)
        assert.ok(heard <= rows.length)
        columns.forEach((column, i) => {
          const cells = rows.map(row => row[i]!)
          const { counts, name: found } = facts.columns[i]!
          assert.equal(found, column.name)
          assert.equal(counts.null, cells.filter(c => c === null).length)
          assert.equal(counts.text, cells.filter(c => typeof c === 'string').length)
          assert.equal(counts.blob, cells.filter(c => c instanceof Uint8Array).length)
          assert.equal(counts.integer + counts.real, cells.filter(c => typeof c === 'number').length)
        })
      }
    })

    test('a reader may stop in the middle, and the store is closed once and for all', t => {
      const store = kind.hold(t, [counted])
      const plan = planOf(tableOf(store, 'counted'), false)
      for (const batch of store.read(plan, {})) {
        assert.ok(batch.length > 0)
        break
      }
      assert.equal([...store.read(plan, {})].flat().length, 1003)
      store.close()
      store.close()
      assert.throws(() => [...store.read(plan, {})])
    })
  })
}
