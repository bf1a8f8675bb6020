/** What a job's thread tells of its progress, which becomes heartbeats. */

/** Hears how far a job is. */
export type Progress = (detail: unknown) => void

/**
 * Milliseconds from one word to the next. A copy has one for each frame that it sends, and the way of a word through two
 * threads to Temporal's part costs as much as many rows.
 */
const APART = 250

/** Passes on what comes first and then what comes in good time, and each backend: whoever watches it waits for that. */
export function paced(tell: Progress): Progress {
  let next = 0
  return detail => {
    const now = performance.now()
    if (now < next && !isBackend(detail)) return
    next = now + APART
    tell(detail)
  }
}

/** The process id of the job's session on the target. */
export const isBackend = (detail: unknown): detail is { backend: number } =>
  typeof detail === 'object' && detail !== null && 'backend' in detail
