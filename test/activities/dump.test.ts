/** The dump before the first write: what is in it, how it is proven, and that nothing of its making is left. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { suite, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import pg from 'pg'
import { pino } from 'pino'
import { backupFolder, findManifest, needDump } from '../../activities/backup-file.ts'
import { createTables } from '../../activities/create-tables.ts'
import { dumpTarget } from '../../activities/dump-target.ts'
import { prepareWayBack } from '../../activities/prepare-way-back.ts'
import type { RunPlace } from '../../model/payloads.ts'
import { whileWanted } from '../../sessions/black-hole.ts'
import { fingerprintTable } from '../../stores/postgres/fingerprint.ts'
import { findPrograms } from '../../stores/postgres/programs.ts'
import { scratchName } from '../../stores/postgres/scratch.ts'
import { until } from '../scenarios/until.ts'
import { openWorkshop, type Run } from './whole-run.ts'

const [programs] = await findPrograms(15)
const dumps = programs ? {} : { skip: 'there is no pg_dump on this machine' }
const workshop = await openWorkshop({ own: true })

const SOURCE = `CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO note VALUES (7, 'new'); CREATE TABLE fresh (id INT)`

/** All that may be in a database, and a check whose print changes when it is restored. */
const TARGET = `
  CREATE TYPE mood AS ENUM ('sad', 'glad');
  CREATE TABLE note (id serial PRIMARY KEY, body varchar(9) CHECK (body IN ('a', 'b', 'c')), m mood);
  INSERT INTO note (body, m) SELECT 'a', 'glad' FROM generate_series(1, 1000);
  CREATE TABLE empty ();
  CREATE TABLE "We ird (x)" (id int, at timestamptz DEFAULT now(), b bytea) PARTITION BY RANGE (id);
  CREATE TABLE part PARTITION OF "We ird (x)" FOR VALUES FROM (0) TO (10);
  INSERT INTO "We ird (x)" VALUES (1), (2);
  CREATE SCHEMA other; CREATE VIEW other.bodies AS SELECT body FROM note WHERE body IN ('a', 'b');
  CREATE MATERIALIZED VIEW other.stale AS SELECT count(*) FROM note;
  INSERT INTO note (body) VALUES ('b');
  CREATE SEQUENCE other.free; SELECT setval('other.free', 41);
  CREATE FUNCTION other.twice(i int) RETURNS int LANGUAGE sql AS 'SELECT 2 * i';
  GRANT SELECT ON note TO pg_monitor; COMMENT ON COLUMN note.body IS 'what it says';
  SELECT lo_from_bytea(0, 'large')`

async function opened(options = {}, wish = {}, target = TARGET): Promise<{ run: Run; place: RunPlace }> {
  const run = await workshop.begin(target, SOURCE, { ifExists: 'append', backup: 'dump', ...options }, wish)
  await run.plan()
  const place = await run.open()
  await run.act(prepareWayBack, { place })
  return { run, place }
}

const leftDatabases = ({ rows, run }: Run) =>
  rows(`SELECT datname FROM pg_database WHERE datname = '${scratchName(run)}'`)

test('is restored into a scratch database and compared, and nothing of that is left', dumps, async () => {
  const { run, place } = await opened()
  const said = await run.act(dumpTarget, { place })
  assert.match(said, /restored into a scratch database and compared/)
  const manifest = findManifest(workshop.home, run.run)!
  assert.equal(manifest.verified.how, 'restored')
  const note = await fingerprintTable(run.client, { schema: 'public', name: 'note' })
  assert.deepEqual(
    manifest.tables.find(({ name }) => name === 'note'),
    { schema: 'public', name: 'note', ...note },
  )
  assert.deepEqual(
    manifest.tables.map(({ name, rows }) => [name, rows]),
    [
      ['We ird (x)', 0],
      ['empty', 0],
      ['note', 1001],
      ['part', 2],
    ],
  )
  assert.equal(statSync(manifest.path).mode & 0o777, 0o600)
  assert.equal(statSync(backupFolder(workshop.home, run.run)).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(backupFolder(workshop.home, run.run)).sort(), [
    'manifest.json',
    basename(manifest.path),
  ])
  assert.deepEqual(await leftDatabases(run), [])
  const list = execFileSync(programs!.pgRestore, ['--list', manifest.path], { encoding: 'utf8' })
  assert.doesNotMatch(list, /SCHEMA - longhaul|table_run/)
  const { mtimeMs } = statSync(manifest.path)
  assert.equal(await run.act(dumpTarget, { place }), said)
  assert.equal(statSync(manifest.path).mtimeMs, mtimeMs)
})

test('a role that may not make databases: it is read through, and the report says so', dumps, async () => {
  const { run, place } = await opened(
    {},
    { role: 'plain' },
    `CREATE ROLE plain LOGIN PASSWORD 'plain-canary'; GRANT CREATE ON SCHEMA public TO plain;
     DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO plain', current_database()); END $$;
     SET ROLE plain; CREATE TABLE note (id int, body text); INSERT INTO note SELECT i, 'x' FROM generate_series(1, 50) i;
     CREATE TABLE "o d(d)" ("a""b" int); INSERT INTO "o d(d)" VALUES (1)`,
  )
  const said = await run.act(dumpTarget, { place })
  assert.match(
    said,
    /read through to its end, with all rows of each table, but not restored: the role may not create databases/,
  )
  assert.equal(findManifest(workshop.home, run.run)!.verified.how, 'read')
})

test(
  'a dump that was damaged is made anew as long as nothing is written, and is no way back after',
  dumps,
  async () => {
    const { run, place } = await opened()
    await run.act(dumpTarget, { place })
    const { path } = findManifest(workshop.home, run.run)!
    await needDump(workshop.home, run.run, () => {})
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(path, bytes)
    await assert.rejects(
      needDump(workshop.home, run.run, () => {}),
      /damaged or cut short/,
    )
    truncateSync(path, bytes.length - 1)
    await run.act(dumpTarget, { place })
    await needDump(workshop.home, run.run, () => {})
    await run.act(createTables, { place })
    const again = findManifest(workshop.home, run.run)!
    truncateSync(again.path, again.bytes - 1)
    await assert.rejects(run.act(dumpTarget, { place }), /damaged or cut short/)
  },
)

suite('killed with kill -9, and done again', { ...dumps, concurrency: 1 }, () => {
  /** Runs the activity in a process of its own, kills that where it waits, and looks who is still there. */
  async function killed(run: Run, place: RunPlace, waits: string): Promise<void> {
    const words = [VICTIM, workshop.home, JSON.stringify(place)]
    const victim = spawn(process.execPath, words, { stdio: 'ignore' })
    const gone = once(victim, 'exit')
    await until('it waits', async () => (await run.rows(waits))[0])
    const files = () => readdirSync(backupFolder(workshop.home, run.run))
    await until('no password lies about', () => !files().some(file => /passfile/.test(file)) || undefined)
    assert.ok(seenByAll().length >= 3 && !seenByAll().some(text => /canary/.test(text)))
    victim.kill('SIGKILL')
    await gone
    await until('all are gone', async () => ((await run.rows(OURS)).length === 0 ? true : undefined))
  }
  /** Words and environment of the programs, which others on the machine may see. */
  const seenByAll = () =>
    readdirSync('/proc')
      .filter(pid => /^\d+$/.test(pid))
      .flatMap(pid => {
        try {
          const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
          return /pg_(dump|restore)/.test(words) ? [words, readFileSync(`/proc/${pid}/environ`, 'utf8')] : []
        } catch {
          return []
        }
      })
  const VICTIM = join(import.meta.dirname, 'dump-victim.ts')
  const OURS = `SELECT application_name FROM pg_stat_activity WHERE application_name ~ '^longhaul (dump|restore) '`
  const there = (name: string, wait: string) =>
    `SELECT pid FROM pg_stat_activity WHERE application_name ~ '^longhaul ${name}' AND wait_event = '${wait}'`

  test('while pg_dump waits for a lock', async () => {
    const { run, place } = await opened(
      {},
      { role: 'dumper' },
      `CREATE ROLE dumper SUPERUSER LOGIN PASSWORD 'dumper-canary'; ${TARGET}`,
    )
    const holder = new pg.Client({ connectionString: run.url })
    await holder.connect()
    await holder.query('BEGIN; LOCK TABLE empty')
    await killed(run, place, there('dump', 'relation'))
    await holder.end()
    assert.match(await run.act(dumpTarget, { place }), /restored/)
    const { path } = findManifest(workshop.home, run.run)!
    assert.deepEqual(readdirSync(backupFolder(workshop.home, run.run)).sort(), [
      'manifest.json',
      basename(path),
    ])
  })

  /** Waits in the scratch database for as long as there is a role `slow`. */
  const SLOW = `${TARGET};
      CREATE ROLE slow;
      CREATE FUNCTION slow() RETURNS boolean LANGUAGE sql AS
        $$ SELECT CASE WHEN current_database() ~ 'scratch' AND EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'slow')
                       THEN pg_catalog.pg_sleep(600) IS NOT NULL ELSE true END $$;
      ALTER TABLE part ADD CHECK (slow())`

  test('while the dump is restored for proof', async () => {
    const { run, place } = await opened({}, {}, SLOW)
    await killed(run, place, there('restore', 'PgSleep'))
    assert.equal((await leftDatabases(run)).length, 1)
    await run.client.query('DROP ROLE slow')
    assert.match(await run.act(dumpTarget, { place }), /restored/)
    assert.deepEqual(await leftDatabases(run), [])
  })

  test('cancelled while it is restored: nothing of it is left', async () => {
    const { run, place } = await opened({}, {}, SLOW)
    const environment = new MockActivityEnvironment()
    const work = { home: workshop.home, host: 'here', log: pino({ level: 'silent' }) }
    const cancelled = assert.rejects(
      environment.run(() =>
        whileWanted(environment.context.cancellationSignal, () => dumpTarget(work, { place })),
      ),
      { name: 'CancelledFailure' },
    )
    await until('it waits', async () => (await run.rows(there('restore', 'PgSleep')))[0])
    environment.cancel()
    await cancelled
    await run.client.query('DROP ROLE slow')
    // The activity is given up at once, and clears away behind it.
    await until('nothing is left', async () => (await leftDatabases(run)).length === 0 || undefined)
  })

  test('while it is restored, and then rolled back: the scratch database, closed to others, is gone', async () => {
    const { run, place } = await opened({}, {}, SLOW)
    await run.client.query('CREATE ROLE stranger')
    await killed(run, place, there('restore', 'PgSleep'))
    assert.deepEqual(
      await run.rows(
        `SELECT has_database_privilege('stranger', datname, 'CONNECT') FROM pg_database WHERE datname = '${scratchName(run.run)}'`,
      ),
      [[false]],
    )
    await run.takeBack()
    await run.client.query('DROP ROLE slow; DROP ROLE stranger')
    assert.deepEqual(await leftDatabases(run), [])
  })
})
