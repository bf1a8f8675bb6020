/** Timeouts and retries by class of work: the one place where patience is decided. */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { hostQueue, type Limits } from './messages.ts'

/** A server that is away comes back: waiting is right for as long as the operator lets the run stand. */
const PATIENT = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const

/** Before anything was touched the user is told soon, instead of being kept waiting. */
const BRIEF = { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 3 } as const

/**
 * Heartbeats come every second or two from work that moves on; 10 s without one means a dead or stalled
 * worker. Attempts that write are waited for when cancelled, so that no undo runs beside them.
 */
function options(limits: Limits | undefined, retry: typeof PATIENT | typeof BRIEF) {
  return {
    startToCloseTimeout: '30 days',
    heartbeatTimeout: `${limits?.heartbeatSeconds ?? 10} seconds`,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry,
  } as const
}

/** Preflight: reads, on the host that has the source's files. */
export const preflightOn = (host: string, limits?: Limits) =>
  proxyActivities<Activities>({ ...options(limits, BRIEF), taskQueue: hostQueue(host) })

/** Work that needs the files of one host: the snapshot, artifacts. */
export const hostWork = (host: string, limits?: Limits) =>
  proxyActivities<Activities>({ ...options(limits, PATIENT), taskQueue: hostQueue(host) })

/** Work on the target alone: any worker does it. */
export const anyWork = (limits?: Limits) => proxyActivities<Activities>(options(limits, PATIENT))
