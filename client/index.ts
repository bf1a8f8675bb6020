/**
 * longhaul as a library: start migrations, ask how far they are, pause and steer them, wait for them, take them back.
 *
 * ```ts
 * const longhaul = await connect()
 * const run = await startMigration(longhaul, { from: 'sqlite:app.db', to: 'postgresql://me@db/app' })
 * const { result } = await waitFor(longhaul, run, { onProgress: p => console.log(p.state) })
 * // meanwhile, from anywhere: await pause(longhaul, run.name); … await resume(longhaul, run.name)
 * await longhaul.release()
 * ```
 *
 * Everything that can go wrong is a `Failure` with a code, facts and a remedy.
 */
import { Failure } from '../model/failure.ts'
import type { RollbackCheck, RollbackScope } from '../model/rollback.ts'
import type { Mode, RollbackResult } from '../workflows/messages.ts'
import { type FollowOptions, waitFor as waitForRun } from './follow.ts'
import { findRun, type RunHandle } from './handle.ts'
import { surroundings } from './here.ts'
import type { Outcome } from './outcome.ts'
import { type MigrationOptions, prepareRun } from './request.ts'
import { checkRun, type RollbackOptions, rollbackRun, rollbackTarget } from './rollback.ts'
import { connectTemporal, type Temporal } from './stack.ts'
import { type StartedRun, type StartOptions, startRun } from './start.ts'

export type {
  Edit,
  Gate,
  OperatorEvent,
  Orders,
  SignOff,
  Waiting,
} from '../model/control.ts'
export { EXIT, Failure, type FailureCode, type FailureFacts } from '../model/failure.ts'
export type { Finding, Severity } from '../model/finding.ts'
export type { PlanFile } from '../model/plan-request.ts'
export type { ReportDocument } from '../model/report/document.ts'
export type {
  Progress,
  RunResult,
  RunState,
  StepProgress,
  TableProgress,
  TableResult,
  Verdict,
} from '../model/run.ts'
export { type Answer, answersTo } from './answers.ts'
export type { FollowOptions } from './follow.ts'
export { listRuns, type RunHandle, type RunMemo } from './handle.ts'
export { migrate } from './migrate.ts'
export type { By, GivenOrder } from './order.ts'
export {
  approve,
  type Decision,
  edit,
  reject,
  resume,
  retry,
  skip,
  type TableOrder,
  type Throttle,
  throttle,
} from './orders.ts'
export type { Outcome } from './outcome.ts'
export { type Paused, type PauseOptions, pause } from './pause.ts'
export { readPlanFile } from './plan-files.ts'
export { progress } from './progress.ts'
export { readReport } from './report.ts'
export type { MigrationOptions, PreparedRun } from './request.ts'
export type { Temporal } from './stack.ts'
export type { StartedRun, StartOptions } from './start.ts'
export type { RollbackCheck, RollbackOptions, RollbackResult, RollbackScope }

export interface ConnectOptions {
  /** Hears one line at a time about what is awaited (a download, a worker). */
  say?: (line: string) => void
  /** Instead of the process's own: `LONGHAUL_HOME`, `TEMPORAL_ADDRESS`, … */
  env?: NodeJS.ProcessEnv
}

/**
 * Connects to the Temporal server of `TEMPORAL_ADDRESS`, else to the stack of this state folder, else
 * starts one until `release()`. Fails with `no-server`.
 */
export function connect({ say, env }: ConnectOptions = {}): Promise<Temporal> {
  return connectTemporal(surroundings(say, env))
}

/**
 * Starts a migration, or attaches to the open one of the same name and request. `mode` is `full`, or
 * `preflight` (nothing is written), or `check` (source and target are compared as they are).
 */
export async function startMigration(
  longhaul: Temporal,
  options: MigrationOptions & StartOptions,
  mode: Mode = 'full',
): Promise<StartedRun> {
  return startRun(longhaul, prepareRun(options, mode, longhaul.around.here), options)
}

/** Finds a run by its name or the start of its UUID. Fails with `usage`. */
export function attach(longhaul: Temporal, id: string): Promise<RunHandle> {
  return findRun(longhaul, id)
}

/** Waits for the end of a run; a failed run is an outcome too, with its `failure`. */
export function waitFor(longhaul: Temporal, run: RunHandle, options?: FollowOptions): Promise<Outcome> {
  return waitForRun(longhaul, run, options)
}

/**
 * Takes a run back, or parts of it: what it made in the target is gone, what was there before is as it was. Fails
 * with `refused` where the safety check does, and with `object` where somebody has to do something first: then the
 * same call goes on.
 */
export async function rollback(
  longhaul: Temporal,
  id: string,
  options: RollbackOptions = {},
): Promise<RollbackResult> {
  const run = await findRun(longhaul, id)
  const { result, waiting } = await rollbackRun(longhaul, await rollbackTarget(longhaul, run), run, options)
  if (result) return result
  throw new Failure({
    code: 'object',
    object: `run ${run.name}`,
    message: `taking it back waits for ${waiting.map(({ text }) => text).join(', ')}`,
    remedy: 'Do that, then roll back again',
  })
}

/** Whether a run, or parts of it, can be taken back, and what would be lost; writes nothing. */
export async function checkRollback(
  longhaul: Temporal,
  id: string,
  scope?: RollbackScope,
): Promise<RollbackCheck> {
  return checkRun(longhaul, await rollbackTarget(longhaul, await findRun(longhaul, id)), scope)
}
