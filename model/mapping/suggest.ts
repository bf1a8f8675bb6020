/** A first mapping, by names, types and values of both sides. */

export interface Suggestion {
  /** A plan file's `mapping`, with comments where something is open. */
  yaml: string
  /** What somebody has to decide, a sentence each. */
  gaps: string[]
}
