/** What commands and reports ask of the ledger in a file; and what validation writes there. */
import type { TableRow } from '../reader.ts'
import { tableState } from '../reader.ts'
import type { TableVerdict } from '../verdicts.ts'
import { countsSkipped, type Db, fileTable } from './schema.ts'

/** The tables of a run in the order of their names, with sums over their committed chunks. */
export function fileTables(db: Db, run: string): TableRow[] {
  const rows = db
    .prepare(
      `SELECT t.name, t.expected, t.chunked, t.finished, t.skipped AS skipped_table, t.counted, t.verdict, t.error, t.note,
              count(c.no) AS chunks, coalesce(sum(c.done), 0) AS chunks_done,
              coalesce(sum(c.rows_read), 0) AS read, coalesce(sum(c.rows_written), 0) AS written,
              ${countsSkipped(db) ? 'coalesce(sum(c.rows_skipped), 0)' : '0'} AS skipped,
              coalesce(sum(c.bytes), 0) AS bytes, min(c.claimed_at) AS started_at, max(c.done_at) AS ended_at
         FROM ${fileTable('table_run')} AS t
         LEFT JOIN ${fileTable('chunk')} AS c ON c.run_id = t.run_id AND c.table_name = t.name
        WHERE t.run_id = ?
        GROUP BY t.name
        ORDER BY t.name`,
    )
    .all(run)
  return rows.map(r => ({
    name: r.name,
    expected: r.expected,
    chunks: r.chunks,
    chunksDone: r.chunks_done,
    read: r.read,
    written: r.written,
    skipped: r.skipped,
    quarantined: 0,
    altered: 0,
    bytes: r.bytes,
    state: tableState({
      ...r,
      skipped_table: r.skipped_table === 1,
      chunked: r.chunked === 1,
      finished: r.finished === 1,
    }),
    ...(r.counted !== null && { counted: r.counted }),
    ...(r.verdict && { verdict: r.verdict }),
    ...(r.error && { error: r.error }),
    ...(r.note && { note: r.note }),
    ...(r.started_at && { startedAt: new Date(r.started_at) }),
    ...(r.ended_at && { endedAt: new Date(r.ended_at) }),
  }))
}

/** By table, the digests of both sides as the last validation wrote them. */
export function fileVerdictDigests(
  db: Db,
  run: string,
): Map<string, { source: Uint8Array | null; target: Uint8Array | null }> {
  const rows = db
    .prepare(`SELECT name, source_digest, target_digest FROM ${fileTable('table_run')} WHERE run_id = ?`)
    .all(run)
  return new Map(rows.map(r => [r.name, { source: r.source_digest, target: r.target_digest }]))
}

export function noteFileVerdict(db: Db, run: string, found: TableVerdict): void {
  const { table, counted, sourceDigest, targetDigest, verdict, error, note } = found
  db.prepare(
    `UPDATE ${fileTable('table_run')}
        SET counted = ?, source_digest = ?, target_digest = ?, verdict = ?, error = ?, note = ?
      WHERE run_id = ? AND name = ?`,
  ).run(BigInt(counted), sourceDigest, targetDigest, verdict, error ?? null, note ?? null, run, table)
}
