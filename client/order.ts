/** One order to a run: an update that its workflow takes or refuses at once, with a reason. */
import { randomUUID } from 'node:crypto'
import {
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowUpdateStage,
} from '@temporalio/client'
import { Failure } from '../model/failure.ts'
import { type Ordered, TASK_QUEUE } from '../workflows/messages.ts'
import { findRun, type RunHandle } from './handle.ts'
import { outcomeOf } from './outcome.ts'
import { isPolled, noWorker } from './pollers.ts'
import { stateOf } from './run-state.ts'
import { isConnection } from './server-errors.ts'
import type { Temporal } from './stack.ts'

/** Who gives an order, and why; for the ledger and the report. */
export interface By {
  by?: string
  comment?: string
}

/** An order that a run has taken. */
export interface GivenOrder extends Ordered {
  run: RunHandle
}

/**
 * How long the run's workflow may take to answer; milliseconds. A worker that was killed keeps its tasks for 10 s;
 * one of an embedded stack is started again meanwhile.
 */
const PATIENCE = { cluster: 20_000, embedded: 60_000 }

/** How long what was taken may take to be carried out: an edit waits until the pause holds; milliseconds. */
const CARRIED_OUT = 120_000

/** What takes an order: a run's workflow, or the rollback of one. */
type Taker = Pick<RunHandle, 'workflowId' | 'execution'>

/**
 * Gives a run an order and waits for the answer. Fails with `usage` where there is no such run, it has ended, or
 * its workflow refuses the order (with its reason), and with `no-server` where nobody answers. `instead` may name
 * who takes the order of a run that has ended.
 */
export async function giveOrder(
  temporal: Temporal,
  id: string,
  order: { name: string },
  given: object,
  instead: (run: RunHandle) => Promise<Taker | undefined> = async () => undefined,
): Promise<GivenOrder> {
  const run = await findRun(temporal, id)
  const taker = run.open ? run : await instead(run)
  if (!taker) throw ended(run)
  if (!temporal.embedded && !(await isPolled(temporal, TASK_QUEUE)))
    throw noWorker(temporal, [TASK_QUEUE], run.memo.host)
  try {
    const taken = await Promise.race([send(temporal, taker, order, given), temporal.failed])
    const result = temporal.client.withDeadline(Date.now() + CARRIED_OUT, () => taken.result())
    const { message } = await Promise.race([result.catch(unfinished(order.name)), temporal.failed])
    return { run, message }
  } catch (error) {
    throw explained(error, run, order.name)
  }
}

/** Settles once the order was taken. One id for all tries: an answer that is lost does not give it twice. */
function send({ client, embedded }: Temporal, to: Taker, { name }: { name: string }, given: object) {
  const handle = client.workflow.getHandle(to.workflowId, to.execution)
  const options = { args: [defined(given)] as [object], updateId: randomUUID() }
  const patience = embedded ? PATIENCE.embedded : PATIENCE.cluster
  return client.withDeadline(Date.now() + patience, () =>
    handle.startUpdate<Ordered, [object]>(name, { ...options, waitForStage: WorkflowUpdateStage.ACCEPTED }),
  )
}

/** What was taken stands in the history: it is carried out, whoever waits for it. */
const unfinished = (order: string) => (error: unknown) => {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
    return { message: `the ${order} was taken, and is carried out once what is under way has ended` }
  throw error
}

/** Absent and not undefined: what travels is what was said. */
const defined = (given: object): object =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

function explained(error: unknown, run: RunHandle, order: string): Failure {
  if (error instanceof Failure) return error
  if (error instanceof WorkflowNotFoundError) return ended(run)
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return unheard(run, order)
  if (isConnection(error)) return noAnswer(run, order)
  const { failure } = outcomeOf(error, { run: run.memo.run, name: run.name })
  if (failure && failure.code !== 'internal') return new Failure(failure, { cause: error })
  return new Failure(
    { code: 'usage', object: `run ${run.name}`, message: failure?.message ?? `it takes no order "${order}"` },
    { cause: error },
  )
}

const ended = (run: RunHandle) =>
  new Failure({
    code: 'usage',
    object: `run ${run.name}`,
    message: `it has ended already (${stateOf(run)})`,
    remedy: `See how with "longhaul show ${run.name}"`,
  })

/** The server keeps an order that nobody has heard yet: it may still be taken. */
const unheard = ({ name }: RunHandle, order: string) =>
  new Failure({
    code: 'no-server',
    object: `run ${name}`,
    message: `no worker is polling, so nobody has answered the ${order}`,
    remedy: `Start one with "longhaul up" or "longhaul worker", look with "longhaul show ${name}" whether it was taken, and give it again if not`,
  })

const noAnswer = ({ name }: RunHandle, order: string) =>
  new Failure({
    code: 'no-server',
    object: `run ${name}`,
    message: `the Temporal server went away before the ${order} was answered`,
    remedy: `Once it is back, look with "longhaul show ${name}" whether it was taken, and give it again if not`,
  })
