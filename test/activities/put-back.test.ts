/** Triggers and foreign keys of tables that were there rest during the load, however often a run goes on. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import type pg from 'pg'
import { pino } from 'pino'
import { createTables } from '../../activities/create-tables.ts'
import { finishKeys } from '../../activities/finish-keys.ts'
import { rollBack } from '../../activities/roll-back.ts'
import { OWN_SCHEMA, tableName } from '../../ledger/schema.ts'
import type { RunPlace } from '../../model/payloads.ts'
import { tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { copiedAndFinished, registeredRun } from './registered-run.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-put-back-'))
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

const table = (name: string) => tablePlan(name, [], { action: 'use' })

/** A registered run that loads into these tables, in a database of its own. */
async function begin(tables: string[], sql: string): Promise<RunPlace> {
  await client?.end()
  const run = await registeredRun(postgres, home, tables.map(table), sql)
  client = run.client
  await copiedAndFinished(run)
  return run.place
}

const act = <I, O>(activity: (with_: typeof work, input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment().run(() => activity(work, input))

async function rules(): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT (SELECT json_agg(conname ORDER BY conname) FROM pg_constraint WHERE contype = 'f'
              AND connamespace = 'public'::regnamespace) AS keys,
            (SELECT json_agg(tgenabled) FROM pg_trigger WHERE NOT tgisinternal) AS triggers`,
  )
  return rows[0]
}

const PARENT_AND_CHILD = `
  CREATE TABLE parent (id int PRIMARY KEY);
  CREATE TABLE child (id int, pid int CONSTRAINT child_pid_fkey REFERENCES parent);
  CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER note BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION noted()`

test('a run that goes on after its finish puts everything back once more', async () => {
  const place = await begin(['parent', 'child'], PARENT_AND_CHILD)
  const before = await rules()
  for (const round of [1, 2, 3]) {
    await act(createTables, { place })
    assert.deepEqual(await rules(), { keys: null, triggers: ['D'] }, `round ${round}`)
    assert.deepEqual(await act(finishKeys, { place }), [])
    assert.deepEqual(await rules(), before, `round ${round}`)
  }
})

test('a rollback in the middle puts back what was put aside', async () => {
  const place = await begin(['parent', 'child'], PARENT_AND_CHILD)
  const before = await rules()
  await act(createTables, { place })
  await act(rollBack, { run: place.run, target: place.target })
  assert.deepEqual(await rules(), before)
})

test('a table that is referred to from outside the run is emptied all the same', async () => {
  const place = await begin(
    ['parent', 'child'],
    `${PARENT_AND_CHILD}; CREATE TABLE outside (pid int REFERENCES parent)`,
  )
  await client.query('INSERT INTO parent SELECT generate_series(1, 3); INSERT INTO child VALUES (1, 2)')
  await client.query(
    `INSERT INTO ${tableName(OWN_SCHEMA, 'chunk')} (run_id, table_name, no, done, rows_written)
     VALUES ($1, 'parent', 1, true, 3), ($1, 'child', 1, true, 1)`,
    [place.run],
  )
  await act(rollBack, { run: place.run, target: place.target })
  const { rows } = await client.query(
    'SELECT (SELECT count(*) FROM parent) + (SELECT count(*) FROM child) AS n',
  )
  assert.equal(rows[0].n, '0')
})
