/** What operators order while a run goes on, and what a run waits for; plain data, without values of rows. */

/** Where a run stops until somebody with the right to it says yes. */
export const GATES = ['before-copy', 'before-cutover'] as const
export type Gate = (typeof GATES)[number]

/**
 * The orders in force. They stand in the workflow, which decides, and in the ledger, where lanes read them: a lane
 * that sees a newer revision than the one it began with ends after its chunk, and the workflow decides anew.
 */
export interface Orders {
  /** Grows by one with each order. */
  revision: number
  paused: boolean
  pausedTables: string[]
  skippedTables: string[]
  /** Rows that all lanes together write in a second; absent: as fast as it goes. */
  rowsPerSecond?: number
  /** Lanes of all tables together; absent: what the plan says. */
  concurrency?: number
}

export const NO_ORDERS: Orders = { revision: 0, paused: false, pausedTables: [], skippedTables: [] }

/** One thing that an operator did to a run, as the ledger and the report keep it. */
export interface OperatorEvent {
  /** ISO 8601, by the workflow's clock. */
  at: string
  kind: 'pause' | 'resume' | 'throttle' | 'skip' | 'retry' | 'approve' | 'reject' | 'edit'
  /** What it was about: a table, a gate. */
  object?: string
  /** Who, as far as they said. */
  by?: string
  comment?: string
  /** What changed, in words: `1,000 rows/s`. */
  detail?: string
}

/** The decision at a gate: the sign-off of the report. */
export interface SignOff {
  gate: Gate
  decision: 'approved' | 'rejected'
  by: string
  comment?: string
  /** ISO 8601. */
  at: string
}

/** What a run waits for, with the words for people; only the first three need somebody to act. */
export interface Waiting {
  kind: 'gate' | 'operator' | 'resume' | 'host'
  /** As it stands after "waiting for". */
  text: string
  gate?: Gate
  /** Tables that failed, or are paused. */
  tables?: string[]
  host?: string
}

/** How far one table is, as counted in the ledger. */
export interface TableFigures {
  name: string
  written: number
  bytes: number
  chunks: number
  chunksDone: number
}

/** Changes to the how of a paused run. Absent fields stay as they are. */
export interface Edit {
  chunkRows?: number
  chunkBytes?: number
  /** Tables side by side, and lanes of a large one. */
  tables?: number
  lanes?: number
  /** What becomes of rows with a value that does not fit: by table, or `table.column`. */
  onError?: { object: string; policy: 'stop' | 'quarantine' }[]
}
