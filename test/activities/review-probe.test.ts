import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { dumpTarget } from '../../activities/dump-target.ts'
import { prepareWayBack } from '../../activities/prepare-way-back.ts'
import { rollBack } from '../../activities/roll-back.ts'
import { checkRollback } from '../../activities/check-rollback.ts'
import { undoAll } from '../../activities/undo.ts'
import { readObjects } from '../../ledger/reader.ts'
import { fenceOff, register } from '../../ledger/runs.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { MockActivityEnvironment } from '@temporalio/testing'
import { until } from '../scenarios/until.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { openWorkshop, type Workshop } from './whole-run.ts'

let postgres: ScratchPostgres
let workshop: Workshop
before(async () => { postgres = await startPostgres({ own: true }); workshop = openWorkshop(postgres) })
after(async () => { await workshop?.stop(); await postgres?.stop() })

const SRC = `CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO note VALUES (1, 'a'), (2, 'b'), (3, 'c')`

test('P1 partitioned with leaf trigger', async () => {
  const run = await workshop.begin(`
    CREATE TABLE note (id bigint, body text) PARTITION BY RANGE (id);
    CREATE TABLE note_1 PARTITION OF note FOR VALUES FROM (0) TO (50);
    CREATE TABLE note_x (junk int, body text, id bigint); ALTER TABLE note_x DROP COLUMN junk;
    ALTER TABLE note ATTACH PARTITION note_x FOR VALUES FROM (50) TO (500);
    INSERT INTO note VALUES (100, 'theirs'), (101, 'theirs'), (40, 'theirs');
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE public.note SET body = ''touched'' WHERE id >= 40; RETURN NULL; END';
    CREATE TRIGGER touch AFTER INSERT ON note_1 FOR EACH ROW EXECUTE FUNCTION touch()`, SRC, { ifExists: 'append' })
  console.log('P1', await run.whole().then(r => JSON.stringify(r), e => String(e)))
  console.log('P1 rows', await run.rows('SELECT id::int, body FROM note ORDER BY 1'))
  console.log('P1 check', JSON.stringify(await run.act(checkRollback, { run: run.run, target: run.request.target, scope: { kind: 'all' } }).catch(String)))
  console.log('P1 back', await run.act(rollBack, { run: run.run, target: run.request.target }).catch(String))
  console.log('P1 rows', await run.rows('SELECT id::int, body FROM note ORDER BY 1'))
})

test('P2 vacuum full, cluster, freeze', async () => {
  const run = await workshop.begin(`CREATE TABLE note (id bigint PRIMARY KEY, body text); INSERT INTO note VALUES (100, 'theirs')`, SRC, { ifExists: 'append' })
  await run.whole()
  await run.client.query('VACUUM (FULL, FREEZE) note'); await run.client.query('CLUSTER note USING note_pkey'); await run.client.query('VACUUM FREEZE note')
  console.log('P2 back', await run.act(rollBack, { run: run.run, target: run.request.target }).catch(String))
  console.log('P2 rows', await run.rows('SELECT id::int, body FROM note ORDER BY 1'))
})

test('P3 register in the midst of a rollback', async () => {
  const run = await workshop.begin('', SRC)
  await run.whole()
  await fenceOff(run.client, OWN_SCHEMA, run.run, 'rolling back')
  const again = await run.open().then(p => p.epoch, String)
  console.log('P3', again, await run.rows('SELECT state, epoch FROM longhaul.run'))
})

test('P4 an undo that stalled', async () => {
  const run = await workshop.begin(`CREATE TABLE note (id bigint PRIMARY KEY, body text); INSERT INTO note VALUES (100, 'theirs')`, SRC, { ifExists: 'replace' })
  await run.whole()
  const objects = await readObjects(run.client, OWN_SCHEMA, run.run, true)
  let once_ = false
  await new MockActivityEnvironment().run(() => undoAll({ client: run.client, ledger: OWN_SCHEMA, run: run.run, leave: () => false,
    guard: async () => {
      if (once_) return
      once_ = true
      const other = new pg.Client({ connectionString: run.url }); await other.connect()
      await undoAll({ client: other, ledger: OWN_SCHEMA, run: run.run, leave: () => false, guard: async () => {} }, objects)
      await other.end()
    } }, objects)).then(x => console.log('P4 ok', x), e => console.log('P4', String(e)))
  console.log('P4 rows', await run.rows('SELECT id::int, body FROM note').catch(String))
})

test('P5 P6 killed while restored', async () => {
  const run = await workshop.begin(`
      CREATE TABLE note (id bigint PRIMARY KEY, body text); INSERT INTO note VALUES (100, 'theirs');
      CREATE ROLE stranger LOGIN; CREATE ROLE slow; 
      DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$;
      CREATE FUNCTION slow() RETURNS boolean LANGUAGE sql AS
        $$ SELECT CASE WHEN current_database() ~ 'scratch' AND EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'slow')
                       THEN pg_catalog.pg_sleep(600) IS NOT NULL ELSE true END $$;
      ALTER TABLE note ADD CHECK (slow())`, SRC, { ifExists: 'append', backup: 'dump' })
  await run.plan()
  const place = await run.open()
  await run.act(prepareWayBack, { place })
  const victim = spawn(process.execPath, [join(import.meta.dirname, 'dump-victim.ts'), workshop.home, JSON.stringify(place)], { stdio: 'ignore' })
  await until('it waits', async () => (await run.rows(`SELECT pid FROM pg_stat_activity WHERE application_name ~ '^longhaul restore' AND wait_event = 'PgSleep'`))[0])
  console.log('P6', await run.rows(`SELECT datname, has_database_privilege('stranger', datname, 'CONNECT') FROM pg_database WHERE datname = current_database() OR datname ~ 'scratch'`))
  const gone = once(victim, 'exit'); victim.kill('SIGKILL'); await gone
  console.log('P5 back', await run.act(rollBack, { run: run.run, target: run.request.target }).catch(String))
  console.log('P5', await run.rows(`SELECT datname FROM pg_database WHERE datname ~ 'scratch'`), await run.rows(`SELECT application_name FROM pg_stat_activity WHERE application_name ~ 'longhaul'`))
})
void assert; void dumpTarget; void register
