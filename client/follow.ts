/** Waiting for the end of a run, telling how far it is, whatever comes and goes meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TableRow } from '../ledger/reader.ts'
import type { Progress, RunResult } from '../model/run.ts'
import { openQuestions } from './answers.ts'
import type { RunHandle } from './handle.ts'
import { type Outcome, outcomeOf, waitingOutcome } from './outcome.ts'
import { waitingLooks } from './pending.ts'
import { noWorker, unpolled } from './pollers.ts'
import { queryProgress, withLedger, withWaiting } from './progress.ts'
import { isConnection } from './server-errors.ts'
import type { Temporal } from './stack.ts'
import { openLedger } from './target.ts'

export interface FollowOptions {
  /** Hears how far the run is, about once an interval. */
  onProgress?: (progress: Progress) => void
  /** Milliseconds between two looks. */
  interval?: number
  /** Ends the waiting, not the run. */
  signal?: AbortSignal
  /**
   * Seconds for which the run may wait for somebody who acts (a gate, a failed table, a resume), before this gives
   * up and returns with `waiting`; the run stays as it is. Absent: for ever.
   */
  wait?: number
}

/** No worker for so long, and a command of a cluster says so and ends. */
const PATIENCE = 15_000

/** Waits for the end. Fails with `no-server` where nobody works on the run; the run itself stays as it is. */
export async function waitFor(
  temporal: Temporal,
  run: RunHandle,
  options: FollowOptions = {},
): Promise<Outcome> {
  const end = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, end.signal]) : end.signal
  const unanswered = Promise.withResolvers<Outcome>()
  const look = looking(temporal, run, { ...options, onWaiting: unanswered.resolve }, signal)
  const ends = [ending(temporal, run, signal), unanswered.promise, temporal.failed, aborted(signal)]
  const never = look.then(() => new Promise<never>(() => {}))
  try {
    return await Promise.race([...ends, never])
  } finally {
    end.abort()
    const { onProgress } = options
    const last = onProgress && !options.signal?.aborted ? lastLook(temporal, run, onProgress) : undefined
    // A look that is under way may wait for the target: it is no news any more.
    await Promise.allSettled([look, last])
  }
}

/** The steps that ended after the last look; nobody waits long for them. */
async function lastLook(
  temporal: Temporal,
  run: RunHandle,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const progress = await queryProgress(temporal, run, 8000)
  if (progress) onProgress(progress)
}

/** The result; a server that is away for a while is asked again when it is back. */
async function ending(temporal: Temporal, run: RunHandle, signal: AbortSignal): Promise<Outcome> {
  const handle = temporal.client.workflow.getHandle(run.workflowId, run.execution)
  for (;;) {
    try {
      const result = await temporal.client.withAbortSignal(signal, () => handle.result())
      return { result: result as RunResult }
    } catch (error) {
      if (signal.aborted) throw error
      if (!isConnection(error)) return outcomeOf(error, { run: run.memo.run, name: run.name })
      await sleep(500)
    }
  }
}

async function looking(
  temporal: Temporal,
  run: RunHandle,
  options: FollowOptions & { onWaiting: (outcome: Outcome) => void },
  signal: AbortSignal,
): Promise<void> {
  const { onProgress = () => {}, interval = 1000 } = options
  const patience = patienceWith(options)
  const figures = ledgerFigures(temporal, run)
  const waiting = waitingLooks(temporal, run)
  let silentSince: number | undefined
  while (!signal.aborted) {
    const progress = await temporal.client.withAbortSignal(signal, () => queryProgress(temporal, run))
    if (progress) {
      const counted = withLedger(progress, await figures(progress))
      const whole = withWaiting(counted, await temporal.client.withAbortSignal(signal, waiting))
      if (signal.aborted) return
      onProgress(whole)
      if (patience(whole)) options.onWaiting(waitingOutcome(whole))
    }
    silentSince = progress ? undefined : (silentSince ?? Date.now())
    if (silentSince !== undefined && Date.now() - silentSince > PATIENCE) await requireSomebody(temporal, run)
    await sleep(interval, undefined, { signal }).catch(() => {})
  }
}

/** Says of each look whether the run has waited for somebody for too long. */
function patienceWith({ wait }: FollowOptions): (progress: Progress) => boolean {
  let since: number | undefined
  return progress => {
    if (wait === undefined) return false
    since = openQuestions(progress).length > 0 ? (since ?? Date.now()) : undefined
    return since !== undefined && Date.now() - since >= wait * 1000
  }
}

/** The embedded stack is looked after by its keeper; a cluster's workers by others. */
async function requireSomebody(temporal: Temporal, run: RunHandle): Promise<void> {
  if (temporal.embedded) return
  const missing = await unpolled(temporal, run.memo.host).catch(() => [])
  if (missing.length > 0) throw noWorker(temporal, missing, run.memo.host)
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

/** Looks into the ledger are at least so far apart; milliseconds. */
const LEDGER_PAUSE = 2000
/** Where the target cannot be asked. */
const LEDGER_AGAIN = 10_000

/**
 * Figures from the ledger where this host may ask the target. No session is kept between two looks: twenty commands
 * that each kept one left their runs none on a server of twenty connections.
 */
function ledgerFigures({ around }: Temporal, { memo }: RunHandle) {
  let known: TableRow[] = []
  let nextAt = 0
  return async (progress: Progress): Promise<TableRow[]> => {
    if (memo.mode !== 'full' || progress.tables.length === 0 || Date.now() < nextAt) return known
    nextAt = Date.now() + LEDGER_PAUSE
    try {
      const ledger = await openLedger(memo.target, around)
      known = await ledger.tables(progress.run).finally(() => ledger.close())
    } catch {
      nextAt = Date.now() + LEDGER_AGAIN
    }
    return known
  }
}
