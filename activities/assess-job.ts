/** The reading itself, in two threads: the pages of the snapshot, and its schema with every value. */
import type { TableFacts } from '../model/assessment.ts'
import type { Wishes } from '../model/build-plan/selection.ts'
import { wantsEveryDigit } from '../model/build-plan.ts'
import { Failure } from '../model/failure.ts'
import type { Finding } from '../model/finding.ts'
import type { Schema } from '../model/schema.ts'
import type { TargetDescription } from '../model/target.ts'
import { fileObject } from '../stores/sqlite/errors.ts'
import { checkFile } from '../stores/sqlite/snapshot.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import type { SourceStore } from '../stores/store.ts'

export interface CheckInput {
  snapshot: string
  /** The user's file. */
  source: string
}

/** What the check of the pages remarks and a run can live with. */
export function checkSnapshot(
  { snapshot, source }: CheckInput,
  progress: (detail: unknown) => void,
  signal?: AbortSignal,
): Promise<Finding[]> {
  return ofSource({ snapshot, source }, async () => {
    const remarks = await checkFile(snapshot, progress, signal)
    return remarks.map(asFinding(fileObject(source)))
  })
}

export interface ScanInput {
  snapshot: string
  request: Wishes & { source: { path: string } }
  target: Pick<TargetDescription, 'tables'>
}

export interface SourceRead {
  schema: Schema
  tables: TableFacts[]
}

/** Every value of a snapshot. */
export function scanSnapshot(
  { snapshot, request, target }: ScanInput,
  progress: (detail: unknown) => void,
): Promise<SourceRead> {
  const act = async () => scanAll(snapshot, request, target, progress)
  return ofSource({ snapshot, source: request.source.path }, act)
}

/** Failures name the user's file: the snapshot is as good or bad as that is. */
async function ofSource<T>({ snapshot, source }: CheckInput, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Failure) || error.facts.object !== fileObject(snapshot)) throw error
    throw new Failure({ ...error.facts, object: fileObject(source) }, { cause: error })
  }
}

function scanAll(
  snapshot: string,
  request: ScanInput['request'],
  target: ScanInput['target'],
  progress: (detail: unknown) => void,
): SourceRead {
  const schema = withStore(snapshot, store => store.describe())
  const tables: TableFacts[] = []
  for (let at = 0; at < schema.tables.length; at += TABLES_AT_ONCE) {
    withStore(snapshot, store => {
      for (const table of schema.tables.slice(at, at + TABLES_AT_ONCE)) {
        const heard = (rows: number) => progress({ table: table.name, rows })
        tables.push(store.scan(table, heard, wantsEveryDigit(table, request, target)))
      }
    })
  }
  return { schema, tables }
}

/** What a connection has prepared is freed when it is closed: 2,000 tables left 300 MB behind on one. */
const TABLES_AT_ONCE = 100

function withStore<T>(snapshot: string, work: (store: SourceStore) => T): T {
  const store = openSqlite(snapshot)
  try {
    return work(store)
  } finally {
    store.close()
  }
}

const asFinding =
  (object: string) =>
  (remark: string): Finding => ({
    code: 'source-remark',
    severity: 'warning',
    object,
    message: `SQLite's check of the file remarks: ${remark}`,
    remedy: `See all of it with: sqlite3 FILE 'PRAGMA quick_check'`,
  })
