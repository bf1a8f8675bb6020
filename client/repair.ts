/** Rows that differ, repaired: a workflow of its own over the run's snapshot and the target. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { canonicalJson } from '../model/hash-plan.ts'
import type { RepairKind } from '../model/repair.ts'
import { type RepairInput, type RepairResult, TASK_QUEUE, workflowId } from '../workflows/messages.ts'
import { findByName, type RunHandle } from './handle.ts'
import type { Surroundings } from './here.ts'
import { outcomeOf } from './outcome.ts'
import { requireWorkers } from './pollers.ts'
import { tellProgress } from './repair-progress.ts'
import type { Temporal } from './stack.ts'
import { findInLedger, ledgerEndpoint } from './target.ts'

/** The run, and whether the target's ledger has it. */
export type RepairTarget = Pick<RepairInput, 'run' | 'name' | 'target' | 'host' | 'ledger'>

/** What may be done, and to which tables; without a kind differences are only counted. */
export interface RepairOptions {
  kinds: RepairKind[]
  tables?: string[]
}

/** A run of this server. Fails with `usage` where it is under way, or has neither copied nor compared anything. */
export async function repairTarget(run: RunHandle, around: Surroundings): Promise<RepairTarget> {
  const { name, memo, open } = run
  if (open) throw underWay(name)
  if (memo.mode === 'full') return repairTargetIn(ledgerEndpoint(memo.target), name, around)
  if (memo.mode === 'check')
    return { run: memo.run, name, target: ledgerEndpoint(memo.target), host: memo.host, ledger: false }
  throw new Failure({
    code: 'usage',
    object: `run ${name}`,
    message: 'it has only looked at the source, so there is nothing to repair',
  })
}

/** What the ledger of a target calls so. */
export async function repairTargetIn(
  target: PostgresEndpoint,
  id: string,
  around: Surroundings,
): Promise<RepairTarget> {
  const { id: run, name, host } = await findInLedger(target, id, around)
  return { run, name, target, host, ledger: true }
}

/**
 * Repairs, or counts. A repeated call goes on with the same repair. Fails with `usage` where another one, or a
 * rollback, of the run is under way.
 */
export async function repairRun(
  temporal: Temporal,
  what: RepairTarget,
  options: RepairOptions,
): Promise<RepairResult> {
  await requireWorkers(temporal, what.host)
  const rollback = await findByName(temporal, `${what.name}/rollback`)
  if (rollback?.open) throw takenBack(what.name)
  const handle = await handleOf(temporal, { ...what, ...options })
  const ended = new AbortController()
  void tellProgress(handle, line => temporal.around.say(line), ended.signal)
  try {
    return (await Promise.race([handle.result(), temporal.failed])) as RepairResult
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(outcomeOf(error, what).failure!, { cause: error })
  } finally {
    ended.abort()
  }
}

async function handleOf({ client }: Temporal, input: RepairInput) {
  const { name, run, kinds, tables } = input
  // A count writes nothing, and is in nobody's way.
  const workflow = `${workflowId(name)}/repair${kinds.length === 0 ? '-check' : ''}`
  const settings = canonicalJson({ run, kinds, ...(tables && { tables }) })
  try {
    return await client.workflow.start('repair', {
      workflowId: workflow,
      taskQueue: TASK_QUEUE,
      args: [input],
      workflowIdConflictPolicy: kinds.length === 0 ? 'TERMINATE_EXISTING' : 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: kinds.length === 0 ? `count what differs in ${name}` : `repair rows of ${name}`,
      memo: { settings },
    })
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
  }
  const standing = client.workflow.getHandle(workflow)
  const { memo } = await standing.describe()
  if (memo?.settings === settings) return standing
  throw new Failure({
    code: 'usage',
    object: `run ${name}`,
    message: 'another repair of it is under way',
    remedy: 'Go on with that one by the same words, and begin this one when it has ended',
  })
}

const underWay = (name: string) =>
  new Failure({
    code: 'usage',
    object: `run ${name}`,
    message: 'is under way',
    remedy: `Wait for its end ("longhaul watch ${name}"), then repair`,
  })

const takenBack = (name: string) =>
  new Failure({ code: 'usage', object: `run ${name}`, message: 'is being taken back' })
