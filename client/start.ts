/** Starting a run, or going on with the one that is under way. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { showEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { type MigrateInput, TASK_QUEUE, workflowId } from '../workflows/messages.ts'
import { findByName, type RunHandle, type RunMemo } from './handle.ts'
import type { Surroundings } from './here.ts'
import { requireWorkers } from './pollers.ts'
import { queryProgress } from './progress.ts'
import type { PreparedRun } from './request.ts'
import { keepSecret } from './secrets.ts'
import type { Temporal } from './stack.ts'
import { openLedger } from './target.ts'

/** A run that was started, or an open one that was found under its name. */
export interface StartedRun extends RunHandle {
  attached: boolean
}

export interface StartOptions {
  /** Take over an unfinished run whose owner seems alive. */
  adopt?: boolean
  /** Do not wait for workers. */
  detach?: boolean
}

/**
 * Starts a run, or attaches to the open one of the same name and request. Fails with `usage` where an open
 * run of that name does something else, and with `no-server` where no worker polls.
 */
export async function startRun(
  temporal: Temporal,
  prepared: PreparedRun,
  options: StartOptions = {},
): Promise<StartedRun> {
  const { around } = temporal
  keepSecret(prepared.secret, around)
  if (!options.detach) await requireWorkers(temporal, prepared.request.source.host)
  const open = await findByName(temporal, prepared.name)
  if (open?.open) {
    sameOrRefused(open, prepared)
    if (!(await isOrphaned(temporal, open))) {
      around.say(`Going on with run ${open.name}, which is under way (${open.memo.run})`)
      return { ...open, attached: true }
    }
    around.say(`The target of run ${open.name} was dropped or made anew since it began; starting a new run`)
    await terminate(temporal, open, 'its target was dropped or made anew')
  }
  return startNew(temporal, prepared, options)
}

async function startNew(
  temporal: Temporal,
  prepared: PreparedRun,
  { adopt = false }: StartOptions,
): Promise<StartedRun> {
  const { mode, request, requestHash, name, expectHash } = prepared
  const run = randomUUID()
  const input: MigrateInput = {
    ...{ run, name, mode, request, requestHash, adopt },
    indexed: temporal.indexed,
    ...(expectHash && { expectHash }),
  }
  const [source, target] = [showEndpoint(request.source), showEndpoint(request.target)]
  const memo: RunMemo = { run, mode, requestHash, source, target: request.target, host: request.source.host }
  await temporal.client.workflow.start(mode === 'check' ? 'check' : 'migrate', {
    workflowId: workflowId(name),
    taskQueue: TASK_QUEUE,
    args: [input],
    memo: { ...memo },
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `${VERBS[mode]} ${name}`,
    staticDetails: `${source} → ${target}`,
  })
  const started = await findByName(temporal, name)
  if (!started)
    throw new Failure({ code: 'internal', object: `run ${name}`, message: 'it was started and is not there' })
  sameOrRefused(started, prepared)
  return { ...started, attached: started.memo.run !== run }
}

const VERBS = { full: 'migrate', preflight: 'preflight', check: 'compare' } as const

function sameOrRefused(open: RunHandle, { requestHash, mode }: PreparedRun): void {
  if (open.memo.requestHash === requestHash && open.memo.mode === mode) return
  throw new Failure({
    code: 'usage',
    object: `run ${open.name}`,
    message: 'a run of that name is under way and does something else',
    remedy: `Choose another --id, or see it with "longhaul watch ${open.name}"`,
  })
}

/**
 * Whether a run is past its first write and the target knows nothing of it: its activities would fail one
 * after the other, each after minutes of patience. In doubt, no.
 */
async function isOrphaned(temporal: Temporal, { memo, ...run }: RunHandle): Promise<boolean> {
  if (memo.mode !== 'full') return false
  const progress = await queryProgress(temporal, { memo, ...run }, 10_000)
  if (!progress?.steps.some(step => step.name === 'backup' && step.state === 'done')) return false
  return (await knows(progress.run, memo, temporal.around)) === false
}

async function knows(run: string, { target }: RunMemo, around: Surroundings): Promise<boolean | undefined> {
  try {
    const ledger = await openLedger(target, around)
    try {
      return (await ledger.run(run)) !== undefined
    } finally {
      await ledger.close()
    }
  } catch {
    return undefined
  }
}

/** Ends an open run at once, and waits until the server says so. */
export async function terminate(temporal: Temporal, run: RunHandle, reason: string): Promise<void> {
  const handle = temporal.client.workflow.getHandle(run.workflowId, run.execution)
  await handle.terminate(reason)
  while ((await handle.describe()).status.name === 'RUNNING') await sleep(100)
}
