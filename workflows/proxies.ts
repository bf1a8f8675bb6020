/** Timeouts and retries by class of work: the one place where patience is decided. */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { type Endpoint, hostOf } from '../model/endpoint.ts'
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

/**
 * How long work may lie in a host's queue before it is asked whether anybody is there. A worker whose hands are
 * full looks the same from here, and a lane works for a minute: so more than that, and twice as long each time.
 */
const lying = (limits: Limits | undefined, strikes: number) =>
  `${(limits?.hostSeconds ?? 75) * 2 ** Math.min(strikes, 6)} seconds` as const

/** The report of a failed run, and its last orders: without them the failure is told all the same. */
export const lastWords = (host: string, limits?: Limits) =>
  proxyActivities<Activities>({
    ...options(limits, BRIEF),
    scheduleToStartTimeout: lying(limits, 0),
    taskQueue: hostQueue(host),
  })

/** The same for what any worker can do. */
export const lastNotes = (limits?: Limits) =>
  proxyActivities<Activities>({ ...options(limits, BRIEF), scheduleToStartTimeout: lying(limits, 0) })

/**
 * Work that needs the files of one host: the source, the snapshot, artifacts.
 * @param strikes how often it has lain in the queue in vain; absent: it lies there for ever
 */
export const hostWork = (host: string, limits?: Limits, strikes?: number) =>
  proxyActivities<Activities>({
    ...options(limits, PATIENT),
    ...(strikes !== undefined && { scheduleToStartTimeout: lying(limits, strikes) }),
    taskQueue: hostQueue(host),
  })

/** Work on the target alone: any worker does it. */
export const anyWork = (limits?: Limits) => proxyActivities<Activities>(options(limits, PATIENT))

/** Work on a target: on its host where it is a file. */
export function near(target: Endpoint, limits?: Limits) {
  const host = hostOf(target)
  return host === undefined ? anyWork(limits) : hostWork(host, limits)
}

/** Whether somebody works for a host: lies in its queue until then, for days as well, and costs nothing. */
export const askHost = (host: string) =>
  proxyActivities<Activities>({
    startToCloseTimeout: '10 seconds',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: PATIENT,
    taskQueue: hostQueue(host),
  })
