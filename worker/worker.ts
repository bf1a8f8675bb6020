/** The Temporal workers of one process: one for what anybody can do, one for the files of this host. */
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker'
import type { Logger } from 'pino'
import { createActivities } from '../activities/index.ts'
import { warmUp } from '../activities/threads.ts'
import { thisHost } from '../home/host.ts'
import { hostQueue, TASK_QUEUE } from '../workflows/messages.ts'
import { workflowBundle } from './bundle.ts'

export interface RunOptions {
  connection: NativeConnection
  namespace: string
  home: string
  log: Logger
}

export interface RunningWorker {
  /** Settles when both workers have ended; rejects when one of them cannot go on. */
  done: Promise<void>
  /** Takes no new work, lets running activities finish for 20 s, cancels them, ends after 60 s. */
  shutdown(): void
}

/**
 * A host that hangs keeps its polls open, and each of them swallows a task that is missed for 10 s. With the
 * default of up to 10 polls a queue its successor ended a run 70 s after the stop, with these 30. (The SDK's
 * `maxConcurrentActivityTaskPolls` has no effect in 1.24.)
 */
const FEW_POLLS = {
  activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
  workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
  stickyQueueScheduleToStartTimeout: '5s',
} as const

/** Starts polling; returns when both workers exist. */
export async function runWorker({ connection, namespace, home, log }: RunOptions): Promise<RunningWorker> {
  const host = thisHost()
  const common = {
    connection,
    namespace,
    activities: createActivities({ home, host, log }),
    maxConcurrentActivityTaskExecutions: 8,
    ...FEW_POLLS,
    // The default grows with the heap; memory is promised not to.
    maxCachedWorkflows: 100,
    maxHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: '20s',
    shutdownForceTime: '60s',
  } satisfies Omit<WorkerOptions, 'taskQueue'>
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: TASK_QUEUE, workflowBundle: await workflowBundle() }),
    Worker.create({ ...common, taskQueue: hostQueue(host) }),
  ])
  const shutdown = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
  }
  warmUp()
  return { done: runAll(workers, shutdown), shutdown }
}

/** When one worker dies, the other is ended as well: half a worker looks alive and gets nothing done. */
async function runAll(workers: Worker[], shutdown: () => void): Promise<void> {
  const running = workers.map(worker =>
    worker.run().catch(error => {
      shutdown()
      throw error
    }),
  )
  const ends = await Promise.allSettled(running)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
