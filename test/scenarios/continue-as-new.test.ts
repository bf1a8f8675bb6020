/** A table of very many chunks, whose child workflow continues as new again and again: killed and paused across. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import pg from 'pg'
import { startPostgres } from '../support/postgres.ts'
import { spawnCli } from './cli.ts'
import { ended, longAfter, startTestCluster, type TestCluster } from './cluster.ts'
import { shortLanes } from './short-lanes.ts'
import { until } from './until.ts'

const postgres = await startPostgres({ own: true })
after(() => postgres.stop())

const ROWS = 400

test('kills and a pause across the boundaries of continued workflows: every row once', async t => {
  const cluster = await startTestCluster(t, longAfter(25))
  const { home, env, startWorker } = cluster.host('files-1')
  const url = await postgres.createDatabase()
  const source = makeSource(join(home, 'ticks.db'))
  const plan = join(home, 'plan.yaml')
  // A row a chunk.
  writeFileSync(plan, 'version: 1\nhow: { chunk_rows: 1, tables: 1, lanes: 2 }\n')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.after(() => client.end())

  let worker = startWorker(shortLanes(10))
  const command = spawnCli(
    ['full', '--from', `sqlite:${source}`, '--to', url, '--plan', plan, '--id', 'ticks'],
    env,
  )
  for (let kills = 1; kills <= 2; kills++) {
    await continuedPast(cluster, kills)
    worker.kill('SIGKILL')
    await ended(worker)
    worker = startWorker(shortLanes(10))
  }

  const paused = await spawnCli(['pause', 'ticks'], env).ended
  assert.equal(paused.status, 0, paused.err)
  const held = await doneChunks(client)
  assert.ok(held < ROWS, 'the pause came in mid-copy')
  worker.kill('SIGKILL')
  await ended(worker)
  worker = startWorker(shortLanes(10))
  assert.equal(await doneChunks(client), held)
  const resumed = await spawnCli(['resume', 'ticks'], env).ended
  assert.equal(resumed.status, 0, resumed.err)
  const already = await continued(cluster)
  await until('it continues as new after the resume, or ends', async () =>
    (await continued(cluster)) > already || (await doneChunks(client)) === ROWS ? true : undefined,
  )

  const { status, out, err } = await command.ended
  assert.ok(status === 0 || status === 6, out + err)
  const last = status === 6 ? await spawnCli(['watch', 'ticks'], env).ended : { status, out, err }
  assert.equal(last.status, 0, last.out + last.err)
  const { rows } = await client.query('SELECT id, word FROM public.tick ORDER BY id, ctid')
  assert.deepEqual(rows, expected())
  t.diagnostic(`${await continued(cluster)} executions of the child continued as new`)
})

const expected = () => Array.from({ length: ROWS }, (_, i) => ({ id: String(i + 1), word: `tick ${i + 1}` }))

function makeSource(path: string): string {
  const db = new Database(path)
  db.exec('CREATE TABLE tick (id INTEGER PRIMARY KEY, word TEXT)')
  const insert = db.prepare('INSERT INTO tick VALUES (?, ?)')
  db.transaction(() => {
    for (let i = 1; i <= ROWS; i++) insert.run(i, `tick ${i}`)
  })()
  db.close()
  return path
}

async function doneChunks(client: pg.Client): Promise<number> {
  const { rows } = await client.query('SELECT count(*)::int AS n FROM longhaul.chunk WHERE done')
  return rows[0].n
}

/** How many executions of the child ended by continuing as new. */
async function continued({ client }: TestCluster): Promise<number> {
  const query = "WorkflowType = 'copyTable' AND ExecutionStatus = 'ContinuedAsNew'"
  return (await client.workflow.count(query)).count
}

const continuedPast = (cluster: TestCluster, boundaries: number): Promise<true> =>
  until(`boundary ${boundaries}`, async () => ((await continued(cluster)) >= boundaries ? true : undefined))
