/** The edge between activities and Temporal: the one place where failures are translated and work is logged. */
import { join } from 'node:path'
import { ApplicationFailure, activityInfo, CancelledFailure, Context } from '@temporalio/activity'
import { ApplicationFailureCategory } from '@temporalio/common'
import { type Logger, pino } from 'pino'
import { makeFolder, runFolder } from '../home/home.ts'
import { canRetry, Failure, type FailureFacts, failureType, sentence } from '../model/failure.ts'
import { whileWanted } from '../sessions/black-hole.ts'

/** What a worker gives its activities. */
export interface Dependencies {
  home: string
  /** The name of this machine: whose files these activities can read. */
  host: string
  log: Logger
}

/** What one call works with; `log` writes into the run's own log. */
export interface Work {
  home: string
  host: string
  log: Logger
}

export type Input = { run: string } | { place: { run: string } }
const runOf = (input: Input) => ('run' in input ? input.run : input.place.run)

/** Wraps an activity: a log of its own run around it, and failures in the form in which they travel. */
export function guarded<I extends Input, O>(
  { home, host, log }: Dependencies,
  name: string,
  activity: (work: Work, input: I) => Promise<O>,
): (input: I) => Promise<O> {
  return async input => {
    const run = runOf(input)
    const { file, close } = openRunLog(home, run)
    const runLog = pino(
      { base: { run, activity: name, attempt: activityInfo().attempt, host } },
      pino.multistream([{ stream: file }]),
    )
    const started = performance.now()
    runLog.info('begins')
    try {
      const result = await whileWanted(Context.current().cancellationSignal, () =>
        activity({ home, host, log: runLog }, input),
      )
      runLog.info({ ms: Math.round(performance.now() - started) }, 'done')
      return result
    } catch (error) {
      const failure = inTheEnd(error, IMPATIENT.has(name) && activityInfo().attempt >= mostAttempts(error))
      const facts = { ms: Math.round(performance.now() - started), ...logged(error) }
      if (isHeld(error)) runLog.info(facts, 'held')
      else {
        runLog.error(facts, 'failed')
        log.error({ run, activity: name, ...facts }, 'activity failed')
      }
      throw failure
    } finally {
      close()
    }
  }
}

/** What an operator has ordered is no trouble. */
const isHeld = (error: unknown) => error instanceof Failure && error.code === 'paused'

function openRunLog(home: string, run: string) {
  try {
    const dest = join(makeFolder(runFolder(run, home)), 'log.jsonl')
    const file = pino.destination({ dest, mode: 0o600, sync: true })
    // A disk that fills up stops the work where it matters; the log must not hide why.
    file.on('error', () => {})
    return { file, close: () => file.destroy() }
  } catch (error) {
    throw translated(error)
  }
}

/** What may be written down of an error: a message only where longhaul made it, since others may quote values. */
function logged(error: unknown): object {
  if (error instanceof Failure) return { failure: error.facts }
  if (error instanceof CancelledFailure) return { cancelled: error.message }
  if (!(error instanceof Error)) return { thrown: typeof error }
  const frames = error.stack?.split('\n').filter(line => line.startsWith('    at '))
  return { error: error.name, code: (error as NodeJS.ErrnoException).code, stack: frames?.slice(0, 8) }
}

/**
 * At the first contact the user is told soon what is wrong; workers that die are no reason to end. What comes after
 * `attach` on the target waits for it: it was there, and comes back.
 */
const IMPATIENT = new Set(['attach', 'takeSnapshot', 'assess'])
/** Where the server is full of sessions, others of ours among them, one is free within minutes. */
const mostAttempts = (error: unknown) => (error instanceof Failure && error.code === 'busy' ? 12 : 3)

/** Whatever breaks off when it is cancelled, as a session that is hung up, was cancelled and did not fail. */
function inTheEnd(error: unknown, last: boolean): Error {
  return Context.current().cancellationSignal.aborted
    ? new CancelledFailure('cancelled')
    : translated(error, last)
}

function translated(error: unknown, last = false): Error {
  if (error instanceof CancelledFailure) return error
  const facts = error instanceof Failure ? error.facts : unexpected(error)
  return ApplicationFailure.create({
    type: failureType(facts.code),
    message: sentence(facts),
    nonRetryable: last || !canRetry(facts.code),
    details: [facts],
    ...(facts.code === 'paused' && { category: ApplicationFailureCategory.BENIGN }),
  })
}

function unexpected(error: unknown): FailureFacts {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  if (code === 'ENOSPC') {
    return {
      code: 'space',
      message: 'the disk of this host is full',
      remedy: 'Free some room where LONGHAUL_HOME lies',
    }
  }
  const name = error instanceof Error ? error.name : typeof error
  return {
    code: 'internal',
    message: `an unexpected ${name}${code ? ` (${code})` : ''} stopped the work`,
    remedy: "The place is in the run's log; please report it",
  }
}
