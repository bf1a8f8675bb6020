/** How a workflow ended, in our words: Temporal wraps failures, and classes do not survive the way. */
import type { Waiting } from '../model/control.ts'
import { codeOfType, EXIT, exitOf, type FailureFacts } from '../model/failure.ts'
import type { Progress, RunResult, RunState } from '../model/run.ts'
import { openQuestions } from './answers.ts'

/** The end of a run, or of waiting for it. */
export interface Outcome {
  result: RunResult
  /** Why it failed; absent for good ends. */
  failure?: FailureFacts
  /** The run has not ended: it waits for this, and for nobody's patience. Its status is 6. */
  waiting?: Waiting[]
}

/** A run that stands and waits for somebody. */
export function waitingOutcome(progress: Progress): Outcome {
  const { run, name, state, tables } = progress
  const waiting = openQuestions(progress)
  return {
    waiting,
    result: {
      ...{ run, name, state, exit: EXIT.waiting, verdict: 'not checked' },
      rows: tables.reduce((sum, { written }) => sum + written, 0),
      ...{ tables: tables.length, differences: [], findings: [] },
      ...(progress.signOffs && { signOffs: progress.signOffs }),
      message: `It waits for ${waiting.map(({ text }) => text).join('; and for ')}.`,
    },
  }
}

interface Link {
  name?: string
  message?: string
  type?: string
  details?: unknown[]
  cause?: unknown
}

/** What a failed workflow tells; `run` and `name` stand in where it could not say more (terminated). */
export function outcomeOf(error: unknown, known: { run: string; name: string }): Outcome {
  const links = chain(error)
  const ours = links.find(link => codeOfType(link.type))
  if (!ours) return { result: ended(links, known), failure: unexplained(links) }
  const [facts, result] = (ours.details ?? []) as [FailureFacts?, RunResult?]
  const code = codeOfType(ours.type)!
  const failure = facts?.message ? facts : { code, message: ours.message ?? 'the run failed' }
  return { result: result ?? ended(links, known, exitOf(code)), failure }
}

/** From the outermost wrapper to the innermost cause. */
function chain(error: unknown): Link[] {
  const links: Link[] = []
  for (let at = error as Link | undefined; at && links.length < 20; at = at.cause as Link | undefined)
    links.push(at)
  return links
}

const wasCancelled = (links: Link[]) => links.some(link => link.name === 'CancelledFailure')
const wasTerminated = (links: Link[]) => links.some(link => link.name === 'TerminatedFailure')

function ended(
  links: Link[],
  { run, name }: { run: string; name: string },
  exit: number = EXIT.failed,
): RunResult {
  const state: RunState = wasCancelled(links) ? 'cancelled' : 'failed'
  const message = `The target keeps what was committed; the source was only read. Run the same command again to go on from there, or "longhaul rollback ${name}" to take it back.`
  return {
    run,
    name,
    state,
    exit,
    verdict: 'not checked',
    rows: 0,
    tables: 0,
    differences: [],
    findings: [],
    message,
  }
}

function unexplained(links: Link[]): FailureFacts {
  if (wasCancelled(links)) return { code: 'internal', message: 'the run was cancelled' }
  if (wasTerminated(links)) return { code: 'internal', message: 'the workflow of the run was terminated' }
  const message = links.at(-1)?.message ?? 'the run failed'
  return { code: 'internal', message: message.replace(/\s+/g, ' ').slice(0, 500) }
}
