/**
 * Chunks in the file's ledger. There is one lane for each table and the file has one lock, so nothing is claimed: whoever
 * holds the lock looks whether a chunk is done, writes its rows and its record, and commits both.
 */
import type { TableFigures } from '../../model/control.ts'
import type { Cell } from '../../model/types.ts'
import type { ChunkOutcome } from '../claims.ts'
import { decodeKey, encodeKey } from '../key.ts'
import { ledgerGone, type RunToken } from '../runs.ts'
import { type Db, fileTable, NOW } from './schema.ts'

const CHUNK = fileTable('chunk')
const TABLE = fileTable('table_run')

export interface FileChunk {
  table: string
  no: number
  after?: Cell[]
  upTo?: Cell[]
}

export interface Written extends Pick<ChunkOutcome, 'read' | 'written' | 'skipped' | 'bytes' | 'digest'> {
  /** When it was begun, ISO 8601. */
  claimedAt: string
}

/** Those of the tables that have no chunks yet. Fails with `target-replaced` where the ledger knows one of them not. */
export function notChunkedInFile(db: Db, run: string, tables: readonly string[]): string[] {
  const find = db.prepare(`SELECT chunked FROM ${TABLE} WHERE run_id = ? AND name = ?`)
  return tables.filter(name => {
    const row = find.get(run, name)
    if (!row) throw ledgerGone(run)
    return row.chunked === 0
  })
}

/** Writes the chunks of a table once; `bounds` are the last keys of all chunks but the last. Within a transaction. */
export function addFileChunks(db: Db, { run }: RunToken, table: string, bounds: readonly Cell[][]): void {
  const { changes } = db
    .prepare(`UPDATE ${TABLE} SET chunked = 1 WHERE run_id = ? AND name = ? AND chunked = 0`)
    .run(run, table)
  if (changes === 0) return
  const add = db.prepare(
    `INSERT INTO ${CHUNK} (run_id, table_name, no, after_key, up_to_key) VALUES (?, ?, ?, ?, ?)`,
  )
  const keys = bounds.map(encodeKey)
  for (let no = 1; no <= keys.length + 1; no++)
    add.run(run, table, BigInt(no), keys[no - 2] ?? null, keys[no - 1] ?? null)
}

/** The first chunk of a table that is not done. */
export function nextFileChunk(db: Db, run: string, table: string): FileChunk | undefined {
  const row = db
    .prepare(
      `SELECT no, after_key, up_to_key FROM ${CHUNK} WHERE run_id = ? AND table_name = ? AND done = 0
        ORDER BY no LIMIT 1`,
    )
    .get(run, table)
  return row && chunkOf(table, row)
}

const chunkOf = (
  table: string,
  row: { no: number; after_key: string | null; up_to_key: string | null },
): FileChunk => ({
  table,
  no: row.no,
  ...(row.after_key !== null && { after: decodeKey(row.after_key) }),
  ...(row.up_to_key !== null && { upTo: decodeKey(row.up_to_key) }),
})

/** Whether a chunk is still to be copied; within the transaction that copies it. */
export function isOpenInFile(db: Db, run: string, { table, no }: FileChunk): boolean {
  const row = db
    .prepare(`SELECT done FROM ${CHUNK} WHERE run_id = ? AND table_name = ? AND no = ?`)
    .get(run, table, BigInt(no))
  return row?.done === 0
}

/** Records a chunk as done, in the transaction of its rows. */
export function settleInFile(db: Db, run: string, { table, no }: FileChunk, written: Written): void {
  const { claimedAt, read, written: rows, skipped = 0, bytes, digest } = written
  db.prepare(
    `UPDATE ${CHUNK} SET done = 1, done_at = ${NOW}, claimed_at = ?, rows_read = ?, rows_written = ?, bytes = ?,
            digest = ?, rows_skipped = ?
      WHERE run_id = ? AND table_name = ? AND no = ?`,
  ).run(
    ...[claimedAt, BigInt(read), BigInt(rows), BigInt(bytes), digest, BigInt(skipped)],
    ...[run, table, BigInt(no)],
  )
  // Others who come upon the run see that somebody works for it.
  db.prepare(`UPDATE ${fileTable('run')} SET updated_at = ${NOW} WHERE id = ?`).run(run)
}

/** The chunk that was written last, of any table: when, in ms since 1970, and how many rows. */
export function lastWritten(db: Db, run: string): { at: number; rows: number } | undefined {
  const row = db
    .prepare(
      `SELECT done_at, rows_written FROM ${CHUNK} WHERE run_id = ? AND done = 1 ORDER BY done_at DESC LIMIT 1`,
    )
    .get(run)
  return row && { at: Date.parse(row.done_at), rows: row.rows_written }
}

/** How many chunks are not done, by table; a table without any is not listed. */
export function openFileChunks(db: Db, run: string, tables: readonly string[]): Map<string, number> {
  const count = db.prepare(
    `SELECT count(*) AS n FROM ${CHUNK} WHERE run_id = ? AND table_name = ? AND done = 0`,
  )
  const found = tables.map(name => [name, count.get(run, name).n as number] as const)
  return new Map(found.filter(([, n]) => n > 0))
}

/** How far some tables are. */
export function fileFigures(db: Db, run: string, tables: readonly string[]): TableFigures[] {
  const sum = db.prepare(
    `SELECT coalesce(sum(rows_written), 0) AS written, coalesce(sum(bytes), 0) AS bytes, count(*) AS chunks,
            coalesce(sum(done), 0) AS chunksDone
       FROM ${CHUNK} WHERE run_id = ? AND table_name = ?`,
  )
  return tables.map(name => ({ name, ...sum.get(run, name) }))
}

/** The digests of a table's chunks, as the copy wrote them. */
export function fileDigests(db: Db, run: string, table: string): Uint8Array[] {
  return db
    .prepare(
      `SELECT digest FROM ${CHUNK} WHERE run_id = ? AND table_name = ? AND done = 1 AND digest IS NOT NULL ORDER BY no`,
    )
    .all(run, table)
    .map(({ digest }) => digest)
}

/** The chunks of a table that are done, with the digests of their rows as they were read. */
export function doneFileChunks(db: Db, run: string, table: string): (FileChunk & { digest: Uint8Array })[] {
  return db
    .prepare(
      `SELECT no, after_key, up_to_key, digest FROM ${CHUNK} WHERE run_id = ? AND table_name = ? AND done = 1 ORDER BY no`,
    )
    .all(run, table)
    .map(row => ({ ...chunkOf(table, row), digest: row.digest }))
}

/** Forgets the chunks of a table, which is cut and copied anew; in the transaction that empties it. */
export function forgetFileChunks(db: Db, run: string, table: string): void {
  db.prepare(`DELETE FROM ${CHUNK} WHERE run_id = ? AND table_name = ?`).run(run, table)
  db.prepare(`UPDATE ${TABLE} SET chunked = 0 WHERE run_id = ? AND name = ?`).run(run, table)
}

/** Whether all rows of a run are in. */
export function isFileCopied(db: Db, run: string): boolean {
  const open = `SELECT 1 FROM ${TABLE} WHERE run_id = ? AND chunked = 0 AND skipped = 0
                 UNION ALL SELECT 1 FROM ${CHUNK} WHERE run_id = ? AND done = 0`
  return db.prepare(open).get(run, run) === undefined
}
