/** Rows in quarantine, written after the plan was corrected: a workflow of its own over the target's ledger. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { canonicalJson } from '../model/hash-plan.ts'
import type { PlanFile } from '../model/plan-request.ts'
import { sha256 } from '../model/sha256.ts'
import { type ReplayInput, type ReplayResult, TASK_QUEUE, workflowId } from '../workflows/messages.ts'
import type { Surroundings } from './here.ts'
import { outcomeOf } from './outcome.ts'
import { requireWorkers } from './pollers.ts'
import type { Temporal } from './stack.ts'
import { findInLedger } from './target.ts'

/** The run as the target's ledger has it. */
export type ReplayTarget = Pick<ReplayInput, 'run' | 'name' | 'target' | 'host'>

/** The latest run of that name, or the one whose UUID begins so, in a target's ledger. Fails with `usage`. */
export async function replayTarget(
  target: PostgresEndpoint,
  id: string,
  around: Surroundings,
): Promise<ReplayTarget> {
  const { id: run, name, host } = await findInLedger(target, id, around)
  return { run, name, target, host }
}

/**
 * The replay with these settings: the one that is under way, or a new one in its place. What an older one has
 * written by other settings stays, up to the moment in which the new one fences it off; that is after the older
 * one's command has ended.
 */
async function replayHandle({ client }: Temporal, input: ReplayInput) {
  const workflow = `${workflowId(input.name)}/replay`
  const settings = sha256(canonicalJson(input.settings))
  const begin = (workflowIdConflictPolicy: 'FAIL' | 'TERMINATE_EXISTING') =>
    client.workflow.start('replay', {
      workflowId: workflow,
      taskQueue: TASK_QUEUE,
      args: [input],
      workflowIdConflictPolicy,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `replay quarantine of ${input.name}`,
      memo: { settings },
    })
  try {
    return await begin('FAIL')
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
  }
  const underWay = client.workflow.getHandle(workflow)
  const { memo } = await underWay.describe()
  return memo?.settings === settings ? underWay : begin('TERMINATE_EXISTING')
}

/**
 * Writes what fits now, validates the tables again and gives the run's new end. A repeated call goes on with the
 * same replay, one with another plan file goes over it. Without a plan file the run's own settings are tried once more.
 */
export async function replayRun(
  temporal: Temporal,
  what: ReplayTarget,
  file?: PlanFile,
): Promise<ReplayResult> {
  await requireWorkers(temporal, what.host)
  const handle = await replayHandle(temporal, { ...what, settings: file?.tables ?? {} })
  try {
    return (await Promise.race([handle.result(), temporal.failed])) as ReplayResult
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(outcomeOf(error, what).failure!, { cause: error })
  }
}
