/** A run from its start to its end. */
import { type FollowOptions, waitFor } from './follow.ts'
import type { Outcome } from './outcome.ts'
import type { PreparedRun } from './request.ts'
import type { Temporal } from './stack.ts'
import { type StartedRun, type StartOptions, startRun } from './start.ts'

/**
 * Starts a run and waits for its end. An open run that was attached to and finds its target made anew is
 * followed by a new run, once.
 */
export async function migrate(
  longhaul: Temporal,
  prepared: PreparedRun,
  options: StartOptions & FollowOptions & { onStart?: (run: StartedRun) => void } = {},
): Promise<Outcome & { handle: StartedRun }> {
  for (let first = true; ; first = false) {
    const handle = await startRun(longhaul, prepared, options)
    options.onStart?.(handle)
    const outcome = await waitFor(longhaul, handle, options)
    if (!(first && handle.attached && outcome.failure?.code === 'target-replaced'))
      return { ...outcome, handle }
    longhaul.around.say('The target was dropped or made anew since that run began; starting a new run')
  }
}
