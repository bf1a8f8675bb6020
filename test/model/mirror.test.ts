import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mirrored, rowNumberOf } from '../../model/mirror.ts'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'

const column = (name: string, target: string, given: Partial<ColumnPlan> = {}): ColumnPlan => ({
  ...{ name, target, type: { kind: 'text' }, notNull: false, wide: false, why: '' },
  ...given,
})

const INTEGER = { type: { kind: 'integer', bits: 32 }, declared: 'INTEGER' } as const

function table(columns: ColumnPlan[], given: Partial<TablePlan> = {}): TablePlan {
  return {
    ...{ name: 'app.users', target: { schema: 'main', name: 'app_users' }, action: 'create', columns },
    ...{ origin: { schema: 'app', name: 'users' }, access: { by: 'ctid' }, key: [], uniques: [], checks: [] },
    ...{ indexes: [], statistics: [], foreignKeys: [], rows: 1, bytes: 1, sourceSql: '' },
    ...given,
  }
}

test('names are swapped, the key is in those of the file, and what is read of PostgreSQL goes along', () => {
  const plan = table(
    [column('Id', 'id', INTEGER), column('span', 'span', { read: 't."span"::pg_catalog.text' })],
    {
      key: ['Id'],
      primaryKey: { columns: ['id'] },
      checks: [{ name: 'c', expression: 'id > 0' }],
    },
  )
  const there = mirrored(plan)
  assert.deepEqual([there.name, there.target], ['app_users', { schema: 'app', name: 'users' }])
  assert.deepEqual(
    there.columns.map(({ name, target, read }) => [name, target, read]),
    [
      ['id', 'Id', undefined],
      ['span', 'span', 't."span"::pg_catalog.text'],
    ],
  )
  assert.deepEqual([there.key, there.primaryKey?.columns, there.checks], [['id'], ['Id'], []])
  assert.deepEqual(there.access, { by: 'rowid', name: 'id' })
  assert.equal(rowNumberOf(plan)?.name, 'Id')
})

test('a table without a number of its own is read by the one that SQLite gives, under a name that is free', () => {
  const access = (...columns: ColumnPlan[]) => mirrored(table(columns)).access
  assert.deepEqual(access(column('a', 'a')), { by: 'rowid', name: 'rowid' })
  assert.deepEqual(access(column('a', 'RowId')), { by: 'rowid', name: '_rowid_' })
  assert.deepEqual(access(column('a', 'rowid'), column('b', '_rowid_'), column('c', 'oid')), { by: 'whole' })
})

test('a table that was there is read as it was described', () => {
  const there = { by: 'key' as const, columns: ['b'] }
  assert.deepEqual(mirrored(table([column('a', 'b')], { action: 'append', there })).access, there)
})

test('only the whole key of one integer column is the row number, and only in a table that the run makes', () => {
  const columns = [column('a', 'a', INTEGER), column('b', 'b', INTEGER)]
  assert.equal(rowNumberOf(table(columns, { primaryKey: { columns: ['a', 'b'] } })), undefined)
  assert.equal(rowNumberOf(table(columns, { primaryKey: { columns: ['a'] }, action: 'append' })), undefined)
  assert.equal(rowNumberOf(table([column('a', 'a')], { primaryKey: { columns: ['a'] } })), undefined)
})
