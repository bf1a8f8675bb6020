/** VACUUM (ANALYZE) of tables: once, outside of any transaction, again where it was not recorded, never by a fenced run. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import { dispossess, type Target, withTarget } from '../../activities/target.ts'
import { vacuumTables } from '../../activities/vacuum.ts'
import { doAndNote } from '../../ledger/objects.ts'
import { readObjects } from '../../ledger/reader.ts'
import { fenceOff } from '../../ledger/runs.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { vacuum } from '../../stores/postgres/ddl.ts'
import { tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { type RegisteredRun, registeredRun } from './registered-run.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-vacuum-'))
let postgres: ScratchPostgres
let run: RegisteredRun

const TABLES = [tablePlan('a', [])]

before(async () => {
  postgres = await startPostgres()
  run = await registeredRun(
    postgres,
    home,
    TABLES,
    'CREATE TABLE public.a AS SELECT generate_series(1, 10) AS n',
  )
})

after(async () => {
  await run?.client.end()
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

const act = <T>(work: (target: Target) => Promise<T>): Promise<T> =>
  new MockActivityEnvironment().run(() => withTarget(home, run.place, work))

/** Rows as VACUUM and ANALYZE have counted them last; −1: never. */
async function known(): Promise<number> {
  const { rows } = await run.client.query(`SELECT reltuples::int AS n FROM pg_class WHERE relname = 'a'`)
  return rows[0].n
}

const recorded = async () =>
  (await readObjects(run.client, OWN_SCHEMA, run.place.run)).map(({ kind, done }) => [kind, done])

test('a run that was killed before the record does it again, and then no more', async () => {
  const { object } = vacuum(TABLES[0]!)
  const killed = act(target =>
    doAndNote(target.client, target.ledger, target.token, { ...object, undo: [] }, dispossess(target), () =>
      Promise.reject(new Error('killed')),
    ),
  )
  await assert.rejects(killed, /killed/)
  assert.deepEqual(await recorded(), [['vacuum', false]])
  assert.equal(await known(), -1)
  assert.deepEqual(await act(target => vacuumTables(target, TABLES)), [])
  assert.deepEqual(await recorded(), [['vacuum', true]])
  assert.equal(await known(), 10)
  await run.client.query('INSERT INTO public.a VALUES (11)')
  assert.deepEqual(await act(target => vacuumTables(target, TABLES)), [])
  assert.equal(await known(), 10)
})

test('where the role may not, that is told and not passed over', async () => {
  await run.client.query(`CREATE TABLE public.theirs (); CREATE ROLE other;
    GRANT USAGE ON SCHEMA longhaul TO other; GRANT ALL ON ALL TABLES IN SCHEMA longhaul TO other`)
  const failures = await act(async target => {
    await target.client.query('SET ROLE other')
    return vacuumTables(target, [tablePlan('theirs', [])])
  })
  assert.match(failures.join(), /^table "theirs": could not vacuum it: the role owns neither the table nor/)
})

test('a fenced run does not begin', async () => {
  await fenceOff(run.client, OWN_SCHEMA, run.place.run, 'running')
  await assert.rejects(
    act(target => vacuumTables(target, [tablePlan('b', [])])),
    /fenced|taken/,
  )
})
