/** Runs, steps and what can be said of them while they go: the words of `status`, `show` and `watch`. */
import type { OperatorEvent, SignOff, Waiting } from './control.ts'
import type { Finding } from './finding.ts'
import type { Located } from './located.ts'

export type RunState =
  | 'planned'
  | 'running'
  | 'paused'
  | 'waiting'
  | 'replaying'
  | 'repairing'
  | 'rolling back'
  | 'done'
  | 'done with differences'
  | 'failed'
  | 'rolled back'
  | 'cancelled'

/** A run in one of these goes on, or can: the same command attaches to it. */
export const UNFINISHED: readonly RunState[] = [
  'planned',
  'running',
  'paused',
  'waiting',
  'failed',
  'cancelled',
  'replaying',
  'repairing',
  'rolling back',
]

export const STEPS = ['preflight', 'backup', 'schema', 'copy', 'finish', 'validate', 'report'] as const
export type StepName = (typeof STEPS)[number]
export type StepState = 'pending' | 'running' | 'done' | 'failed' | 'skipped'

export interface StepProgress {
  name: StepName
  state: StepState
  /** ISO 8601. */
  startedAt?: string
  endedAt?: string
  /** One line for the reader. */
  detail?: string
}

export type TableState =
  | 'pending'
  | 'copying'
  | 'paused'
  | 'copied'
  | 'finished'
  | 'validated'
  | 'differs'
  | 'failed'
  | 'skipped'

export interface TableProgress {
  name: string
  state: TableState
  /** Rows that the plan expects. */
  rows: number
  /** Rows that are committed in the target. */
  written: number
  bytes?: number
  chunks?: number
  chunksDone?: number
  /** Rows a second lately. */
  rate?: number
  /** Seconds until all rows are in, and how that was reckoned, in words. */
  secondsLeft?: number
  estimate?: string
  /** The last thing that went wrong with it. */
  error?: string
}

/** The answer to the query `progress`: small, without values. */
export interface Progress {
  run: string
  name: string
  state: RunState
  source: string
  target: string
  steps: StepProgress[]
  tables: TableProgress[]
  findings: { refused: number; consent: number; incomplete: number; warning: number; note: number }
  /** What the run waits for, in words. */
  waitingFor?: string
  /** The same as data; empty or absent where it waits for nobody. */
  waiting?: Waiting[]
  /** Orders in force that slow it down or hold it, in words. */
  orders?: string[]
  signOffs?: SignOff[]
}

/** One row of the balance sheet; `read = written + skipped + quarantined`. */
export interface TableResult {
  name: string
  target: string
  expected: number
  read: number
  written: number
  skipped: number
  quarantined: number
  /** Rows among the written ones in which a value was replaced by consent. */
  altered: number
  /** Rows that the target has. */
  counted: number
  sourceDigest: string
  targetDigest: string
  verdict: Verdict
  seconds: number
  bytes: number
  error?: string
  /** Which rows differ, where source and target do. */
  located?: Located
  /** What is to be known of it and is no difference, in words. */
  note?: string
  /** Where the way back was asked for: columns whose values would not come back as they were; empty: all would. */
  returned?: ReturnedColumn[]
}

export interface ReturnedColumn {
  name: string
  /** In words. */
  why: string
}

export type Verdict = 'equal' | 'different' | 'not checked'

/** A view on both engines, after the run has made it. */
export interface ViewResult {
  name: string
  verdict: 'equal' | 'different' | 'not compared'
  /** Rows that it gives; absent where nobody counted them. */
  sourceRows?: number
  targetRows?: number
  /** Why it was not compared, or what is different besides values; without values. */
  reason?: string
}

/** How a run ended: the result of its workflow and the head of its report. */
export interface RunResult {
  run: string
  name: string
  state: RunState
  exit: number
  verdict: Verdict
  rows: number
  tables: number
  /** Objects that could not be made, and other differences, in words. */
  differences: string[]
  /** Findings that decided about the end; all of them are in the report. */
  findings: Finding[]
  planHash?: string
  /** What operators did, and the decisions at gates. */
  events?: OperatorEvent[]
  signOffs?: SignOff[]
  /**
   * Artifacts by reference. Where there are any: `assessment` has examples by key, `leftOut` is the SQL of what the target does not have,
   * `quarantine` the rows that were not written, `altered` the original values of those written with another.
   */
  report?: {
    markdown: string
    json: string
    /** Absent in results of versions that made none. */
    html?: string
    assessment?: string
    leftOut?: string
    quarantine?: string
    altered?: string
    host: string
  }
  message?: string
}
