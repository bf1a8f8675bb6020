/** Open runs whose target is no more: to go on with them would be minutes of patience for nothing. */
import { defaultPayloadConverter } from '@temporalio/common'
import type { RunHandle } from './handle.ts'
import type { Temporal } from './stack.ts'
import { openLedger } from './target.ts'

/** Whether a run has opened its ledger and the target knows nothing of it any more. In doubt, no. */
export async function isOrphaned(temporal: Temporal, run: RunHandle): Promise<boolean> {
  if (run.memo.mode !== 'full') return false
  try {
    const recorded = await recordedAs(temporal, run)
    return recorded !== undefined && !(await knows(temporal, run, recorded))
  } catch {
    return false
  }
}

/**
 * The UUID under which the run stands in the ledger, from the history: a query would need a worker, and
 * waits 10 s for one that was killed.
 */
async function recordedAs({ client }: Temporal, run: RunHandle): Promise<string | undefined> {
  const { events = [] } = await client.workflow.getHandle(run.workflowId, run.execution).fetchHistory()
  const opened = events?.find(
    e => e.activityTaskScheduledEventAttributes?.activityType?.name === 'openLedger',
  )
  const completed = events?.some(e => {
    const id = e.activityTaskCompletedEventAttributes?.scheduledEventId
    return id !== undefined && opened !== undefined && String(id) === String(opened.eventId)
  })
  const payload = opened?.activityTaskScheduledEventAttributes?.input?.payloads?.[0]
  return completed && payload ? defaultPayloadConverter.fromPayload<{ run: string }>(payload).run : undefined
}

async function knows({ around }: Temporal, { memo }: RunHandle, run: string): Promise<boolean> {
  const ledger = await openLedger(memo.target, around)
  try {
    return (await ledger.run(run)) !== undefined
  } finally {
    await ledger.close()
  }
}
