/** Foreign keys of large tables: added unchecked, then checked side by side; what was killed between goes on. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import type pg from 'pg'
import { pino } from 'pino'
import { tryAll } from '../../activities/effects-together.ts'
import { finishKeys } from '../../activities/finish-keys.ts'
import { rollBack } from '../../activities/roll-back.ts'
import { withTarget } from '../../activities/target.ts'
import { readObjects } from '../../ledger/reader.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { ForeignKeyPlan, TablePlan } from '../../model/plan.ts'
import { createTable, foreignKeyInTwo } from '../../stores/postgres/ddl.ts'
import { columnPlan, tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { copiedAndFinished, registeredRun } from './registered-run.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-keys-'))
const work = { home, host: 'here', log: pino({ level: 'silent' }) }
let postgres: ScratchPostgres
let client: pg.Client

before(async () => {
  postgres = await startPostgres()
})

after(async () => {
  await client?.end()
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

const act = <T>(what: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(what)

const number = { kind: 'integer', bits: 32 } as const
const key = (name: string, column: string, parent: string): ForeignKeyPlan => ({
  ...{ name, columns: [column], references: { schema: 'public', table: parent, columns: ['id'] } },
  ...{ onUpdate: 'NO ACTION', onDelete: 'NO ACTION', deferred: false },
})

/** As large as a table has to be. */
const LARGE = { bytes: 1e9, rows: 1e6 }
const child = (name: string, more: Partial<TablePlan> = {}) =>
  tablePlan(name, [columnPlan('id', number), columnPlan('p', number), columnPlan('q', number)], {
    ...LARGE,
    foreignKeys: [key(`${name}_p`, 'p', 'parent'), key(`${name}_q`, 'q', 'other')],
    ...more,
  })
const tables = [
  tablePlan('parent', [columnPlan('id', number)]),
  tablePlan('other', [columnPlan('id', number)]),
  child('a'),
  child('b'),
  child('c'),
  child('small', { bytes: 100, rows: 10 }),
]

/** Tables with rows in them, made by the run; `wrong` goes into `b.q`. */
async function begin(wrong: number): Promise<RunPlace> {
  await client?.end()
  const run = await registeredRun(postgres, home, tables, '', { tables: 2 })
  client = run.client
  await copiedAndFinished(run)
  await act(() => withTarget(home, run.place, target => tryAll(target, tables.map(createTable))))
  await client.query(`
    INSERT INTO parent SELECT generate_series(1, 9);
    INSERT INTO other SELECT generate_series(1, 9);
    ALTER TABLE parent ADD PRIMARY KEY (id);
    ALTER TABLE other ADD PRIMARY KEY (id);`)
  for (const name of ['a', 'b', 'c', 'small'])
    await client.query(
      `INSERT INTO ${name} SELECT i, i, CASE '${name}' WHEN 'b' THEN ${wrong} ELSE i END FROM generate_series(1, 9) AS i`,
    )
  return run.place
}

async function keys(): Promise<Record<string, boolean>> {
  const { rows } = await client.query(
    `SELECT conname, convalidated FROM pg_constraint
      WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY conname COLLATE "C"`,
  )
  return Object.fromEntries(rows.map(row => [row.conname, row.convalidated]))
}

const ALL = ['a_p', 'a_q', 'b_p', 'b_q', 'c_p', 'c_q', 'small_p', 'small_q']
const valid = (but?: string) => Object.fromEntries(ALL.map(name => [name, name !== but]))

async function recorded(place: RunPlace): Promise<Record<string, string>> {
  const objects = await readObjects(client, OWN_SCHEMA, place.run)
  const of = objects.filter(({ kind }) => kind !== 'table' && kind !== 'autovacuum')
  assert.ok(of.every(({ done, undo }) => done && undo !== undefined))
  return Object.fromEntries(of.map(({ name, kind }) => [name, kind]))
}

const finish = (place: RunPlace) => act(() => finishKeys(work, { place }))

test('all are valid, and the ledger has each once', async () => {
  const place = await begin(1)
  assert.deepEqual(await finish(place), [])
  assert.deepEqual(await keys(), valid())
  assert.deepEqual(await recorded(place), Object.fromEntries(ALL.map(name => [name, 'foreign key'])))
  assert.deepEqual(await finish(place), [])
})

test('one that the rows break binds new rows, is told each time, and is taken back with the others', async () => {
  const place = await begin(77)
  for (const round of [1, 2]) {
    const failures = await finish(place)
    assert.equal(failures.length, 1, `round ${round}: ${failures}`)
    assert.match(failures[0]!, /^foreign key "b_q" of table "b": rows in the target break it/)
    assert.deepEqual(await keys(), valid('b_q'), `round ${round}`)
    const { b_q, ...others } = await recorded(place)
    assert.equal(b_q, 'constraint for new rows', `round ${round}`)
    assert.equal(Object.keys(others).length, ALL.length - 1)
  }
  await act(() => rollBack(work, { run: place.run, target: place.target, accept: ['rows-of-others'] }))
  const { rows } = await client.query(`SELECT FROM pg_tables WHERE schemaname IN ('public', 'longhaul')`)
  assert.equal(rows.length, 0)
})

test('what was added and not checked when its worker died is checked', async () => {
  const place = await begin(1)
  const added = ['a', 'b'].flatMap(name => {
    const table = tables.find(table => table.name === name)!
    return table.foreignKeys.map(key => foreignKeyInTwo(table, key)!.added)
  })
  await act(() => withTarget(home, place, target => tryAll(target, added)))
  assert.deepEqual(await keys(), { a_p: false, a_q: false, b_p: false, b_q: false })
  assert.deepEqual(await finish(place), [])
  assert.deepEqual(await keys(), valid())
})
