/**
 * The report of a run as one object. `ReportFacts` is what was seen; `reportOf` of `account.ts` adds what follows from
 * it, and every form (JSON, Markdown, HTML) shows that and decides nothing anew. `docs/report.schema.json` describes it.
 */
import type { Finding, Severity } from '../finding.ts'
import type { Intake } from '../intake.ts'
import type { Mode } from '../payloads.ts'
import type { LeftOut } from '../plan.ts'
import type { AnyRequest } from '../plan-request.ts'
import type { RollbackDocument } from '../render-rollback.ts'
import type { Repair } from '../repair.ts'
import type { RuleResult } from '../rules.ts'
import type { RunResult, StepProgress, TableResult, ViewResult } from '../run.ts'
import type { SchemaCompared } from '../schema-compared.ts'
import type { TakenBack } from '../taken-back.ts'

export const REPORT_FORMATS = ['markdown', 'json', 'html'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/** Reports of earlier versions lack what is marked as optional here. */
export interface ReportFacts<R extends AnyRequest = AnyRequest> {
  result: RunResult
  /** How far the run was to go. */
  mode?: Mode
  tables: ReportTable[]
  steps: StepProgress[]
  request: R
  findings: Finding[]
  leftOut: LeftOut[]
  /** Views that were compared, or why not. */
  views: ViewResult[]
  /** Keys, indexes and rules of tables against the plan. */
  schema?: SchemaCompared
  /** The plan's rules. */
  rules?: RuleResult[]
  /** `since`: what became of the source after it, in words. */
  snapshot?: { how: string; bytes: number; seconds: number; since?: string }
  /** Files and rows of a staged source. */
  intake?: Intake
  failure?: string
  /** Tables that an operator left out. */
  skippedTables?: string[]
  /** SQL that gives up for good what was put aside; empty where nothing was. */
  setAside?: string[]
  /** Whether anything was written to the target. */
  touched: boolean
  /** Rows over time, where the ledger knows them. */
  pace?: Pace
  /** What was made in the target besides rows. */
  objects?: ObjectCount[]
  baseline?: Baseline
  /** What was repaired since its end, the oldest first. */
  repairs?: Repair[]
  /** What became of the run since. */
  takenBack?: TakenBack
  /** The report of the rollback that did it. */
  rollback?: RollbackDocument
}

export interface ReportDocument extends ReportFacts {
  /** Of this form; absent in reports of versions that had none. */
  version: 1
  headline: Headline
  consents: Consent[]
  /** What the verdict says nothing about, a sentence each without a full stop. */
  notChecked: string[]
  wayBack: WayBack
}

/** A row of the balance sheet, with what the ledger knows of its chunks. */
export interface ReportTable extends TableResult {
  state?: string
  chunks?: number
  chunksDone?: number
  /** ISO 8601: the first chunk's claim and the last one's commit. */
  startedAt?: string
  endedAt?: string
}

/** Rows and bytes that were committed, in equal stretches of time from `began` (ISO 8601) on. */
export interface Pace {
  began: string
  secondsPerPoint: number
  rows: number[]
  bytes: number[]
}

export interface ObjectCount {
  kind: string
  made: number
  failed: number
}

/** What the target was like before the first write, and is at the end. */
export interface Baseline {
  before?: Standing
  after?: Standing
}

/** Sizes in bytes, with TOAST; indexes counted apart. */
export interface Standing {
  databaseBytes: number
  tables: StandingTable[]
}

export interface StandingTable {
  /** In the target. */
  schema: string
  name: string
  /** Absent where nobody counted. */
  rows?: number
  /** All of it, and of that the indexes. */
  bytes: number
  indexBytes: number
  indexes: StandingIndex[]
  /** Constraints that bind new rows only: nobody checked those that are there. */
  notValid: { kind: 'check' | 'foreign key'; name: string }[]
}

export interface StandingIndex {
  name: string
  method: string
  /** Columns and expressions in SQL of the target. */
  keys: string[]
  where?: string
  unique: boolean
  valid: boolean
  bytes: number
}

/** `plain`: neither good nor bad, as a run that was taken back. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain'

/** The verdict in words: a few, and a sentence. */
export interface Headline {
  tone: Tone
  title: string
  text: string
}

/** A loss that was accepted: which, of what, and by which words of `--accept` or the plan. */
export interface Consent {
  code: string
  severity: Severity
  objects: string[]
  message: string
  given: string[]
}

export interface WayBack {
  possible: boolean
  /** Why not, or what it does. */
  text: string
  /** Shell commands: what takes the run back, and what says first what that would lose. */
  command?: string
  check?: string
  /** How it was prepared before the first write. */
  prepared?: string
}

/** Amounts of a table that are summed up at the foot of the balance sheet, in its order. */
export const SUMMED = [
  'expected',
  'read',
  'written',
  'skipped',
  'quarantined',
  'altered',
  'counted',
  'bytes',
] as const

/** Those that only a copy has. */
export const OF_COPY: ReadonlySet<(typeof SUMMED)[number]> = new Set(['written', 'skipped', 'bytes'])
