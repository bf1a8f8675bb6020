/** Failures as they reach workflow code: wrapped by Temporal, told apart by type and never by class. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow'
import { codeOfType, type FailureFacts, failureType, sentence } from '../model/failure.ts'
import type { RunResult } from '../model/run.ts'

/** The facts inside whatever was thrown. */
export function factsOf(error: unknown): FailureFacts {
  const inner = innermost(error)
  if (inner instanceof ApplicationFailure) {
    const code = codeOfType(inner.type)
    const facts = inner.details?.[0] as FailureFacts | undefined
    if (code && facts?.message) return facts
    return { code: code ?? 'internal', message: inner.message }
  }
  if (isCancellation(error)) return { code: 'internal', message: 'the run was cancelled' }
  return { code: 'internal', message: inner instanceof Error ? inner.message : String(inner) }
}

/**
 * Whether the cancel of this scope is what ended the work. A cancelled attempt that gives no sign of life, as behind
 * a lock, ends by its timeout.
 */
export const isEndedByCancel = (error: unknown): boolean =>
  isCancellation(error) ||
  (CancellationScope.current().consideredCancelled && innermost(error) instanceof TimeoutFailure)

/** The failure that a run's workflow ends with; its result travels in the details. */
export const runFailure = (facts: FailureFacts, result: RunResult): ApplicationFailure =>
  failureOf(facts, result)

/** Facts in the form in which they travel; what goes with them stands behind them in the details. */
export function failureOf(facts: FailureFacts, ...more: unknown[]): ApplicationFailure {
  return ApplicationFailure.create({
    type: failureType(facts.code),
    message: sentence(facts),
    nonRetryable: true,
    details: [facts, ...more],
  })
}

/** What stands behind the facts in a failure's details. */
export function moreOf(error: unknown): unknown {
  const inner = innermost(error)
  return inner instanceof ApplicationFailure ? inner.details?.[1] : undefined
}

function innermost(error: unknown): unknown {
  let inner = error
  while ((inner instanceof ActivityFailure || inner instanceof ChildWorkflowFailure) && inner.cause)
    inner = inner.cause
  return inner
}
