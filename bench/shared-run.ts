/**
 * One run shared by several workers: two of the host that has the snapshot, one of another host. Tells which activities
 * each of them took.
 *
 *     node bench/shared-run.ts [ROWS=200000]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { saveConnection } from '../home/connections.ts'
import { LONGHAUL, longhaul } from '../test/end-to-end/cli.ts'
import { workflowId } from '../workflows/messages.ts'
import { type Scene, withScene } from './scene.ts'

const ROWS = Number(process.argv[2] ?? 200_000)
const TABLES = ['one', 'two', 'three', 'four', 'five', 'six']

await withScene(trial)

async function trial({ stack, server, source }: Scene): Promise<void> {
  const path = source('shared', db => {
    for (const table of TABLES) {
      db.exec(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, name TEXT, note TEXT)`)
      db.exec(`CREATE INDEX ${table}_by_name ON ${table} (name)`)
      const insert = db.prepare(`INSERT INTO ${table} VALUES (?, ?, ?)`)
      for (let id = 1; id <= ROWS; id++)
        insert.run(id, `name ${id}`, `a note that is there to be long, about ${id}`)
    }
  })
  // Each process looks the password up for itself: a worker that knows no connection of that name fails the run.
  saveConnection('shared', server.url, stack.home)
  const env = { ...stack.env, TEMPORAL_ADDRESS: stack.address, LONGHAUL_CONNECTION_SHARED: server.url }
  const elsewhere = mkdtempSync(join(tmpdir(), 'longhaul-elsewhere-'))
  const workers = new Map([
    ['host A, one', await joined({ ...env, LONGHAUL_HOST: 'a' })],
    ['host A, two', await joined({ ...env, LONGHAUL_HOST: 'a' })],
    ['host B', await joined({ ...env, LONGHAUL_HOST: 'b', LONGHAUL_HOME: elsewhere })],
  ])
  try {
    const words = ['full', '--from', `sqlite:${path}`, '--to', 'shared', '--id', 'shared', '--yes']
    const ended = await longhaul(words, { env: { ...env, LONGHAUL_HOST: 'a' } })
    console.log(`${TABLES.length} tables of ${ROWS} rows: status ${ended.status}`)
    if (ended.status !== 0) console.log(ended.all.slice(-3000))
    await tellShares(stack.address, workers)
  } finally {
    for (const worker of workers.values()) worker.kill('SIGKILL')
    rmSync(elsewhere, { recursive: true, force: true })
  }
}

/** A worker that is ready. */
async function joined(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [LONGHAUL, 'worker'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const lines of worker.stdout!.setEncoding('utf8').iterator({ destroyOnReturn: false }))
    if (`${lines}`.includes('worker ready')) break
  worker.stdout!.resume()
  return worker
}

async function tellShares(address: string, workers: ReadonlyMap<string, ChildProcess>): Promise<void> {
  const connection = await Connection.connect({ address })
  const client = new Client({ connection })
  const shares = new Map<string, Map<string, number>>()
  for await (const { workflowId: id, runId } of client.workflow.list()) {
    if (!id.startsWith(workflowId('shared'))) continue
    const { events } = await client.workflow.getHandle(id, runId).fetchHistory()
    const names = new Map(
      (events ?? []).map(event => [
        `${event.eventId}`,
        event.activityTaskScheduledEventAttributes?.activityType?.name,
      ]),
    )
    for (const { activityTaskStartedEventAttributes: started } of events ?? []) {
      if (!started) continue
      const who =
        [...workers].find(([, { pid }]) => started.identity?.startsWith(`${pid}@`))?.[0] ??
        'the worker of the stack (another host)'
      const name = names.get(`${started.scheduledEventId}`) ?? '?'
      const share = shares.get(who) ?? new Map<string, number>()
      shares.set(who, share.set(name, (share.get(name) ?? 0) + 1))
    }
  }
  for (const [who, share] of [...shares].sort())
    console.log(
      `${who}: ${[...share]
        .sort()
        .map(([name, n]) => `${name} ${n}`)
        .join(', ')}`,
    )
  await connection.close()
}
