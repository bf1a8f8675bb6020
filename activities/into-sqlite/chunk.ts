/** Chunks of a run into a file: their rows and their record in one transaction. */
import type { Client } from 'pg'
import { type FileChunk, isOpenInFile, nextFileChunk, settleInFile } from '../../ledger/in-file/chunks.ts'
import { mustBeOurs } from '../../ledger/in-file/runs.ts'
import { Failure } from '../../model/failure.ts'
import { mirrored } from '../../model/mirror.ts'
import type { TablePlan } from '../../model/plan.ts'
import { copySource } from '../../stores/postgres/copy-source.ts'
import { conditionOf, orderOf } from '../../stores/postgres/source/ranges.ts'
import { copyRows } from '../../stores/sqlite/write/copy-rows.ts'
import { begin, commit, rollBack } from '../../stores/sqlite/write/transaction.ts'
import type { ChunkCopied } from '../copy-chunk.ts'
import type { Progress } from '../progress.ts'
import type { RunFile } from './file.ts'

/** Copies the next open chunk of each of the tables, all of them or none. */
export async function copyFileChunks(
  file: RunFile,
  client: Client,
  tables: readonly TablePlan[],
  progress: Progress,
): Promise<ChunkCopied[]> {
  const { db, token, waiting } = file
  const copied: ChunkCopied[] = []
  try {
    for (const table of tables) {
      const chunk = nextFileChunk(db, token.run, table.name)
      if (chunk) copied.push(await copyChunk(file, client, table, chunk, progress))
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
  { db, token, waiting }: RunFile,
  client: Client,
  table: TablePlan,
  chunk: FileChunk,
  progress: Progress,
): Promise<ChunkCopied> {
  const began = performance.now()
  const claimedAt = new Date().toISOString()
  const source = await copySource(client, mirrored(table), conditionOf(table, chunk), [], orderOf(table))
  const begins = async () => {
    if (!db.inTransaction) await begin(db, waiting)
    mustBeOurs(db, token)
    if (!isOpenInFile(db, token.run, chunk)) throw copiedElsewhere(table)
  }
  const { rows, bytes, digest } = await copyRows(client, db, table, source, begins, done =>
    progress({ table: table.name, chunk: chunk.no, rows: done }),
  )
  settleInFile(db, token.run, chunk, { claimedAt, read: rows, written: rows, bytes, digest })
  const ms = Math.round(performance.now() - began)
  return { table: table.name, chunk: chunk.no, rows, quarantined: 0, altered: 0, bytes, ms }
}

/** An attempt before has woken up and was faster; the next one goes on behind it. */
const copiedElsewhere = ({ name }: TablePlan) =>
  new Failure({
    code: 'busy',
    object: `table "${name}"`,
    message: 'another attempt of the same run copies it at this moment',
  })
