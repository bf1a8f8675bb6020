/** Starting a run, or going on with the one that is under way. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { showEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { type MigrateInput, TASK_QUEUE, workflowId } from '../workflows/messages.ts'
import { openQuestions } from './answers.ts'
import { findByName, type RunHandle, type RunMemo } from './handle.ts'
import { retry } from './orders.ts'
import { isOrphaned } from './orphan.ts'
import { requireWorkers } from './pollers.ts'
import { queryProgress } from './progress.ts'
import type { PreparedRun } from './request.ts'
import { keepSecret } from './secrets.ts'
import type { Temporal } from './stack.ts'

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
  for (const secret of prepared.secrets ?? []) keepSecret(secret, around)
  if (!options.detach) await requireWorkers(temporal, prepared.request.source.host)
  const open = await findByName(temporal, prepared.name)
  if (open?.open) {
    sameOrRefused(open, prepared)
    if (!(await isOrphaned(temporal, open))) {
      around.say(
        `Going on with run ${open.name}, begun ${open.startedAt.toISOString()}, which is under way (${open.memo.run})`,
      )
      await tryAgain(temporal, open)
      return { ...open, attached: true }
    }
    around.say(`The target of run ${open.name} was dropped or made anew since it began; starting a new run`)
    await terminate(temporal, open, 'its target was dropped or made anew')
  }
  return startNew(temporal, prepared, options)
}

/** The same command once more on a run that waits because something failed is the order to try it again. */
async function tryAgain(temporal: Temporal, open: RunHandle): Promise<void> {
  const progress = await queryProgress(temporal, open)
  const failed = progress && openQuestions(progress).find(({ kind }) => kind === 'operator')
  if (!failed) return
  temporal.around.say(`It waited for ${failed.text}: trying again`)
  try {
    await retry(temporal, open.name)
  } catch (error) {
    // Another command was faster, or it ended meanwhile: what became of it is seen by following it.
    if (!(error instanceof Failure && error.code === 'usage')) throw error
  }
}

async function startNew(
  temporal: Temporal,
  prepared: PreparedRun,
  { adopt = false }: StartOptions,
): Promise<StartedRun> {
  const { mode, request, requestHash, name, expectHash, showValues } = prepared
  const run = randomUUID()
  const input: MigrateInput = {
    ...{ run, name, mode, request, requestHash, adopt },
    indexed: temporal.indexed,
    ...(expectHash && { expectHash }),
    ...(showValues && { showValues }),
  }
  const [source, target] = [showEndpoint(request.source), showEndpoint(request.target)]
  const { target: to, source: from } = request
  const memo: RunMemo = {
    ...{ run, begun: run, mode, requestHash },
    ...{ source, target: to, host: from.host },
  }
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
  return { ...started, attached: started.memo.begun !== run }
}

const VERBS = { full: 'migrate', preflight: 'preflight', check: 'compare' } as const

function sameOrRefused(open: RunHandle, { requestHash, mode }: PreparedRun): void {
  if (open.memo.requestHash === requestHash && open.memo.mode === mode) return
  throw new Failure({
    code: 'usage',
    object: `run ${open.name}`,
    message:
      'a run of that name is under way and was asked for something else (source, target, tables or policies)',
    remedy: `Choose another --id, or see it with "longhaul watch ${open.name}"`,
  })
}

/**
 * Ends an open run at once, with its children: they would wait for activities that nobody runs any more, and
 * stand in the way of the next run's. Returns when the server says that all have ended.
 */
export async function terminate(temporal: Temporal, run: RunHandle, reason: string): Promise<void> {
  const parent = temporal.client.workflow.getHandle(run.workflowId, run.execution)
  const { raw } = await parent.describe()
  const children = (raw.pendingChildren ?? []).map(child =>
    temporal.client.workflow.getHandle(child.workflowId!, child.runId!),
  )
  for (const handle of [parent, ...children]) {
    // One that ended by itself meanwhile is as good.
    await handle.terminate(reason).catch(() => {})
    while ((await handle.describe()).status.name === 'RUNNING') await sleep(100)
  }
}
