/** A rollback that is killed again and again, wherever it stands, ends as one that was not. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type RollBackInput, rollBack } from '../../activities/roll-back.ts'
import { catalogOf } from '../../stores/postgres/catalog.ts'
import { fingerprintTable } from '../../stores/postgres/fingerprint.ts'
import { until } from '../scenarios/until.ts'
import { openWorkshop, type Run } from './whole-run.ts'

const workshop = await openWorkshop()

const TABLES = 60
const name = (i: number) => `t${String(i).padStart(2, '0')}`
/** The tables at which it is killed: the objects of a run go in several transactions. */
const STOPS = [58, 50, 44, 37, 30, 24, 17, 11, 6, 3]
const KEY = 81_000

const SOURCE = Array.from(
  { length: TABLES },
  (
    _,
    i,
  ) => `CREATE TABLE ${name(i + 1)} (id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX ${name(i + 1)}_v ON ${name(i + 1)} (v);
             INSERT INTO ${name(i + 1)} VALUES (1, 'a'), (2, 'b');`,
).join('\n')

/** Two tables that the run appends to, and a gate at each table that is dropped. */
const APPLICATION = `
  CREATE TABLE public.${name(1)} (id bigserial PRIMARY KEY, v text CHECK (v <> 'x'));
  INSERT INTO public.${name(1)} VALUES (100, 'theirs');
  CREATE TABLE public.${name(2)} (id bigint PRIMARY KEY, v text); CREATE INDEX ON public.${name(2)} (v);
  CREATE FUNCTION public.dropped() RETURNS event_trigger LANGUAGE plpgsql AS $$
  DECLARE gone record; BEGIN
    FOR gone IN SELECT * FROM pg_catalog.pg_event_trigger_dropped_objects() WHERE object_type = 'table' AND schema_name = 'public' LOOP
      PERFORM pg_catalog.pg_advisory_xact_lock_shared(${KEY} + pg_catalog.substr(gone.object_name, 2)::int);
    END LOOP;
  END $$;
  CREATE EVENT TRIGGER dropped ON sql_drop WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION public.dropped()`

const VICTIM = fileURLToPath(new URL('rollback-victim.ts', import.meta.url))
const victims: ChildProcess[] = []
after(() => {
  for (const victim of victims) victim.kill('SIGKILL')
})

function start(input: RollBackInput): ChildProcess {
  const victim = spawn(process.execPath, [VICTIM, workshop.home, JSON.stringify(input)], { stdio: 'ignore' })
  victims.push(victim)
  return victim
}

/** The session that stands at a gate, and was not seen before. */
const arrival = (run: Run, stop: number, seen: readonly number[]) =>
  until(`the rollback at ${name(stop)}`, async () => {
    const rows = await run.rows(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${KEY + stop} AND NOT granted AND pid <> ALL ('{${seen}}')`,
    )
    return rows[0]?.[0] as number | undefined
  })

const old = async (run: Run) => {
  await run.client.query('SET search_path = pg_catalog')
  const tables = [1, 2].map(i => ({ schema: 'public', name: name(i) }))
  return Promise.all(
    tables.map(async table => [
      await catalogOf(run.client, table),
      await fingerprintTable(run.client, table),
    ]),
  )
}

test('killed ten times in a row it goes on, and the target is as before', async () => {
  const run = await workshop.begin(APPLICATION, SOURCE, { ifExists: 'append' })
  const before = await old(run)
  await run.whole()
  const input = { run: run.run, target: run.request.target }
  for (const stop of STOPS) await run.client.query('SELECT pg_advisory_lock($1)', [KEY + stop])
  const seen: number[] = []
  for (const stop of STOPS) {
    const victim = start(input)
    seen.push(await arrival(run, stop, seen))
    victim.kill('SIGKILL')
    await once(victim, 'exit')
    // Its session stands at the gate still; the next attempt has to end it.
    if (stop % 2 === 0) await run.client.query('SELECT pg_advisory_unlock($1)', [KEY + stop])
    else {
      const again = start(input)
      seen.push(await arrival(run, stop, seen))
      again.kill('SIGKILL')
      await once(again, 'exit')
      await run.client.query('SELECT pg_advisory_unlock($1)', [KEY + stop])
    }
  }
  const { differences, verified, undone, rows } = await run.act(rollBack, input)
  assert.deepEqual(differences, [])
  assert.equal(verified.length, 2)
  assert.ok(undone > 0 && rows >= 0)
  assert.deepEqual(await old(run), before)
  assert.deepEqual(
    await run.rows(
      `SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
    ),
    [[name(1)], [name(2)]],
  )
  assert.deepEqual(
    await run.rows(`SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'longhaul%'`),
    [],
  )
  await until('no session of the rollback is left', async () => {
    const left = await run.rows(`SELECT FROM pg_stat_activity WHERE application_name LIKE 'longhaul%'`)
    return left.length === 0 ? true : undefined
  })
})
