/** Running something to its end under the eyes of a user: what `full`, `schema`, `check`, … have in common. */
import { Failure } from '../../model/failure.ts'
import type { Progress } from '../../model/run.ts'
import type { TakenBack } from '../../model/taken-back.ts'
import type { Mode } from '../../workflows/messages.ts'
import type { RunHandle } from '../handle.ts'
import { namesCluster } from '../here.ts'
import type { Outcome } from '../outcome.ts'
import type { MigrationOptions, PreparedRun } from '../request.ts'
import type { Temporal } from '../stack.ts'
import type { StartedRun } from '../start.ts'
import { type Cli, Interrupted, open, withTemporal } from './cli.ts'
import { endingText } from './ending.ts'
import { ProgressLines } from './lines.ts'
import { LiveView } from './live.ts'
import { LogTail } from './log-tail.ts'
import { type FollowFlags, migrationOptions, type RunFlags } from './options.ts'
import type { Output } from './output.ts'
import { forgetStdin, isStdin, keepStdin } from './stdin.ts'
import { showWaiting } from './waiting.ts'

/** What a command adds to the flags. */
export interface RunWords {
  mode: Mode
  scope?: MigrationOptions['scope']
  /** What becomes of existing tables where neither flags nor plan file say. */
  ifExists?: MigrationOptions['ifExists']
  /** Instead of the ending that all have. */
  show?: (cli: Cli, ended: Ended) => void | Promise<void>
}

export interface Ended extends Outcome {
  handle: RunHandle
  /** What became of it since. */
  takenBack?: TakenBack
}

/** Reads the flags, starts or joins the run, follows it, shows how it ended. */
export async function runCommand(cli: Cli, flags: RunFlags, words: RunWords): Promise<void> {
  const { prepareRun } = await import('../request.ts')
  const { from = '' } = flags
  if (isStdin(from)) return runStdin(cli, flags, words)
  const given = await migrationOptions(flags)
  const ifExists = given.ifExists ?? given.file?.ifExists ?? words.ifExists
  const options = { ...given, ...(words.scope && { scope: words.scope }), ...(ifExists && { ifExists }) }
  await runPrepared(cli, flags, prepareRun(options, words.mode, cli.around.here), words)
}

/** Once the run is complete nobody asks for what came in; one that is only begun, or looked at, does. */
async function runStdin(cli: Cli, flags: RunFlags, words: RunWords): Promise<void> {
  const from = await keepStdin(flags.from!, cli.around.home)
  await runCommand(cli, { ...flags, from }, words)
  if (cli.status === 0 && words.mode === 'full' && !flags.detach) forgetStdin(from)
}

/** The same for a run that was prepared elsewhere, or is once the server can be asked. */
export async function runPrepared(
  cli: Cli,
  flags: RunFlags,
  preparation: PreparedRun | ((temporal: Temporal) => Promise<PreparedRun>),
  words: RunWords,
): Promise<void> {
  const { out, around } = open(cli, flags)
  if (flags.detach) await requireLasting(cli)
  const { migrate } = await import('../migrate.ts')
  const { startRun } = await import('../start.ts')
  const adopt = flags.adopt ?? false
  await withTemporal(cli, around, async temporal => {
    const prepared = typeof preparation === 'function' ? await preparation(temporal) : preparation
    if (flags.detach) return detached(cli, await startRun(temporal, prepared, { adopt }))
    const onProgress = reporter(out, around.home)
    const onStart = (run: StartedRun) => onInterrupt(cli, temporal, run)
    const follow = { onProgress, signal: cli.signal, interval: interval(out), ...patience(flags) }
    const ended = await migrate(temporal, prepared, { adopt, onStart, ...follow })
    if (ended.waiting) return showWaiting(cli, temporal, ended, ended.waiting)
    await finish(cli, ended, words.show)
  })
}

/** Follows a run that is there; used by `watch`. */
export async function followCommand(cli: Cli, flags: FollowFlags, id: string): Promise<void> {
  const { out, around } = open(cli, flags)
  const { findRun } = await import('../handle.ts')
  const { waitFor } = await import('../follow.ts')
  await withTemporal(cli, around, async temporal => {
    const handle = await findRun(temporal, id)
    onInterrupt(cli, temporal, handle)
    const onProgress = handle.open ? reporter(out, around.home) : () => {}
    const follow = { onProgress, signal: cli.signal, interval: interval(out), ...patience(flags) }
    const outcome = await waitFor(temporal, handle, follow)
    const ended = { ...outcome, handle }
    if (ended.waiting) return showWaiting(cli, temporal, ended, ended.waiting)
    await finish(cli, ended)
  })
}

/** Somebody at a terminal sees the question, and may answer it in another one. */
function patience({ wait }: FollowFlags): { wait?: number } {
  const attended = process.stdin.isTTY && (process.stdout.isTTY || process.stderr.isTTY)
  const limit = wait ?? (attended ? undefined : 0)
  return limit === undefined ? {} : { wait: limit }
}

async function finish(cli: Cli, ended: Ended, show: RunWords['show'] = showEnding): Promise<void> {
  cli.out.settle()
  cli.status = ended.failure ? ended.result.exit || 1 : ended.result.exit
  await show(cli, ended)
}

/** The ending that all runs have. */
export async function showEnding(
  { out, around }: Cli,
  { result, failure, handle, takenBack }: Ended,
): Promise<void> {
  const { readReport } = await import('../report.ts')
  const report = readReport(result, around)
  const page = handle.page
  const text = endingText({
    result,
    mode: handle.memo.mode,
    ...(failure && { failure }),
    ...(report && { report }),
    ...(page && { page }),
    ...(takenBack && { takenBack }),
  })
  out.print(text)
  out.document({
    result,
    ...(failure && { failure }),
    ...(takenBack && { takenBack }),
    tables: report?.tables ?? [],
    ...(page && { ui: page }),
  })
}

const interval = (out: Output) => (out.live ? 500 : 1000)

/** Shows progress as this terminal can. */
function reporter(out: Output, home: string): (progress: Progress) => void {
  if (out.verbosity.quiet) return () => {}
  if (out.live) {
    const view = new LiveView()
    return progress => out.draw(view.lines(progress, Date.now(), out.size))
  }
  const lines = new ProgressLines()
  const log = out.verbosity.verbose ? new LogTail(home) : undefined
  return progress => {
    for (const line of log?.next(progress.run) ?? []) out.say(line)
    for (const line of lines.next(progress, Date.now())) out.say(line)
  }
}

function onInterrupt(cli: Cli, temporal: Temporal, { name }: RunHandle): void {
  const worked = temporal.joined
    ? `Run ${name} goes on without this command: see it with "longhaul watch ${name}", end it with "longhaul cancel ${name}".`
    : `Run ${name} keeps its state, and nothing works on it now. The same command goes on with it; "longhaul rollback ${name}" takes it back.`
  cli.interruption = new Interrupted(`Interrupted. ${worked}`)
}

function detached({ out }: Cli, run: StartedRun): void {
  out.print(
    `Run ${run.name} (${run.memo.run}) is under way. See it with "longhaul watch ${run.name}".${run.page ? `\nTemporal: ${run.page}` : ''}`,
  )
  out.document({
    run: run.memo.run,
    name: run.name,
    attached: run.attached,
    ...(run.page && { ui: run.page }),
  })
}

/** A stack that ends with this command would leave a detached run with nobody who works on it. */
async function requireLasting({ around }: Cli): Promise<void> {
  const { readStack } = await import('../../home/stack.ts')
  if (namesCluster(around.env) || readStack(around.home)) return
  throw new Failure({
    code: 'no-server',
    object: '--detach',
    message: 'no stack is running that would go on with the run after this command',
    remedy: 'Start one with "longhaul up", or set TEMPORAL_ADDRESS',
  })
}
