/** Timeouts and retries by class of work: the one place where patience is decided. */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { hostQueue, type Limits } from './messages.ts'

/** A server that is away comes back: waiting is right for as long as the operator lets the run stand. */
const PATIENT = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const

/** Where a last word is tried and not waited for. */
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

/** The report of a failed run: without it the failure is told all the same. */
export const lastWords = (host: string, limits?: Limits) =>
  proxyActivities<Activities>({ ...options(limits, BRIEF), taskQueue: hostQueue(host) })

/** Work that needs the files of one host: the source, the snapshot, artifacts. */
export const hostWork = (host: string, limits?: Limits) =>
  proxyActivities<Activities>({ ...options(limits, PATIENT), taskQueue: hostQueue(host) })

/** Work on the target alone: any worker does it. */
export const anyWork = (limits?: Limits) => proxyActivities<Activities>(options(limits, PATIENT))
