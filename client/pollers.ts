/** Whether anybody works: a cluster takes a run without a worker as gladly as with one. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../model/failure.ts'
import { hostQueue, TASK_QUEUE } from '../workflows/messages.ts'
import type { Temporal } from './stack.ts'

const WORKFLOW = 1
const ACTIVITY = 2
/** An idle worker asks anew every 60 s, and the server lists it for minutes after its death. */
const FRESH = 75_000

/** How many workers have asked a queue for work lately. */
async function count(
  { connection, namespace }: Temporal,
  name: string,
  taskQueueType: 1 | 2,
): Promise<number> {
  const { pollers } = await connection.withDeadline(Date.now() + 5000, () =>
    connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType }),
  )
  return (pollers ?? []).filter(p => Date.now() - Number(p.lastAccessTime?.seconds ?? 0) * 1000 < FRESH)
    .length
}

/** Whether a worker has asked for the workflows of a queue lately. */
export async function isPolled(temporal: Temporal, queue: string): Promise<boolean> {
  return (await count(temporal, queue, WORKFLOW)) > 0
}

/** The queues that a run of a source on `host` needs and nobody polls. */
export async function unpolled(temporal: Temporal, host: string): Promise<string[]> {
  const queues = [
    [TASK_QUEUE, WORKFLOW],
    [hostQueue(host), ACTIVITY],
  ] as const
  const counts = await Promise.all(queues.map(([name, type]) => count(temporal, name, type)))
  return queues.filter((_, i) => counts[i] === 0).map(([name]) => name)
}

const PATIENCE_MS = 15_000

/**
 * Waits until workers poll what a run needs. On a cluster it fails with `no-server` when there are none for
 * 15 s; the workers of an embedded stack come, or the stack fails.
 */
export function requireWorkers(temporal: Temporal, host: string): Promise<void> {
  return Promise.race([
    somebodyPolls(temporal, host, temporal.embedded ? Infinity : PATIENCE_MS),
    temporal.failed,
  ])
}

async function somebodyPolls(temporal: Temporal, host: string, patience: number): Promise<void> {
  const begin = Date.now()
  for (let told = false; ; ) {
    const missing = await unpolled(temporal, host)
    if (missing.length === 0) return
    const waited = Date.now() - begin
    if (waited >= patience) throw noWorker(temporal, missing, host)
    if (!told && waited > 2000) {
      temporal.around.say(`No worker is polling ${missing.join(' and ')} yet; waiting`)
      told = true
    }
    await sleep(500)
  }
}

/** The failure that says which queue nobody polls. */
export function noWorker({ address }: Temporal, queues: string[], host: string): Failure {
  const where = queues.includes(TASK_QUEUE) ? '' : ` on host ${host}, which has the source's file`
  return new Failure({
    code: 'no-server',
    object: `the Temporal server at ${address}`,
    message: `no worker is polling ${queues.join(' and ')}`,
    remedy: `Start one with "longhaul worker"${where}`,
  })
}
