/** Rows of others that a run wrote over: how many there are, and what gives them their old values back. */
import type { UpsertPlan } from '../model/plan.ts'
import { quoteText } from '../model/sql-text.ts'
import { fromImage, isOf } from './image.ts'
import { type Place, type Sql, tableName } from './schema.ts'
import { wholeNumber } from './subtransaction.ts'
import { type Going, isOwn, overwrites, placeOf, type RunTable } from './written.ts'

/** Another run, whose rows were written over. */
export interface EarlierRun {
  run: string
  /** Its transactions that had written them, as xmin shows them. */
  writers: string[]
  /** Of each table that these have written, the chunk that gets to know who writes them again. */
  chunks: { table: string; no: number }[]
}

/** Those that wrote rows which this run has written over, and has not put back. */
export async function earlierRuns(
  sql: Sql,
  place: Place,
  run: string,
  table: RunTable,
): Promise<EarlierRun[]> {
  const { rows } = await sql.query(
    `WITH met AS (
       SELECT o.writer, c.run_id, c.table_name, c.no, c.rows_written
         FROM (SELECT DISTINCT writer FROM ${tableName(place, 'overwritten')} WHERE run_id = $1 AND table_name = $2) AS o
         JOIN ${tableName(place, 'chunk')} AS c ON c.run_id <> $1 AND o.writer = ANY (c.written_by::pg_catalog.xid[])),
     largest AS (
       SELECT DISTINCT ON (run_id, table_name) run_id, table_name, no FROM met
        ORDER BY run_id, table_name, rows_written DESC, no)
     SELECT run_id AS run, pg_catalog.array_agg(DISTINCT writer::text) AS writers,
            (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('table', table_name, 'no', no))
               FROM largest WHERE largest.run_id = met.run_id) AS chunks
       FROM met GROUP BY run_id ORDER BY run_id`,
    [run, table.name],
  )
  return rows
}

/** Rows that this subtransaction writes are the run's again, which can then be taken back as if nothing had been. */
export async function noteAgain(sql: Sql, place: Place, { run, chunks }: EarlierRun): Promise<void> {
  const chunk = tableName(place, 'chunk')
  for (const { table, no } of chunks) {
    const { rows } = await sql.query(
      `WITH here AS (
         UPDATE ${chunk} SET no = no WHERE run_id = $1 AND table_name = $2 AND no = $3 RETURNING xmin::text::bigint AS low)
       SELECT ${wholeNumber('low', 'outer_one.id')} AS writer
         FROM here, (SELECT pg_catalog.pg_current_xact_id()::text::bigint AS id) AS outer_one`,
      [run, table, no],
    )
    await sql.query(
      `UPDATE ${chunk} SET written_by = written_by || $4::pg_catalog.xid8 WHERE run_id = $1 AND table_name = $2 AND no = $3`,
      [run, table, no, rows[0].writer],
    )
  }
}

/**
 * Gives rows that were there their old values back, and corrects what the ledger says of their chunks: they count as
 * skipped. Of rows that somebody has changed since only with `changed`; one that is not there any more does not come
 * back. With `earlier` only those that it had written. Gives `table_name` and `rows`.
 */
export function restoreRowsSql(
  place: Place,
  run: string,
  table: Going & { upsert: UpsertPlan },
  earlier?: EarlierRun,
): string {
  const { upsert, name, where, changed } = table
  const [overwritten, chunk] = [tableName(place, 'overwritten'), tableName(place, 'chunk')]
  const terms = [
    isOf(upsert, 't', 'longhaul_image'),
    ...(changed ? [] : [isOwn(place, run, table, 't')]),
    ...(where === undefined ? [] : [`(${where}\n)`]),
  ]
  return `WITH image AS (
       SELECT chunk_no AS longhaul_chunk, no AS longhaul_no, image AS longhaul_image FROM ${overwritten}
        WHERE run_id = ${quoteText(run)} AND table_name = ${quoteText(name)}${earlier ? ` AND ${wroteIt(earlier)}` : ''}),
     back AS (
       UPDATE ${placeOf(table)} AS t SET ${fromImage(upsert, 'longhaul_image')} FROM image
        WHERE ${terms.join(' AND ')}
       RETURNING longhaul_chunk, longhaul_no),
     spent AS (
       DELETE FROM ${overwritten} AS o USING back
        WHERE o.run_id = ${quoteText(run)} AND o.table_name = ${quoteText(name)} AND o.chunk_no = longhaul_chunk AND o.no = longhaul_no),
     per_chunk AS (SELECT longhaul_chunk AS no, pg_catalog.count(*) AS n FROM back GROUP BY longhaul_chunk),
     corrected AS (
       UPDATE ${chunk} AS chunk
          SET rows_written = greatest(chunk.rows_written - per_chunk.n, 0), skipped = chunk.skipped + per_chunk.n, digest = NULL
         FROM per_chunk
        WHERE chunk.run_id = ${quoteText(run)} AND chunk.table_name = ${quoteText(name)} AND chunk.no = per_chunk.no)
SELECT ${quoteText(name)} AS table_name, coalesce(pg_catalog.sum(n), 0)::float8 AS rows FROM per_chunk`
}

/** A condition over images: the run had written the row. */
const wroteIt = ({ writers }: EarlierRun) =>
  `writer = ANY (${quoteText(`{${writers.join(',')}}`)}::pg_catalog.xid[])`

/** How many rows the run wrote over, and did not put back since. */
export async function countOverwritten(
  sql: Sql,
  place: Place,
  run: string,
  table: RunTable,
): Promise<number> {
  if (!overwrites(table)) return 0
  const { rows } = await sql.query(
    `SELECT pg_catalog.count(*)::float8 AS n FROM ${tableName(place, 'overwritten')} WHERE run_id = $1 AND table_name = $2`,
    [run, table.name],
  )
  return rows[0].n
}

/** The number for the next image of a chunk. */
export async function nextImage(
  sql: Sql,
  place: Place,
  run: string,
  { table, chunk }: { table: string; chunk: number },
): Promise<number> {
  const { rows } = await sql.query(
    `SELECT coalesce(pg_catalog.max(no), 0)::float8 + 1 AS no FROM ${tableName(place, 'overwritten')}
      WHERE run_id = $1 AND table_name = $2 AND chunk_no = $3`,
    [run, table, chunk],
  )
  return rows[0].no
}

/** What became of such rows: `restorable` are as the run wrote them, `overruled` somebody has changed since. */
export async function overwrittenNow(
  sql: Sql,
  place: Place,
  run: string,
  table: RunTable,
): Promise<{ restorable: number; overruled: number }> {
  if (!overwrites(table)) return { restorable: 0, overruled: 0 }
  const { rows } = await sql.query(
    `SELECT ${changedSince(place, run, table)} AS overruled, pg_catalog.count(*)::float8 AS there
       FROM ${withImages(place, run, table)}`,
  )
  const { overruled, there } = rows[0]
  return { restorable: there - overruled, overruled }
}

/** How many rows that were there somebody has changed since, as an expression over `withImages`. */
const changedSince = (place: Place, run: string, table: RunTable) =>
  `pg_catalog.count(*) FILTER (WHERE NOT ${isOwn(place, run, table, 't')})::float8`

const withImages = (place: Place, run: string, table: RunTable & { upsert: UpsertPlan }) =>
  `${tableName(place, 'overwritten')} AS image JOIN ${placeOf(table)} AS t ON ${isOf(table.upsert, 't', 'image.image')}
      WHERE image.run_id = ${quoteText(run)} AND image.table_name = ${quoteText(table.name)}`

/** A query that gives true where somebody has changed such a row since. */
export const overruledSql = (place: Place, run: string, table: RunTable & { upsert: UpsertPlan }): string =>
  `SELECT ${changedSince(place, run, table)} > 0 FROM ${withImages(place, run, table)}`
