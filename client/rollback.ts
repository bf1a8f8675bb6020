/** Taking a run back: its workflow is ended, then another undoes what the ledger says it did. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { WorkflowNotFoundError } from '@temporalio/client'
import type { Waiting } from '../model/control.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { refusalOf } from '../model/refuse-rollback.ts'
import { type Loss, type RollbackCheck, type RollbackScope, WHOLE } from '../model/rollback.ts'
import type { Progress } from '../model/run.ts'
import {
  type RollbackInput,
  type RollbackResult,
  retryUpdate,
  TASK_QUEUE,
  waitingForQuery,
  workflowId,
} from '../workflows/messages.ts'
import { listRuns, type RunHandle } from './handle.ts'
import type { Surroundings } from './here.ts'
import { outcomeOf } from './outcome.ts'
import { isPolled, noWorker } from './pollers.ts'
import { queryProgress } from './progress.ts'
import { beganRemake } from './remade.ts'
import type { Temporal } from './stack.ts'
import { terminate } from './start.ts'
import { findInLedger } from './target.ts'

/** What to take back: the UUID as the target's ledger has it. */
export interface RollbackTarget {
  run: string
  name: string
  target: RollbackInput['target']
  /** The host that has its artifacts. */
  host: string
}

/** How much, and on whose word. */
export interface RollbackOptions {
  /** Absent: all of it. */
  scope?: RollbackScope
  /** `none`: no dump of what the rollback takes away. */
  backup?: 'auto' | 'none'
  /** What may be lost: `rows-of-others`. A check that finds any other loss refuses. */
  accept?: Loss[]
  by?: string
  comment?: string
}

/** The end of a rollback; or what it waits for, where somebody has to do something first. It stays open then. */
export type RollbackEnd = { result: RollbackResult; waiting?: never } | { result?: never; waiting: Waiting[] }

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
      return { run: progress.run, name: run.name, target: memo.target, host: memo.host }
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
  const remade = beganRemake(around.home, target, id)
  if (remade) return { ...remade, target, host: around.here.host }
  const { id: run, name, host } = await findInLedger(target, id, around)
  return { run, name, target, host }
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

/** The safety check alone: nothing is written, and the run goes on if it is under way. */
export async function checkRun(
  temporal: Temporal,
  what: RollbackTarget,
  scope: RollbackScope = WHOLE,
): Promise<RollbackCheck> {
  await requireWorker(temporal, what)
  const id = `${workflowId(what.name)}/rollback-check`
  const { result } = await start(temporal, what, id, { scope, checkOnly: true })
  const end = await result
  if (!end.check)
    throw new Failure({ code: 'internal', object: `run ${what.name}`, message: 'no check was made' })
  return end.check
}

/**
 * Ends what is open of the run, then takes it back. A repeated call goes on with the same rollback. Fails with
 * `refused`, and the run goes on, where the safety check does.
 */
export async function rollbackRun(
  temporal: Temporal,
  what: RollbackTarget,
  open?: RunHandle,
  options: RollbackOptions = {},
): Promise<RollbackEnd> {
  await requireWorker(temporal, what)
  const id = `${workflowId(what.name)}/rollback`
  const under = await underWay(temporal, id)
  if (under && under !== scopeKey(options.scope)) throw otherScope(what, under)
  if (open?.open) {
    const refusal = refusalOf({ name: what.name, ...options }, await checkRun(temporal, what, options.scope))
    if (refusal) throw new Failure(refusal)
    await stop(temporal, open)
  }
  const { result, waits } = await start(temporal, what, id, options)
  return Promise.race([result.then(result => ({ result })), waits(under !== undefined)])
}

async function start(
  temporal: Temporal,
  what: RollbackTarget,
  id: string,
  options: RollbackOptions & { checkOnly?: boolean },
) {
  const { run, name, target, host } = what
  const { scope, backup, accept, by, comment, checkOnly } = options
  const input: RollbackInput = {
    ...{ run, name, target, host },
    ...(scope && { scope }),
    ...(backup && { backup }),
    ...(accept && { accept }),
    ...(checkOnly && { checkOnly }),
    ...(by !== undefined && { by }),
    ...(comment !== undefined && { comment }),
  }
  const handle = await temporal.client.workflow.start('rollback', {
    workflowId: id,
    taskQueue: TASK_QUEUE,
    args: [input],
    memo: { scope: scopeKey(scope) },
    workflowIdConflictPolicy: checkOnly ? 'TERMINATE_EXISTING' : 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: checkOnly ? `check whether ${name} can be rolled back` : `roll back ${name}`,
  })
  let ended = false
  const unattended = untilUnattended(temporal, what, () => ended)
  const looking = new AbortController()
  const end = temporal.client.withAbortSignal(looking.signal, () => handle.result())
  const result = Promise.race([end, temporal.failed, unattended]).catch(error => {
    if (error instanceof Failure) throw error
    throw new Failure(outcomeOf(error, what).failure!, { cause: error })
  }) as Promise<RollbackResult>
  result.finally(() => (ended = true)).catch(() => {})
  /** Settles once it waits for somebody; `again`: who waited before is told to go on first. */
  const waits = async (again: boolean): Promise<{ waiting: Waiting[] }> => {
    const ask = () =>
      temporal.client.withDeadline(Date.now() + 5000, () => handle.query(waitingForQuery)).catch(() => [])
    if (again && (await ask()).length > 0)
      await handle
        .executeUpdate<unknown, [object]>(retryUpdate.name, {
          args: [{ ...(by !== undefined && { by }), ...(accept && { accept }) }],
        })
        .catch(() => {})
    while (!ended) {
      const waiting = (await ask()).filter(({ kind }) => kind === 'operator')
      if (waiting.length > 0) {
        // A long poll that outlives the connection would end this process.
        looking.abort()
        return { waiting }
      }
      await sleep(500)
    }
    return new Promise<never>(() => {})
  }
  return { result, waits }
}

/** A cluster takes a rollback without a worker as gladly as with one; an embedded stack looks after its own. */
async function requireWorker(temporal: Temporal, { host }: RollbackTarget): Promise<void> {
  if (!temporal.embedded && !(await isPolled(temporal, TASK_QUEUE)))
    throw noWorker(temporal, [TASK_QUEUE], host)
}

const LOOK_MS = 5000

/** Rejects once nobody works on it any more; the rollback stays, and goes on with the next worker. */
async function untilUnattended(
  temporal: Temporal,
  what: RollbackTarget,
  over: () => boolean,
): Promise<never> {
  for (;;) {
    await sleep(LOOK_MS, undefined, { ref: false })
    if (over()) return new Promise<never>(() => {})
    await requireWorker(temporal, what).catch(error => {
      // A server that is away for a while is asked again when it is back.
      if (error instanceof Failure) throw error
    })
  }
}

/** What tells one scope from another; a condition may hold values of rows, and a memo is for everybody. */
function scopeKey({ kind, tables, where }: RollbackScope = WHOLE): string {
  const condition = where && createHash('sha256').update(where).digest('hex').slice(0, 12)
  return [
    kind,
    ...(tables ? [`of ${tables.join(', ')}`] : []),
    ...(condition ? [`where ${condition}`] : []),
  ].join(' ')
}

/** The scope of a rollback of that name that has not ended. */
async function underWay(temporal: Temporal, id: string): Promise<string | undefined> {
  try {
    const { status, memo } = await temporal.client.workflow.getHandle(id).describe()
    return status.name === 'RUNNING' ? String(memo?.scope ?? scopeKey()) : undefined
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
}

const otherScope = ({ name }: RollbackTarget, scope: string) =>
  new Failure({
    code: 'usage',
    object: `run ${name}`,
    message: `another rollback of it is under way (${scope})`,
    remedy: 'Go on with that one by the same words, and begin this one when it has ended',
  })

/** Cancelled first, so that chunks end in order; where no worker is there to hear it, terminated. */
async function stop(temporal: Temporal, run: RunHandle): Promise<void> {
  const handle = temporal.client.workflow.getHandle(run.workflowId, run.execution)
  await handle.cancel()
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(250)) {
    if ((await handle.describe()).status.name !== 'RUNNING') return
  }
  await terminate(temporal, run, 'taken back by its operator')
}
