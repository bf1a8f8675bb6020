/** A rollback that is killed again and again, wherever it stands, ends as one that was not. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import { spawnCli } from './cli.ts'
import { startWorld } from './harness.ts'
import { assertNothingLeft } from './leftovers.ts'
import { dump } from './pg-dump.ts'
import { until } from './until.ts'

const world = await startWorld()
after(() => world.stop())

const TABLES = 60
const name = (i: number) => `t${String(i).padStart(2, '0')}`
/** At these tables the test holds the rollback: the objects of a run go in several transactions. */
const STOPS = [58, 50, 44, 37, 30, 24, 17, 11, 6, 2]
const KEY = 81_000

/** Tables of an application that the run appends to, and a gate at each table that is dropped. */
const BEFORE = `
  CREATE TABLE public.${name(1)} (id bigint PRIMARY KEY, v text); INSERT INTO public.${name(1)} VALUES (100, 'theirs');
  CREATE FUNCTION scenario.dropped() RETURNS event_trigger LANGUAGE plpgsql AS $$
  DECLARE gone record; BEGIN
    FOR gone IN SELECT * FROM pg_event_trigger_dropped_objects() WHERE object_type = 'table' AND schema_name = 'public' LOOP
      PERFORM pg_catalog.pg_advisory_xact_lock_shared(${KEY} + substr(gone.object_name, 2)::int);
    END LOOP;
  END $$;
  CREATE EVENT TRIGGER scenario_dropped ON sql_drop WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION scenario.dropped();
  GRANT ALL ON public.${name(1)} TO PUBLIC`

function makeTables(path: string): void {
  const db = new Database(path)
  for (let i = 1; i <= TABLES; i++)
    db.exec(`CREATE TABLE ${name(i)} (id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX ${name(i)}_v ON ${name(i)} (v);
             INSERT INTO ${name(i)} VALUES (1, 'a'), (2, 'b')`)
  db.close()
}

test('killed ten times in a row it goes on, and the target is as before', async t => {
  const scene = await world.scene(t)
  const { client, home } = scene
  await client.query(BEFORE)
  await client.query(`ALTER TABLE public.${name(1)} OWNER TO ${scene.role}`)
  const before = dump(world, scene)
  const source = join(home, 'many.db')
  makeTables(source)
  const login = new URL(scene.url)
  ;[login.username, login.password] = [scene.role, 'moves']
  const words = ['--from', `sqlite:${source}`, '--to', login.href, '--id', 'many', '--if-exists', 'append']
  const full = await spawnCli(['full', ...words], scene.env).ended
  assert.equal(full.status, 0, `${full.err}\n${full.out}`)

  for (const stop of STOPS) await client.query('SELECT pg_advisory_lock($1)', [KEY + stop])
  const command = spawnCli(['rollback', 'many', '--yes'], scene.env)
  const seen: number[] = []
  for (const stop of STOPS) {
    const pid = await until(`the rollback at ${name(stop)}`, async () => {
      const { rows } = await client.query(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted AND pid <> ALL ($2)`,
        [KEY + stop, seen],
      )
      return rows[0]?.pid as number | undefined
    })
    seen.push(pid)
    scene.kill('worker')
    // Its session stands at the gate for as long as that is closed: the next attempt has to end it.
    await until('another attempt ended the session of the killed one', async () => {
      const { rows } = await client.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])
      return rows.length === 0 ? true : undefined
    })
    await client.query('SELECT pg_advisory_unlock($1)', [KEY + stop])
  }
  const ended = await command.ended
  assert.equal(ended.status, 0, `${ended.err}\n${ended.out}`)
  assert.match(ended.out, /rows by count and digest/)
  assert.equal(dump(world, scene), before)
  await assertNothingLeft(home, client)
})
