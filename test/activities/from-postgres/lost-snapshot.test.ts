/** Runs from PostgreSQL whose snapshot is lost in mid-copy. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import pg from 'pg'
import { pino } from 'pino'
import { readArtifact } from '../../../activities/artifacts.ts'
import { carry } from '../../../activities/carry/verbs.ts'
import { findHolders, releaseSnapshot } from '../../../activities/from-postgres/holder.ts'
import type { FilePlace } from '../../../activities/into-sqlite/file.ts'
import { intoSqlite } from '../../../activities/into-sqlite/verbs.ts'
import { saveConnection } from '../../../home/connections.ts'
import { isAlive } from '../../../home/process.ts'
import type { RunPlace } from '../../../model/payloads.ts'
import { type CarryRequest, type IntoSqliteRequest, planRequest } from '../../../model/plan-request.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'

let postgres: ScratchPostgres
const home = mkdtempSync(join(tmpdir(), 'longhaul-lost-'))
const work = { home, host: 'here', log: pino({ level: 'silent' }) }
const act = <I, O>(verb: (with_: typeof work, input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment().run(() => verb(work, input)) as Promise<O>

before(async () => {
  postgres = await startPostgres()
})
after(async () => {
  rmSync(home, { recursive: true, force: true })
  await postgres.stop()
})

async function database(sql = ''): Promise<{ client: pg.Client; connection: string }> {
  const url = await postgres.createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  const connection = `db-${randomUUID().slice(0, 8)}`
  saveConnection(connection, url, home)
  return { client, connection }
}

async function loseSnapshot(run: string): Promise<void> {
  const { holders } = findHolders(home, run)!
  for (const { pid } of holders) process.kill(pid, 'SIGKILL')
  while (holders.some(isAlive)) await new Promise(resolve => setTimeout(resolve, 20))
}

const SOURCE = `
  CREATE TABLE changed (id serial PRIMARY KEY, word text NOT NULL);
  INSERT INTO changed (word) SELECT 'word ' || i FROM generate_series(1, 50) AS i;
  CREATE TABLE same (id integer PRIMARY KEY, word text);
  INSERT INTO same SELECT i, md5(i::text) FROM generate_series(1, 30) AS i;
  CREATE TABLE later (word text);
  INSERT INTO later SELECT repeat(chr(64 + i), 2000) FROM generate_series(1, 20) AS i;`

const CHANGES = `
  UPDATE changed SET word = 'another' WHERE id = 40;
  INSERT INTO changed (word) VALUES ('new');
  DELETE FROM later WHERE word LIKE 'A%';`

async function scene() {
  const source = await database(SOURCE)
  const target = await database()
  const run = randomUUID()
  const request: CarryRequest = planRequest(
    {
      source: { kind: 'postgres', connection: source.connection, schema: '*', host: 'here' },
      target: { kind: 'postgres', connection: target.connection, schema: 'public' },
    },
    { how: { chunkRows: 20 } },
  )
  await act(carry.takeSnapshot, { run, source: request.source })
  await act(carry.assess, { run, request })
  await act(carry.makePlan, { run, request })
  const open = () =>
    act(carry.openLedger, {
      ...{ run, name: 'story', requestHash: 'r', request, adopt: false },
      takenAt: new Date().toISOString(),
    })
  const copy = async (place: RunPlace, tables: string[]) => {
    await act(carry.planChunks, { place, tables })
    await act(carry.copyChunks, { place, tables, owner: 'a', sweep: true })
  }
  const end = async () => {
    releaseSnapshot(home, run)
    await source.client.end()
    await target.client.end()
  }
  return { source: source.client, target: target.client, run, open, copy, end }
}

const TABLES = ['changed', 'same', 'later']

test('Into PostgreSQL it goes on with a new one: what differs starts anew, the rest stays, and the report is told', async () => {
  const { source, target, run, open, copy, end } = await scene()
  const first = await open()
  await act(carry.createTables, { place: first })
  await copy(first, ['changed', 'same'])
  await source.query(CHANGES)
  await loseSnapshot(run)
  await assert.rejects(copy(first, ['later']), { code: 'snapshot-lost' })
  const place = await open()
  await copy(place, TABLES)
  await act(carry.finishTables, { place, tables: TABLES })
  assert.deepEqual(await act(carry.finishKeys, { place }), [])
  const results = await act(carry.validateTables, { place, tables: TABLES })
  assert.deepEqual(
    results.map(({ name, expected, counted, verdict }) => [name, expected, counted, verdict]).sort(),
    [
      ['changed', 51, 51, 'equal'],
      ['later', 19, 19, 'equal'],
      ['same', 30, 30, 'equal'],
    ],
  )
  const words = 'SELECT word FROM changed ORDER BY id'
  assert.deepEqual((await target.query(words)).rows, (await source.query(words)).rows)
  const { rows } = await target.query(`INSERT INTO changed (word) VALUES ('next') RETURNING id`)
  assert.equal(rows[0].id, 52)
  const told = await target.query('SELECT name, expected::int FROM longhaul.table_run ORDER BY name')
  assert.deepEqual(
    told.rows.map(({ expected }) => expected),
    [51, 19, 30],
  )
  const notes = readArtifact(home, run, 'snapshot-notes')
  assert.equal(notes.retaken?.length, 1)
  assert.match(notes.how, /1 are as they were, 1 start anew \(changed\)/)
  await end()
})

test('Killed between the new snapshot and the comparison, it compares all the same', async () => {
  const { source, run, open, copy, end } = await scene()
  const first = await open()
  await act(carry.createTables, { place: first })
  await copy(first, ['changed'])
  await source.query(CHANGES)
  await loseSnapshot(run)
  // The new snapshot is there, and nothing can be compared: the table that changed is no longer as planned.
  await source.query('ALTER TABLE changed ADD COLUMN more integer')
  await assert.rejects(open(), { code: 'drift' })
  await loseSnapshot(run)
  await source.query('ALTER TABLE changed DROP COLUMN more')
  const place = await open()
  await copy(place, TABLES)
  const results = await act(carry.validateTables, { place, tables: TABLES })
  assert.deepEqual(new Set(results.map(({ verdict }) => verdict)), new Set(['equal']))
  assert.equal(readArtifact(home, run, 'snapshot-notes').retaken?.length, 2)
  await end()
})

test('Into SQLite it goes on with a new one as well', async () => {
  const source = await database(SOURCE)
  const path = join(home, 'app.db')
  const run = randomUUID()
  const request: IntoSqliteRequest = planRequest(
    {
      source: { kind: 'postgres', connection: source.connection, schema: '*', host: 'here' },
      target: { kind: 'sqlite', path, host: 'here' },
    },
    { how: { chunkRows: 20 } },
  )
  await act(intoSqlite.takeSnapshot, { run, source: request.source })
  await act(intoSqlite.assess, { run, request })
  await act(intoSqlite.makePlan, { run, request })
  const open = () =>
    act(intoSqlite.openLedger, {
      ...{ run, name: 'file', requestHash: 'f', request, adopt: false },
      takenAt: new Date().toISOString(),
    })
  const copy = (place: FilePlace, tables: string[]) =>
    act(intoSqlite.copyChunks, { place, tables, owner: 'a/0', sweep: true, cut: true })
  const first = await open()
  await act(intoSqlite.prepareWayBack, { place: first })
  await act(intoSqlite.createTables, { place: first })
  await copy(first, ['changed', 'same'])
  await source.client.query(CHANGES)
  await loseSnapshot(run)
  await assert.rejects(copy(first, ['later']), { code: 'snapshot-lost' })
  const place = await open()
  await copy(place, TABLES)
  const results = await act(intoSqlite.validateTables, { place, tables: TABLES })
  assert.deepEqual(
    results.map(({ name, expected, counted, verdict }) => [name, expected, counted, verdict]).sort(),
    [
      ['changed', 51, 51, 'equal'],
      ['later', 19, 19, 'equal'],
      ['same', 30, 30, 'equal'],
    ],
  )
  assert.match(readArtifact(home, run, 'snapshot-notes').how, /1 are as they were, 1 start anew \(changed\)/)
  const again = await act(intoSqlite.attach, {
    ...{
      run: randomUUID(),
      name: 'file',
      mode: 'full',
      request,
      requestHash: 'f',
      adopt: false,
      indexed: false,
    },
  })
  assert.equal(again.run, run)
  releaseSnapshot(home, run)
  await source.client.end()
})
