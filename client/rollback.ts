/** Taking a run back: its workflow is ended, then another undoes what the ledger says it did. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { type RollbackInput, type RollbackResult, TASK_QUEUE, workflowId } from '../workflows/messages.ts'
import type { RunHandle } from './handle.ts'
import { outcomeOf } from './outcome.ts'
import { queryProgress } from './progress.ts'
import type { Temporal } from './stack.ts'
import { terminate } from './start.ts'

/** What to take back: the UUID as the target's ledger has it. */
export interface RollbackTarget {
  run: string
  name: string
  target: PostgresEndpoint
}

/** How long a cancelled run may take to end its chunks before it is terminated; the ledger fences it then. */
const PATIENCE = 15_000

/** The run behind a handle: its own UUID, unless it went on with an unfinished one. */
export async function rollbackTarget(temporal: Temporal, run: RunHandle): Promise<RollbackTarget> {
  const { target, run: first } = run.memo
  const progress = await queryProgress(temporal, run)
  return { run: progress?.run ?? first, name: run.name, target }
}

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
