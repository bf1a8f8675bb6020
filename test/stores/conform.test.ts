/** What becomes of rows that do not fit, from a SQLite file up to what is kept of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../model/failure.ts'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import type { Cell, LogicalType, Row } from '../../model/types.ts'
import { type SetAside, withRowName } from '../../stores/conform.ts'
import { FittingRows } from '../../stores/fitting-rows.ts'
import { decodeRow } from '../../stores/original.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import { columnPlan, tablePlan } from '../support/plans.ts'
import { database } from './sqlite/files.ts'

const TEXT: LogicalType = { kind: 'text' }
const BIGINT: LogicalType = { kind: 'integer', bits: 64 }
const QUARANTINE: Partial<ColumnPlan> = { onError: { policy: 'quarantine' } }

/** All rows of `t` as they fit, and what was set aside. */
function conform(path: string, columns: ColumnPlan[], more: Partial<TablePlan> = {}) {
  const store = openSqlite(path)
  try {
    const found = store.describe().tables[0]!
    const table = tablePlan('t', columns, { access: found.access, ...more })
    const fitting = new FittingRows(table, store.read(withRowName(table), {}))
    const rows: Row[] = []
    const aside: SetAside[] = []
    while (!fitting.over) {
      for (const batch of fitting.rows()) rows.push(...batch)
      aside.push(...fitting.take())
    }
    const { read, quarantined, altered } = fitting
    return { rows, aside, counts: { read, quarantined, altered } }
  } finally {
    store.close()
  }
}

const told = ({ kind, key, column, reason }: SetAside) => [kind, key, column, reason]
const original = (entry: SetAside) => JSON.parse(Buffer.from(entry.original).toString())

test('a row that does not fit is set aside whole, under its key, the first reason first', t => {
  const path = database(
    t,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, s TEXT);
    INSERT INTO t VALUES (1, 5, 'a'), (2, 'N/A', 'b'), (3, 9223372036854775807, x'00ff'), (4, 2.5, 'it''s')`,
  )
  const { rows, aside, counts } = conform(
    path,
    [
      columnPlan('id', BIGINT),
      columnPlan('n', BIGINT, { ...QUARANTINE, wide: true }),
      columnPlan('s', TEXT, QUARANTINE),
    ],
    { key: ['id'] },
  )
  assert.deepEqual(rows, [[1, 5n, 'a']])
  assert.deepEqual(counts, { read: 4, quarantined: 3, altered: 0 })
  assert.deepEqual(aside.map(told), [
    ['quarantined', 'id = 2', 'n', 'does not fit bigint: it is no whole number'],
    ['quarantined', 'id = 3', 's', 'is no text'],
    ['quarantined', 'id = 4', 'n', 'does not fit bigint: it is no whole number that is exactly known'],
  ])
  assert.deepEqual(aside.map(original), [
    { id: 2, n: 'N/A', s: 'b' },
    { id: 3, n: { integer: '9223372036854775807' }, s: { base64: 'AP8=' } },
    { id: 4, n: 2.5, s: "it's" },
  ])
})

test('default: the value goes in its place, and the original cell is kept', t => {
  const path = database(
    t,
    `CREATE TABLE t (a TEXT, b TEXT, j TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
    INSERT INTO t VALUES ('x', 'y', '{"a":'), ('x', 'z', '{"a":1}')`,
  )
  const json: LogicalType = { kind: 'json', binary: true }
  const { rows, aside, counts } = conform(
    path,
    [
      columnPlan('a', TEXT),
      columnPlan('b', TEXT),
      columnPlan('j', json, { onError: { policy: 'default', value: '{}' } }),
    ],
    { key: ['a', 'b'] },
  )
  assert.deepEqual(rows, [
    ['x', 'y', '{}'],
    ['x', 'z', '{"a":1}'],
  ])
  assert.deepEqual(counts, { read: 2, quarantined: 0, altered: 1 })
  assert.deepEqual(aside.map(told), [
    ['altered', "(a, b) = ('x', 'y')", 'j', 'is no JSON that its type keeps'],
  ])
  assert.equal(original(aside[0]!), '{"a":')
})

test("a default that does not fit itself is the plan's mistake", t => {
  const path = database(t, 'CREATE TABLE t (n INT)')
  const column = columnPlan('n', BIGINT, { onError: { policy: 'default', value: 'none' } })
  assert.throws(
    () => conform(path, [column]),
    (e: unknown) => e instanceof Failure && e.code === 'usage',
  )
})

test('NULL in a column that holds none', t => {
  const path = database(t, `CREATE TABLE t (n INT); INSERT INTO t VALUES (1), (NULL)`)
  const { aside } = conform(path, [columnPlan('n', BIGINT, { ...QUARANTINE, notNull: true })])
  assert.deepEqual(aside.map(told), [['quarantined', 'rowid = 2', 'n', 'is NULL, and its column holds none']])
})

test('a row without a key is named by its row number, beyond 2^53 too, which is no column of it', t => {
  const path = database(
    t,
    `CREATE TABLE t (n INT); INSERT INTO t (rowid, n) VALUES (9007199254740993, 'x'), (3, 4)`,
  )
  const { rows, aside } = conform(path, [columnPlan('n', BIGINT, QUARANTINE)])
  assert.deepEqual(rows, [[4]])
  assert.deepEqual(
    aside.map(a => [a.key, original(a)]),
    [['rowid = 9007199254740993', { n: 'x' }]],
  )
})

/** A character, then what is no text: a byte that is no UTF-8, half of a surrogate pair. */
const DAMAGED = { 'UTF-8': '61ffd8', 'UTF-16le': '610000d8', 'UTF-16be': '0061d800' }

for (const encoding of ['UTF-8', 'UTF-16le', 'UTF-16be'] as const) {
  const path = (t: import('node:test').TestContext) =>
    database(
      t,
      `PRAGMA encoding = '${encoding}'; CREATE TABLE t (s);
      INSERT INTO t VALUES ('é\uFFFD'), (CAST(x'${DAMAGED[encoding]}' AS TEXT)), (char(0) || 'x'), (x'c3a9'), (x'ff')`,
    )

  test(`${encoding}: damaged texts are quarantined, whole ones arrive as they are`, t => {
    const { rows, aside } = conform(path(t), [columnPlan('s', TEXT, QUARANTINE)])
    assert.deepEqual(rows, [['é\uFFFD']])
    assert.deepEqual(
      aside.map(a => a.reason),
      [`is a text that is not valid ${encoding}`, 'holds a NUL character', 'is no text', 'is no text'],
    )
    assert.deepEqual(original(aside[0]!).s, { hex: DAMAGED[encoding], encoding })
  })

  test(`${encoding}: conversions of damaged texts and blobs`, t => {
    const all = (conversion: NonNullable<ColumnPlan['conversion']>, type: LogicalType) =>
      conform(path(t), [columnPlan('s', type, { conversion, ...QUARANTINE })])
    const bytes = all('text-as-bytes', { kind: 'bytes' })
    assert.equal(bytes.counts.quarantined, 0)
    assert.deepEqual(
      bytes.rows.map(([c]) => Buffer.from(c as Uint8Array).toString('hex')),
      ['c3a9efbfbd', DAMAGED[encoding], '0078', 'c3a9', 'ff'],
    )
    const texts = all('bytes-as-text', TEXT)
    assert.deepEqual(texts.rows, [['é\uFFFD'], ['é']])
    const stripped = all('strip-invalid', TEXT)
    assert.equal(stripped.rows.length, 2)
    assert.deepEqual(
      stripped.aside.find(a => a.kind === 'altered')?.reason,
      'held bytes that are no text, which were replaced',
    )
  })
}

test('a conversion alone: what it can make nothing of stops the run, and the value is not told', t => {
  const path = database(t, `CREATE TABLE t (b); INSERT INTO t VALUES ('yes'), ('perhaps-secret')`)
  const column = columnPlan('b', { kind: 'boolean' }, { conversion: 'truth-words' })
  assert.throws(
    () => conform(path, [column]),
    (e: unknown) =>
      e instanceof Failure && e.code === 'value' && !JSON.stringify(e.facts).includes('perhaps'),
  )
})

test('1,500 columns, all with a policy', t => {
  const names = Array.from({ length: 1500 }, (_, i) => `c${i}`)
  const path = database(
    t,
    `CREATE TABLE t (${names.join(', ')}); INSERT INTO t (c0, c1499) VALUES ('a', CAST(x'ff' AS TEXT)), ('é', 'ü')`,
  )
  const { rows, aside } = conform(
    path,
    names.map(name => columnPlan(name, TEXT, QUARANTINE)),
  )
  assert.deepEqual(
    rows.map(row => [row.length, row[0], row[1499]]),
    [[1500, 'é', 'ü']],
  )
  assert.deepEqual(
    aside.map(a => a.column),
    ['c1499'],
  )
})

test('originals can be made again, cell by cell', t => {
  const path = database(
    t,
    `CREATE TABLE t (a, b, c, d, e, f, "__proto__");
    INSERT INTO t VALUES ('x' || char(0), -9223372036854775808, -0.0, 9e999, x'', CAST(x'c0' AS TEXT), 1.5)`,
  )
  const names = ['a', 'b', 'c', 'd', 'e', 'f', '__proto__']
  const columns = names.map(name => columnPlan(name, TEXT, { ...QUARANTINE, wide: name === 'b' }))
  const { aside } = conform(path, columns)
  const cells = decodeRow(names, aside[0]!.original) as Cell[]
  assert.deepEqual(cells.slice(0, 2), ['x\0', -9223372036854775808n])
  assert.equal(cells[3], Number.POSITIVE_INFINITY)
  assert.deepEqual(Buffer.from(cells[4] as Uint8Array), Buffer.alloc(0))
  assert.deepEqual(Buffer.from(cells[5] as Uint8Array), Buffer.from([0xc0]))
  assert.equal(cells[6], 1.5)
})

test('room for what is set aside is bounded, whatever a chunk holds', t => {
  const path = database(
    t,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, n INT);
    INSERT INTO t SELECT value, 'none ' || hex(zeroblob(500)) FROM generate_series(1, 20000)`.replace(
      'generate_series(1, 20000)',
      '(WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s WHERE value < 20000) SELECT value FROM s)',
    ),
  )
  const store = openSqlite(path)
  t.after(() => store.close())
  const table = tablePlan('t', [columnPlan('id', BIGINT), columnPlan('n', BIGINT, QUARANTINE)], {
    access: { by: 'rowid', name: 'id' },
    key: ['id'],
  })
  const fitting = new FittingRows(table, store.read(withRowName(table), {}))
  let most = 0
  let total = 0
  while (!fitting.over) {
    for (const _ of fitting.rows()) assert.fail('none fits')
    const taken = fitting.take()
    total += taken.length
    const bytes = taken.reduce((sum, entry) => sum + entry.original.length, 0)
    most = Math.max(most, bytes)
  }
  assert.equal(total, 20_000)
  assert.ok(most < 8 * 1024 * 1024, String(most))
})

test('originals of rows with large values are held one by one, not a batch of them', t => {
  const path = database(
    t,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, b BLOB);
    WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 12)
    INSERT INTO t SELECT i, iif(i = 5, 5, 'none'), zeroblob(5000000) FROM s`,
  )
  const store = openSqlite(path)
  t.after(() => store.close())
  const columns = [
    columnPlan('id', BIGINT),
    columnPlan('n', BIGINT, QUARANTINE),
    columnPlan('b', { kind: 'bytes' }),
  ]
  const table = tablePlan('t', columns, { access: { by: 'rowid', name: 'id' }, key: ['id'] })
  const fitting = new FittingRows(table, store.read(withRowName(table), {}))
  const sizes: number[] = []
  const kept: unknown[] = []
  while (!fitting.over) {
    for (const rows of fitting.rows()) kept.push(...rows.map(([id]) => Number(id)))
    sizes.push(fitting.take().length)
  }
  assert.deepEqual(kept, [5])
  assert.equal(Math.max(...sizes), 1)
  assert.deepEqual([fitting.read, fitting.quarantined], [12, 11])
})
