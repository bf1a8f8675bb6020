/** Cuts tables of a source into chunks; the cuts are kept in the file's ledger. Runs in a thread. */
import { addFileChunks, notChunkedInFile } from '../../ledger/in-file/chunks.ts'
import { setFileStep } from '../../ledger/in-file/runs.ts'
import type { Cell } from '../../model/types.ts'
import { type Cut, chunkRows } from '../cut-tables.ts'
import type { Progress } from '../progress.ts'
import { tableOf } from '../target.ts'
import { type FilePlace, type RunFile, withFile, written } from './file.ts'
import { type SourceRows, withRows } from './rows-of-source.ts'

export async function cutForFile(
  { home, place, tables }: { home: string; place: FilePlace; tables: string[] },
  progress: Progress,
  signal: AbortSignal,
): Promise<Cut[]> {
  return withFile(place, { progress, signal }, file =>
    withRows({ home, run: place.run, source: file.plan.what.source, progress }, rows =>
      cutOpen(file, rows, tables, progress),
    ),
  )
}

/** Those of the tables that are not cut yet. */
export async function cutOpen(
  file: RunFile,
  source: SourceRows,
  tables: readonly string[],
  progress: Progress,
): Promise<Cut[]> {
  const { db, plan, token } = file
  const cuts: (Cut & { bounds: Cell[][] })[] = []
  for (const name of notChunkedInFile(db, token.run, tables)) {
    const table = tableOf(plan, name)
    const rows = chunkRows(table, plan.how)
    progress({ cuts: name })
    const bounds = table.rows <= rows ? [] : await source.bounds(table, rows)
    cuts.push({ table: name, chunks: bounds.length + 1, rows, bounds })
  }
  if (cuts.length > 0)
    await written(file, () => {
      setFileStep(db, token.run, 'copy', 'running')
      for (const { table, bounds } of cuts) addFileChunks(db, token, table, bounds)
    })
  return cuts.map(({ bounds: _, ...cut }) => cut)
}
