/** Why a run stands still: from what Temporal knows of its pending activities to one line in words. */
import type { WorkflowExecutionDescription } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import { codeOfType } from '../model/failure.ts'
import { escapeControls } from '../model/name-text.ts'

type Described = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number]

/** What decides, of an activity that has not ended; `handle.describe()` has it as `raw.pendingActivities`. */
export type PendingActivity = Pick<
  Described,
  | 'activityType'
  | 'state'
  | 'attempt'
  | 'lastFailure'
  | 'nextAttemptScheduleTime'
  | 'heartbeatDetails'
  | 'lastHeartbeatTime'
  | 'lastStartedTime'
>

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const STARTED = 2
/** `TIMEOUT_TYPE_HEARTBEAT` of Temporal's API. */
const HEARTBEAT = 4

/**
 * What the activities wait for, as it stands after "waiting for": a lock before anything else, else the one
 * that was tried most often. Undefined where all are at work. `now` in milliseconds.
 */
export function waitingOf(activities: readonly PendingActivity[], now: number): string | undefined {
  const locks = activities.flatMap(activity => lockOf(activity) ?? [])
  if (locks.length > 0) return locks[0]
  const tried = activities.filter(isTriedAgain).sort((a, b) => (b.attempt ?? 0) - (a.attempt ?? 0))
  return tried[0] && retryLine(tried[0], now)
}

function lockOf(activity: PendingActivity): string | undefined {
  if (!isAlive(activity)) return undefined
  const [, kind] = /^Lock: (.+)$/.exec(waitsForOf(activity) ?? '') ?? []
  return kind && escapeControls(`a lock in the target (${kind}), in ${nameOf(activity)}`)
}

/** What the session of the work waits for, as the activity's heartbeat tells it. */
function waitsForOf({ heartbeatDetails }: PendingActivity): string | undefined {
  const payload = heartbeatDetails?.payloads?.[0]
  if (!payload) return undefined
  try {
    const detail = defaultPayloadConverter.fromPayload<{ waitsFor?: unknown } | undefined>(payload)
    return typeof detail?.waitsFor === 'string' ? detail.waitsFor : undefined
  } catch {
    return undefined
  }
}

/** An attempt that has given a sign of life is at work, whatever became of those before it. */
function isTriedAgain(activity: PendingActivity): boolean {
  return ((activity.attempt ?? 0) >= 2 || Boolean(activity.lastFailure)) && !isAlive(activity)
}

/** Heartbeats of an attempt that ended stay; they count only for the attempt that runs. */
function isAlive({ state, lastHeartbeatTime, lastStartedTime }: PendingActivity): boolean {
  return (
    state === STARTED && Boolean(lastHeartbeatTime) && millis(lastHeartbeatTime) > millis(lastStartedTime)
  )
}

function retryLine(activity: PendingActivity, now: number): string {
  const { attempt, state, nextAttemptScheduleTime: next } = activity
  const seconds = next && state !== STARTED ? Math.ceil((millis(next) - now) / 1000) : 0
  const head = escapeControls(`${nameOf(activity)}, attempt ${attempt}: ${reasonOf(activity)}`)
  return seconds > 0 ? `${head}; next try in ${seconds} s` : head
}

/** Only longhaul's own sentences are shown; others may quote values. */
function reasonOf({ lastFailure }: PendingActivity): string {
  const own = codeOfType(lastFailure?.applicationFailureInfo?.type)
  if (own && lastFailure?.message) return lastFailure.message.replace(/\.$/, '')
  const timeout = lastFailure?.timeoutFailureInfo
  if (timeout?.timeoutType === HEARTBEAT) return 'the attempt before gave no sign of life'
  if (timeout) return 'the attempt before took too long'
  return 'the attempt before failed'
}

export const nameOf = ({ activityType }: Pick<PendingActivity, 'activityType'>): string =>
  activityType?.name || 'an activity'

function millis(time: PendingActivity['lastStartedTime']): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6
}
