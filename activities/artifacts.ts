/** The files that a run keeps in its folder on its host. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, runFolder, writePrivate } from '../home/home.ts'
import type { AssessDocument } from '../model/assess-document.ts'
import type { Assessment } from '../model/assessment.ts'
import { Failure } from '../model/failure.ts'
import type { Finding } from '../model/finding.ts'
import type { ImageFacts } from '../model/from-image/facts.ts'
import type { Intake } from '../model/intake.ts'
import type { Exported } from '../model/into-files/exported.ts'
import type { Preview } from '../model/mapping/show-preview.ts'
import type { Suggestion } from '../model/mapping/suggest.ts'
import type { Plan } from '../model/plan.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import type { PostgresSchema } from '../model/postgres-schema.ts'
import type { Repair } from '../model/repair.ts'
import type { ReportFacts, Standing } from '../model/report/document.ts'
import type { RuleResult } from '../model/rules.ts'
import type { ViewResult } from '../model/run.ts'
import type { SchemaCompared } from '../model/schema-compared.ts'

export interface Artifacts {
  assessment: Assessment
  /** A PostgreSQL source, as it describes itself. */
  origin: PostgresSchema
  /** What a script for PostgreSQL is made by. */
  'script-plan': Plan
  /** The image of a staged source for a SQLite file. */
  image: ImageFacts
  plan: Plan
  /** What `longhaul assess` shows. */
  assess: AssessDocument
  preview: Preview
  suggestion: Suggestion
  /** What became of the files and rows of a staged source. */
  intake: Intake
  /** The files that were written for a staged source to be read: where they are, and which could not be written. */
  stage: { path: string; failed: { file: string; error: string }[] }
  /** What an export has written. */
  files: Exported
  /** What the comparison of views found. */
  views: ViewResult[]
  /** What the comparison of keys, indexes and rules of tables found. */
  schema: SchemaCompared
  /** What became of the plan's rules. */
  rules: RuleResult[]
  /** What was repaired after its end, the oldest first. */
  repairs: Repair[]
  /** What the target was like before the first write. */
  'before-run': Standing
  /** What was noticed while the snapshot was taken. */
  'snapshot-notes': {
    how: string
    bytes: number
    seconds: number
    findings: Finding[]
    /** Absent in notes of versions that had none: the source's file, and what is another one after a write to it. */
    fingerprint?: string
    mark?: string
    /** Of a PostgreSQL source: when it was taken, ISO 8601; others have that in their assessment. */
    takenAt?: string
    /** Of a PostgreSQL source: when a new snapshot took the place of a lost one, the oldest first. */
    retaken?: { at: string; reason: string }[]
    /** What was read under a lost one is not compared with the new one yet. */
    stale?: true
  }
}

export const snapshotPath = (home: string, run: string) => join(runFolder(run, home), 'snapshot.db')

/** Rows of a staged source that were not taken, in JSON Lines. */
export const rejectedPath = (home: string, run: string) => join(runFolder(run, home), 'rejected.jsonl')

/** How far a mapping is, and what it has made by chance. */
export const mappingPath = (home: string, run: string) => join(runFolder(run, home), 'mapping.db')

/** The rows of a staged source as they are. */
export const stagePath = (home: string, run: string) => join(runFolder(run, home), 'stage.db')

const path = (home: string, run: string, name: string) => join(runFolder(run, home), `${name}.json`)

export function writeArtifact<K extends keyof Artifacts>(
  home: string,
  run: string,
  name: K,
  value: Artifacts[K],
): void {
  writePrivate(path(home, run, name), JSON.stringify(value))
}

/** Fails with `artifact` where the file is gone. */
export function readArtifact<K extends keyof Artifacts>(home: string, run: string, name: K): Artifacts[K] {
  const value = findArtifact(home, run, name)
  if (value === undefined) throw missing(run, `${name}.json`)
  return value
}

export function findArtifact<K extends keyof Artifacts>(
  home: string,
  run: string,
  name: K,
): Artifacts[K] | undefined {
  return readJson<Artifacts[K]>(path(home, run, name))
}

/** The path of a run's snapshot; fails with `artifact` where it is gone. */
export function needSnapshot(home: string, run: string): string {
  const file = snapshotPath(home, run)
  if (!existsSync(file)) throw missing(run, 'snapshot.db')
  return file
}

/** What the report of a run says so far; fails with `artifact` where it is gone. */
export function readReport(home: string, run: string, remedy: string): ReportFacts<PlanRequest> {
  const document = readJson<ReportFacts<PlanRequest>>(join(runFolder(run, home), 'report.json'))
  if (document) return document
  throw missing(run, 'report.json', remedy)
}

const missing = (
  run: string,
  file: string,
  remedy = 'Put it back, or take the run back with "longhaul rollback" and start anew',
) =>
  new Failure({
    code: 'artifact',
    object: `run ${run}`,
    message: `${file} is not in the run's folder any more`,
    remedy,
  })
