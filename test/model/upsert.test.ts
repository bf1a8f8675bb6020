/** By which key rows go to those that are there, what becomes of these, and what is refused before. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, type TableFacts, takingOf } from '../../model/judge-rollback.ts'
import { showPlan } from '../../model/show-plan.ts'
import type { ExistingColumn, ExistingTable } from '../../model/target.ts'
import { existing, existingColumn, planOf, said } from './world.ts'

const SQL = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT);
  INSERT INTO users VALUES (1, 'a', 'Ada'), (2, 'b', NULL)`

const ID = existingColumn('id', 'bigint', { type: { kind: 'integer', bits: 64 }, notNull: true })
const CODE = existingColumn('code', 'text', { type: { kind: 'text' }, notNull: true })
const NAME = existingColumn('name', 'character varying(9)', { type: { kind: 'text', maxLength: 9 } })
const KEYS = { primaryKey: ['id'], uniques: [['code']], hasRows: true }

const planned = (
  given: Partial<ExistingTable>,
  columns: ExistingColumn[] = [ID, CODE, NAME],
  wish: Parameters<typeof planOf>[1] = {},
) =>
  planOf(SQL, {
    ifExists: 'upsert',
    ...wish,
    target: { tables: [existing('users', columns, given)], ...wish.target },
  })
const tableOf = (...given: Parameters<typeof planned>) => planned(...given).what.tables[0]!
const keyOf = (...given: Parameters<typeof planned>) => tableOf(...given).upsert?.key.map(({ name }) => name)

test('the key is one of the target that the source keeps unique as well', () => {
  assert.deepEqual(tableOf(KEYS).upsert, {
    conflict: 'overwrite',
    key: [{ name: 'id', type: 'bigint' }],
    sets: [
      { name: 'id', type: 'bigint' },
      { name: 'code', type: 'text' },
      { name: 'name', type: 'varchar(9)' },
    ],
  })
  assert.deepEqual(keyOf({ ...KEYS, primaryKey: ['name'] }, [ID, CODE, { ...NAME, notNull: true }]), ['code'])
  assert.deepEqual(keyOf({ uniques: [['id', 'code'], ['code']], hasRows: true }), ['code'])
  assert.deepEqual(keyOf({ uniques: [['id', 'code']], hasRows: true }), ['id', 'code'])
  assert.deepEqual(keyOf({ ...KEYS, deferrable: [['id']] }), ['code'])
})

test('without such a key it is refused, unless there is no row that could be meant', () => {
  const keyless = { uniques: [['name']], hasRows: true }
  assert.deepEqual(said(planned(keyless)), [
    'refused no-key-to-upsert table users',
    ...said(planned({ ...keyless, hasRows: false })),
  ])
  assert.equal(tableOf({ ...keyless, hasRows: false }).action, 'append')
})

test('the plan file says for each table what becomes of rows that are there; the flag for all others', () => {
  const file = 'tables: { users: { on_conflict: skip } }'
  assert.deepEqual(tableOf(KEYS, undefined, { file }).upsert?.conflict, 'skip')
  assert.deepEqual(tableOf(KEYS, undefined, { file }).upsert?.sets, [])
  assert.deepEqual(tableOf(KEYS, undefined, { file, onConflict: 'fail' }).upsert?.conflict, 'skip')
  assert.equal(tableOf(KEYS, undefined, { onConflict: 'fail' }).action, 'append')
  assert.equal(tableOf(KEYS, undefined, { ifExists: 'append' }).action, 'append')
  assert.equal(tableOf(KEYS, undefined, { ifExists: 'append', onConflict: 'skip' }).upsert?.conflict, 'skip')
  assert.equal(tableOf(KEYS, undefined, { file: 'on_conflict: skip' }).upsert?.conflict, 'skip')
  assert.match(showPlan(planned(KEYS)), /rows go to those it has by their key \(id\), and overwrite them/)
})

test('what cannot be overwritten, or may not be, is refused before', () => {
  const always = { ...NAME, identity: 'always' as const }
  assert.deepEqual(said(planned(KEYS, [ID, CODE, always])), ['refused cannot-overwrite table users'])
  assert.deepEqual(said(planned(KEYS, [{ ...ID, identity: 'always' }, CODE, NAME])), [])
  assert.deepEqual(said(planned(KEYS, [ID, CODE, always], { onConflict: 'skip' })), [])
  const target = { noTemporary: true } as const
  assert.deepEqual(said(planned(KEYS, undefined, { target })), ['refused no-right-to-stage table users'])
  const rights = { owns: true, select: true, insert: true, update: false, remove: true, delete: true }
  assert.deepEqual(said(planned({ ...KEYS, rights })), ['refused no-write-right table users'])
  assert.deepEqual(said(planned({ ...KEYS, rights }, undefined, { onConflict: 'skip' })), [])
})

const FACTS: TableFacts = {
  ...{
    name: 't',
    target: 'public.t',
    made: false,
    there: true,
    rows: 5,
    own: 5,
    written: 5,
    before: 3,
    noted: 3,
  },
  over: { rows: 3, restorable: 3, overruled: 0 },
}

test('all rows of a table may be the run’s, and yet not all of them go', () => {
  assert.equal(takingOf(FACTS, { kind: 'all' }), 'own')
  const { table, warnings } = judge(FACTS, { kind: 'all' })
  assert.deepEqual([table.goes, table.lost, table.changed, warnings.length], [2, 0, false, 1])
  for (const doubt of [{ own: 0 }, { own: 6 }, { unknown: 'this database is a copy' }])
    assert.equal(typeof takingOf({ ...FACTS, ...doubt }, { kind: 'all' }), 'object')
  const overruled = { ...FACTS, own: 4, over: { rows: 3, restorable: 2, overruled: 1 } }
  assert.deepEqual(
    [judge(overruled, { kind: 'all' }).table.lost, takingOf(overruled, { kind: 'all' })],
    [1, 'own'],
  )
})
