/** Chunks of a run into a file: their rows and their record in one transaction. */
import { type FileChunk, isOpenInFile, nextFileChunk, settleInFile } from '../../ledger/in-file/chunks.ts'
import { mustBeOurs } from '../../ledger/in-file/runs.ts'
import { Failure } from '../../model/failure.ts'
import type { TablePlan } from '../../model/plan.ts'
import { begin, commit, rollBack } from '../../stores/sqlite/write/transaction.ts'
import type { ChunkCopied } from '../copy-chunk.ts'
import type { Progress } from '../progress.ts'
import type { RunFile } from './file.ts'
import type { SourceRows } from './rows-of-source.ts'

/** Copies the next open chunk of each of the tables, all of them or none. */
export async function copyFileChunks(
  file: RunFile,
  source: SourceRows,
  tables: readonly TablePlan[],
  progress: Progress,
): Promise<ChunkCopied[]> {
  const { db, token, waiting } = file
  const copied: ChunkCopied[] = []
  try {
    for (const table of tables) {
      const chunk = nextFileChunk(db, token.run, table.name)
      if (chunk) copied.push(await copyChunk(file, source, table, chunk, progress))
    }
    if (db.inTransaction) await commit(db, waiting)
    return copied
  } catch (error) {
    rollBack(db)
    throw error
  }
}

/** Begins the transaction if need be, once the first rows are there: who waits for the server holds no lock. */
async function copyChunk(
  file: RunFile,
  source: SourceRows,
  table: TablePlan,
  chunk: FileChunk,
  progress: Progress,
): Promise<ChunkCopied> {
  const { db, token, waiting } = file
  const began = performance.now()
  const claimedAt = new Date().toISOString()
  const begins = async () => {
    if (!db.inTransaction) await begin(db, waiting)
    mustBeOurs(db, token)
    if (!isOpenInFile(db, token.run, chunk)) throw copiedElsewhere(table)
  }
  const found = await source.copy(file, { table, chunk }, begins, done =>
    progress({ table: table.name, chunk: chunk.no, rows: done }),
  )
  settleInFile(db, token.run, chunk, { claimedAt, ...found })
  const ms = Math.round(performance.now() - began)
  const { written: rows, bytes } = found
  return { table: table.name, chunk: chunk.no, rows, quarantined: 0, altered: 0, bytes, ms }
}

/** An attempt before has woken up and was faster; the next one goes on behind it. */
const copiedElsewhere = ({ name }: TablePlan) =>
  new Failure({
    code: 'busy',
    object: `table "${name}"`,
    message: 'another attempt of the same run copies it at this moment',
  })
