/** What the file holds, hashed row by row, beside what the source held; runs in a thread. */

import { type TableBefore, tablesBefore } from '../../ledger/in-file/before.ts'
import { fileDigests } from '../../ledger/in-file/chunks.ts'
import { countOverwritten } from '../../ledger/in-file/marks.ts'
import { fileTables, noteFileVerdict } from '../../ledger/in-file/reader.ts'
import { setFileStep } from '../../ledger/in-file/runs.ts'
import type { TableRow } from '../../ledger/reader.ts'
import { count } from '../../model/amounts.ts'
import { imbalance } from '../../model/balance.ts'
import { mirrored } from '../../model/mirror.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { TableResult } from '../../model/run.ts'
import { Digest } from '../../stores/digest/digest.ts'
import { digestSource } from '../../stores/digest/source.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import { compared } from '../digest-job.ts'
import type { Progress } from '../progress.ts'
import { type FilePlace, type RunFile, withFile, written } from './file.ts'
import { digestOwn, isMarkedBy } from './own-rows.ts'

/** Compares what the copy digested with what stands in the file, and writes the verdicts into its ledger. */
export async function digestOfFile(
  { place, tables }: { place: FilePlace; tables: string[] },
  progress: Progress,
  signal: AbortSignal,
): Promise<TableResult[]> {
  return withFile(place, { progress, signal }, async file => {
    const { db, plan, token } = file
    const rows = new Map(fileTables(db, token.run).map(row => [row.name, row]))
    const results: TableResult[] = []
    for (const table of plan.what.tables.filter(({ name }) => tables.includes(name))) {
      const row = rows.get(table.name)!
      if (row.state === 'skipped') continue
      signal.throwIfAborted()
      results.push(await compareTable(file, table, row, progress))
    }
    await written(file, () => setFileStep(db, token.run, 'validate', 'running'))
    return results
  })
}

async function compareTable(
  file: RunFile,
  table: TablePlan,
  row: TableRow,
  progress: Progress,
): Promise<TableResult> {
  const { db, plan, token } = file
  const source = digestOfChunks(file, table)
  const before = tablesBefore(db, token.run).get(table.name)
  const isMarked = isMarkedBy(plan, table)
  const target = isMarked
    ? digestOwn(db, 'main', token.run, table, progress)
    : digestNow(db.name, table, progress, before)
  // Sums of rows: what was there and what came make what is there now.
  const expected = before?.digest ? sumOf([before.digest, source.toBytes()]) : source
  const own = target.count - (before?.digest ? before.rows : 0)
  const unbalanced = imbalance(table.rows, row, own)
  const result = compared(table, expected, target, { ...row, seconds: secondsOf(row) }, unbalanced)
  const note = isMarked ? noteOf(row.skipped, countOverwritten(db, token.run, table.name)) : undefined
  await written(file, () =>
    noteFileVerdict(db, token.run, {
      ...{ table: table.name, counted: own, verdict: result.verdict },
      ...{ sourceDigest: expected.toBytes(), targetDigest: target.toBytes() },
      ...(result.error !== undefined && { error: result.error }),
      ...(note !== undefined && { note }),
    }),
  )
  return { ...result, counted: own, ...(note !== undefined && { note }) }
}

/** What became of rows that were there; undefined where nothing is to be said. */
function noteOf(skipped: number, overwritten: number): string | undefined {
  const parts = [
    ...(overwritten > 0 ? [`${count(overwritten, 'row')} of the target overwritten`] : []),
    ...(skipped > 0 ? [`${count(skipped, 'row')} skipped, as the target has their keys`] : []),
  ]
  return parts.length > 0 ? parts.join('; ') : undefined
}

/** Of all rows that the table has now, or of those whose numbers come after the ones that were there before. */
export function digestNow(
  path: string,
  table: TablePlan,
  progress: Progress,
  before?: Pick<TableBefore, 'digest' | 'lastRow'>,
): Digest {
  const store = openSqlite(path)
  try {
    const heard = (rows: number) => progress({ table: table.name, rows })
    const isPart = before && !before.digest && before.lastRow !== undefined
    const range = isPart ? { after: [before.lastRow!] } : {}
    return digestSource(store, mirrored(table), range, heard).digest
  } finally {
    store.close()
  }
}

/** What the chunks of a table had from the source. */
export const digestOfChunks = ({ db, token }: RunFile, { name }: TablePlan): Digest =>
  sumOf(fileDigests(db, token.run, name))

function sumOf(digests: readonly Uint8Array[]): Digest {
  const sum = new Digest()
  for (const bytes of digests) sum.merge(Digest.fromBytes(bytes))
  return sum
}

const secondsOf = ({ startedAt, endedAt }: TableRow): number =>
  startedAt && endedAt ? (endedAt.getTime() - startedAt.getTime()) / 1000 : 0
