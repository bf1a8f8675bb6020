/** Taking a run back: its workflow is ended, then another undoes what the ledger says it did. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { Progress } from '../model/run.ts'
import { type RollbackInput, type RollbackResult, TASK_QUEUE, workflowId } from '../workflows/messages.ts'
import { listRuns, type RunHandle } from './handle.ts'
import type { Surroundings } from './here.ts'
import { outcomeOf } from './outcome.ts'
import { queryProgress } from './progress.ts'
import type { Temporal } from './stack.ts'
import { terminate } from './start.ts'
import { findInLedger } from './target.ts'

/** What to take back: the UUID as the target's ledger has it. */
export interface RollbackTarget {
  run: string
  name: string
  target: PostgresEndpoint
}

/** How long a cancelled run may take to end its chunks before it is terminated; the ledger fences it then. */
const PATIENCE = 15_000

/**
 * What a run, or the latest of its name that wrote anything, left in its target. A run that was refused
 * later under the same name is not meant. Fails with `usage` where none wrote.
 */
export async function rollbackTarget(temporal: Temporal, run: RunHandle): Promise<RollbackTarget> {
  for await (const candidate of listRuns(temporal, run.name)) {
    const progress = await queryProgress(temporal, candidate, 10_000)
    if (!progress) throw silent(candidate)
    const { memo } = candidate
    if (memo.mode === 'full' && hasWritten(progress))
      return { run: progress.run, name: run.name, target: memo.target }
  }
  throw new Failure({
    code: 'usage',
    object: `run ${run.name}`,
    message: 'it wrote nothing to its target, so there is nothing to take back',
  })
}

/** What the ledger of a target calls so: for runs of other state folders and servers. */
export async function rollbackTargetIn(
  target: PostgresEndpoint,
  id: string,
  around: Surroundings,
): Promise<RollbackTarget> {
  const { id: run, name } = await findInLedger(target, id, around)
  return { run, name, target }
}

/** Before its backup step a run has only read. */
const hasWritten = ({ steps }: Progress) =>
  steps.some(step => step.name === 'backup' && step.state !== 'pending' && step.state !== 'skipped')

const silent = ({ name }: RunHandle) =>
  new Failure({
    code: 'no-server',
    object: `run ${name}`,
    message: 'no worker is polling, and taking a run back needs one',
    remedy: 'Start one with "longhaul worker"',
  })

/** Ends what is open of the run, then takes it back. A repeated call goes on with the same rollback. */
export async function rollbackRun(
  temporal: Temporal,
  what: RollbackTarget,
  open?: RunHandle,
): Promise<RollbackResult> {
  if (open?.open) await stop(temporal, open)
  const input: RollbackInput = { run: what.run, name: what.name, target: what.target }
  const handle = await temporal.client.workflow.start('rollback', {
    workflowId: `${workflowId(what.name)}/rollback`,
    taskQueue: TASK_QUEUE,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `roll back ${what.name}`,
  })
  try {
    return (await Promise.race([handle.result(), temporal.failed])) as RollbackResult
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(outcomeOf(error, what).failure!, { cause: error })
  }
}

/** Cancelled first, so that chunks end in order; where no worker is there to hear it, terminated. */
async function stop(temporal: Temporal, run: RunHandle): Promise<void> {
  const handle = temporal.client.workflow.getHandle(run.workflowId, run.execution)
  await handle.cancel()
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(250)) {
    if ((await handle.describe()).status.name !== 'RUNNING') return
  }
  await terminate(temporal, run, 'taken back by its operator')
}
