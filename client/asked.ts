/** What was asked of a run when it was begun. */
import { defaultPayloadConverter } from '@temporalio/common'
import { Failure } from '../model/failure.ts'
import type { MigrateInput } from '../workflows/messages.ts'
import type { RunHandle } from './handle.ts'
import type { Temporal } from './stack.ts'

/** From the first event of its history, with no worker alive. Fails with `usage` where the server has dropped that. */
export async function askedOf(
  { client }: Temporal,
  { name, workflowId, execution }: RunHandle,
): Promise<MigrateInput> {
  const { events } = await client.workflow.getHandle(workflowId, execution).fetchHistory()
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]
  if (payload) return defaultPayloadConverter.fromPayload<MigrateInput>(payload)
  throw new Failure({
    code: 'usage',
    object: `run ${name}`,
    message: 'the Temporal server has no record any more of what was asked of it',
    remedy: 'Write --from and --to in place of its name',
  })
}
