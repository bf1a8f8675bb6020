/** What workflows and activities hand each other: names, places and counts; never rows, keys or secrets. */
import type { Gate, Orders, TableFigures } from './control.ts'
import type { PostgresEndpoint } from './endpoint.ts'
import type { FailureFacts } from './failure.ts'
import type { Finding } from './finding.ts'
import type { PlanHow, Policies } from './plan.ts'
import type { AnyRequest, PlanRequest, TableSettings } from './plan-request.ts'
import type { RepairedTable, RepairKind } from './repair.ts'
import type { Loss, RollbackBackup, RollbackCheck, RollbackScope } from './rollback.ts'
import type { Progress, RunResult } from './run.ts'

/** How far a run goes: the whole job, only preflight, or a comparison of what is there. */
export type Mode = 'full' | 'preflight' | 'check'

export interface MigrateInput<R extends AnyRequest = AnyRequest> {
  /** UUID of the run, if it turns out to be a new one. */
  run: string
  name: string
  mode: Mode
  request: R
  /** sha256 of the request, in hex: which unfinished runs are "the same". */
  requestHash: string
  /** Run exactly the plan with this hash, or refuse. */
  expectHash?: string
  /** The user asked to see values of rows in the assessment; they stay in its files on the source's host. */
  showValues?: boolean
  /** Take over an unfinished run whose owner seems alive. */
  adopt: boolean
  /** The cluster knows the search attributes of `SEARCH`; an unknown one would fail every task. */
  indexed: boolean
  /** Times and counts that tests make smaller. */
  limits?: Limits
}

/** How patient activities are; absent fields take the values of `proxies.ts`. */
export interface Limits {
  heartbeatSeconds?: number
  /** How long work for a host may lie in its queue before the run says that it waits for that host. */
  hostSeconds?: number
}

export interface CopyTableInput {
  /** Tables that this child copies one after the other: one large table, or a batch of small ones. */
  tables: string[]
  lanes: number
  place: RunPlace
  limits?: Limits
  /** The orders in force when it began; absent in histories of versions that had none. */
  orders?: Orders
  /** A lane that is alone cuts its tables into chunks itself; absent in histories of versions that had it done before. */
  laneCuts?: true
  /** Its number, and how many signals with figures it may send; with `orders`. */
  group?: number
  signals?: number
  /** Tables that have failed before it was continued as new. */
  failed?: FailedTable[]
}

/** A table that was not copied, and why. */
export interface FailedTable {
  table: string
  facts: FailureFacts
}

export interface CopyTableResult {
  written: number
  /** Objects (keys, indexes) that could not be made, in words. */
  failures: string[]
  /** Tables that failed while others were copied; a child that has any fails, and this is among the details. */
  failed?: FailedTable[]
  /** Paused tables of a batch, which are not finished. */
  left?: string[]
  figures?: TableFigures[]
}

/** Where a run's pieces are: enough for any activity to find the rest in the ledger. */
export interface RunPlace<T extends AnyRequest['target'] = PostgresEndpoint> {
  run: string
  epoch: string
  target: T
  /** The kind of the source; absent: SQLite. */
  source?: 'postgres' | 'staged'
  /** The host that has the snapshot and the artifacts. */
  host: string
}

export interface RollbackInput {
  run: string
  name: string
  target: AnyRequest['target']
  /** Absent: all of it. */
  scope?: RollbackScope
  /** `none`: no dump of what the rollback takes away, which the operator consented to. Absent: `auto`. */
  backup?: 'auto' | 'none'
  /** The safety check alone. */
  checkOnly?: boolean
  /** What the operator consents to lose. A check that finds any other loss refuses. */
  accept?: Loss[]
  /** The host that has the run's artifacts; the scope `database` needs it, and works there alone. */
  host?: string
  /** Who asked for it, and why, as far as they said. */
  by?: string
  comment?: string
  limits?: Limits
}

export interface RollbackResult {
  undone: number
  message: string
  /** Absent in results of versions that made none. */
  check?: RollbackCheck
  backup?: RollbackBackup
  /** What became of the dump, in words. */
  backedUp?: string
  /** What was compared with the state before the run, and how, in words. */
  verified?: string[]
  /** Where the target is not as before, in words; exit status 4. */
  differences?: string[]
  /** Place of the rollback's report. */
  report?: { markdown: string; json: string; host: string }
}

export interface ReplayInput {
  run: string
  name: string
  target: PlanRequest['target']
  /** The host that has the run's artifacts. */
  host: string
  /** What a corrected plan file says of tables. */
  settings: Record<string, TableSettings>
  limits?: Limits
}

export interface ReplayResult {
  /** Rows that were written now, and rows that are still in quarantine. */
  replayed: number
  left: number
  result: RunResult
}

export interface RepairInput {
  run: string
  name: string
  target: PlanRequest['target']
  /** The host that has the run's artifacts. */
  host: string
  /** Whether the run has its record in the target's ledger; a comparison has none. */
  ledger: boolean
  /** What may be done; none: nothing is written, and what differs is counted. */
  kinds: RepairKind[]
  /** Absent: all. */
  tables?: string[]
  limits?: Limits
}

/** What is to be looked at. */
export interface RepairOpened {
  /** Of a run with a ledger. */
  place?: RunPlace
  /** Tables that one activity works on, parents before children. */
  groups: string[][]
}

export interface RepairTablesInput extends Pick<RepairInput, 'run' | 'target' | 'kinds'> {
  place?: RunPlace | undefined
  /** When the repair began, ISO 8601: its files are named by it. */
  at: string
  tables: string[]
}

export interface RepairSettleInput extends RepairTablesInput {
  /** By table, why rows were left, in words. */
  reasons: Record<string, string[]>
}

export interface RepairResult {
  tables: RepairedTable[]
  /** Tables that were looked at. */
  looked: number
  /** Folder of the scripts that put the old rows back; absent where nothing was changed. */
  undo?: string
  /** The run's new end; absent where nothing was to be done. */
  result?: RunResult
}

/** What became of the comparison of views; the differences in words. */
export interface ViewsCompared {
  equal: number
  notCompared: number
  differences: string[]
}

/** A group of tables, as the plan's summary gives it to the workflow. */
export interface TableGroup {
  tables: string[]
  rows: number
  lanes: number
}

export interface PlanSummary {
  hash: string
  groups: TableGroup[]
  tables: { name: string; rows: number }[]
  /** How many views the target gets. */
  views: number
  /** How many tables run side by side. */
  sideBySide: number
  onFailure: 'keep' | 'rollback'
  scope: Policies['scope']
  counts: Progress['findings']
  /** Findings that refuse the run. */
  refusals: Finding[]
  /** Codes and objects of what will be missing and was not accepted. */
  incomplete: string[]
  /** Absent in histories of versions that had none: where the run stops for a yes. */
  gates?: Gate[]
  /** Grows with each edit of the paused run. */
  revision?: number
  how?: PlanHow
  /** All findings, up to 200, without examples. */
  findings?: Finding[]
  /** Rows of the target are at stake: a dump of it is made and proven before the first write. */
  dump?: boolean
}
