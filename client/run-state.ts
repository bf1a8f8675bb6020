/** The state of a run, in one word. */
import type { RunHandle } from './handle.ts'

/** What the run said of itself; a terminated one could not say that it ended. */
export function stateOf({ state, status, open }: RunHandle): string {
  const own = state && (open || status === 'completed' || status === 'failed' || status === 'canceled')
  return own ? state : status
}
