/** Rows that leave the quarantine: each transaction writes them, marks them, and corrects their chunk. */
import { fenced, runIsOurs } from './fence.ts'
import type { After, Kept } from './quarantine.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'
import { wholeNumber } from './subtransaction.ts'

/** What replaying some rows of a chunk came to. */
export interface Replayed {
  table: string
  chunk: number
  /** Numbers of the entries whose rows are in the target now. */
  nos: number[]
  /** Rows among them in which a value was replaced. */
  altered: number
  bytes: number
  /** What `markReplayed` gave for them. */
  writers: string[]
}

/** The digest of a chunk's written rows; the chunk is locked until the transaction ends. */
export async function lockDigest(
  sql: Sql,
  place: Place,
  run: string,
  { table, chunk }: Pick<Replayed, 'table' | 'chunk'>,
): Promise<Uint8Array> {
  const { rows } = await sql.query(
    `SELECT digest FROM ${tableName(place, 'chunk')}
      WHERE run_id = $1 AND table_name = $2 AND no = $3 FOR UPDATE`,
    [run, table, chunk],
  )
  return rows[0].digest
}

/** The number that the next entry of a chunk gets. */
export async function nextNo(
  sql: Sql,
  place: Place,
  run: string,
  { table, chunk }: Pick<Replayed, 'table' | 'chunk'>,
): Promise<number> {
  const { rows } = await sql.query(
    `SELECT coalesce(max(no), -1)::float8 + 1 AS no FROM ${tableName(place, 'quarantine')}
      WHERE run_id = $1 AND table_name = $2 AND chunk_no = $3`,
    [run, table, chunk],
  )
  return rows[0].no
}

/**
 * Marks entries whose rows were just written, in the same subtransaction, and gives its number (decimal text of an
 * xid8): rows show that as their xmin, and not the number of the transaction around it. Throws `fenced` where another
 * attempt has replayed one of them.
 */
export async function markReplayed(
  sql: Sql,
  place: Place,
  run: string,
  { table, chunk, nos }: Pick<Replayed, 'table' | 'chunk' | 'nos'>,
): Promise<string> {
  const { rows } = await sql.query(
    `WITH marked AS (
       UPDATE ${tableName(place, 'quarantine')} SET replayed_at = pg_catalog.clock_timestamp()
        WHERE run_id = $1 AND table_name = $2 AND chunk_no = $3 AND no = ANY ($4::bigint[]) AND replayed_at IS NULL
       RETURNING xmin::text::bigint AS low),
     outer_one AS (SELECT pg_catalog.pg_current_xact_id()::text::bigint AS id)
     SELECT count(*)::int AS n, ${wholeNumber('min(low)', 'id')} AS writer
       FROM marked, outer_one GROUP BY id`,
    [run, table, chunk, nos],
  )
  if (rows[0]?.n !== nos.length) throw fenced(`chunk ${chunk} of table "${table}"`)
  return rows[0].writer
}

/**
 * The end of a replay's transaction: the chunk's counts, digest and writers are corrected. Throws `fenced` where the
 * run is somebody else's.
 */
export async function settleReplayed(
  sql: Sql,
  place: Place,
  { run, epoch }: RunToken,
  { table, chunk, nos, altered, bytes, writers }: Replayed,
  digest: Uint8Array,
): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE ${tableName(place, 'chunk')}
        SET rows_written = rows_written + $5, quarantined = quarantined - $5, altered = altered + $6,
            bytes = bytes + $7, digest = $8, written_by = written_by || $9::text[]::xid8[]
      WHERE run_id = $1 AND table_name = $2 AND no = $3 AND done AND ${runIsOurs(place, '$1', '$4')}`,
    [run, table, chunk, epoch, nos.length, altered, bytes, digest, writers],
  )
  if (rowCount !== 1) throw fenced(`chunk ${chunk} of table "${table}"`)
}

/** Why an entry stays in quarantine, as the latest attempt has it. */
export async function noteReason(
  sql: Sql,
  place: Place,
  run: string,
  { table, chunk, no }: After,
  { column, reason }: Pick<Kept, 'column' | 'reason'>,
): Promise<void> {
  await sql.query(
    `UPDATE ${tableName(place, 'quarantine')} SET column_name = $5, reason = $6
      WHERE run_id = $1 AND table_name = $2 AND chunk_no = $3 AND no = $4 AND replayed_at IS NULL`,
    [run, table, chunk, no, column, reason],
  )
}

/** The tables of which rows were replayed, by this attempt or an earlier one. */
export async function replayedTables(sql: Sql, place: Place, run: string): Promise<string[]> {
  const { rows } = await sql.query(
    `SELECT DISTINCT table_name FROM ${tableName(place, 'quarantine')}
      WHERE run_id = $1 AND replayed_at IS NOT NULL ORDER BY table_name`,
    [run],
  )
  return rows.map(r => r.table_name)
}
