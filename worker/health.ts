/**
 * `node worker/health.ts`: whether the worker of this host polls its queue, for the health checks of
 * containers. Asks the server, not the process: a worker that hangs is as little use as one that is gone.
 */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { thisHost } from '../home/host.ts'
import { hostQueue } from '../workflows/messages.ts'

const ACTIVITY = 2
const LIMIT = 8000
/** A worker with nothing to do asks anew every 60 s. */
const FRESH = 75_000

try {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig()
  const connection = await Connection.connect({
    ...(connectionOptions as ConnectionOptions),
    connectTimeout: LIMIT,
  })
  const { workflowService } = new Client({ connection, namespace })
  const taskQueue = { name: hostQueue(thisHost()) }
  const { pollers } = await connection.withDeadline(Date.now() + LIMIT, () =>
    workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: ACTIVITY }),
  )
  const last = Math.max(
    0,
    ...(pollers ?? []).map(poller => Number(poller.lastAccessTime?.seconds ?? 0) * 1000),
  )
  if (Date.now() - last > FRESH) throw new Error(`nobody polls ${taskQueue.name}`)
  process.exit(0)
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
