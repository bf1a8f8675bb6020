/**
 * Claims: who may write a chunk. A claim is committed before the work, with the backend
 * that will do it; the work's own transaction ends with a fence that only the newest claim passes. So a
 * stalled attempt neither blocks its successor nor writes when it wakes.
 */
import type { Cell } from '../model/types.ts'
import { type Control, controlOf, controlTerms, isHeld } from './control.ts'
import { type Backend, fenced, ME, MY_PID, mayBegin, obstacle, runIsOurs, START } from './fence.ts'
import { decodeKey, encodeKey } from './key.ts'
import { CHUNK_MARK, marked } from './marks.ts'
import { ledgerGone, type RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'
import { inTransaction } from './transaction.ts'

export interface ChunkClaim {
  table: string
  no: number
  epoch: string
  after?: Cell[]
  upTo?: Cell[]
  /** The session of the attempt before, which has to be gone before this one writes. */
  previous?: Backend
  /** There was an attempt before, out of a pool: its session is known by the chunk's mark alone. */
  marked?: true
}

export interface ChunkOutcome {
  read: number
  written: number
  /** Rows whose key the target had already, and that stay as they are there; absent: none. */
  skipped?: number
  /** Rows in quarantine, and rows among the written ones in which a value was replaced. */
  quarantined: number
  altered: number
  bytes: number
  digest: Uint8Array
}

/** Writes the chunks of a table once; `bounds` are the last keys of all chunks but the last. */
export async function addChunks(
  sql: Sql,
  place: Place,
  token: RunToken,
  table: string,
  bounds: Iterable<Cell[]>,
): Promise<void> {
  const keys = Array.from(bounds, encodeKey)
  await inTransaction(sql, async () => {
    const { rowCount } = await sql.query(
      `UPDATE ${tableName(place, 'table_run')} SET chunked = true
        WHERE run_id = $1 AND name = $2 AND NOT chunked AND ${runIsOurs(place, '$1', '$3')}`,
      [token.run, table, token.epoch],
    )
    if (rowCount === 0) return
    await sql.query(
      `INSERT INTO ${tableName(place, 'chunk')} (run_id, table_name, no, after_key, up_to_key)
       SELECT $1, $2, no, after_key, up_to_key
         FROM ROWS FROM (unnest($3::text[]), unnest($4::text[])) WITH ORDINALITY AS c(after_key, up_to_key, no)`,
      [token.run, table, [null, ...keys], [...keys, null]],
    )
  })
  if (keys.length >= MANY) await sql.query(`ANALYZE (SKIP_LOCKED) ${tableName(place, 'chunk')}`)
}

/**
 * A planner that knows nothing of them reads and sorts all chunks for each claim: 22 ms where there are 20,000, until
 * the server looks at the table by itself about a minute later.
 */
const MANY = 1000

/** The same for tables of one chunk each, all at once. */
export async function addWhole(sql: Sql, place: Place, token: RunToken, tables: string[]): Promise<void> {
  await sql.query(
    `WITH fresh AS (
       UPDATE ${tableName(place, 'table_run')} SET chunked = true
        WHERE run_id = $1 AND name = ANY($2) AND NOT chunked AND ${runIsOurs(place, '$1', '$3')}
       RETURNING name)
     INSERT INTO ${tableName(place, 'chunk')} (run_id, table_name, no) SELECT $1, name, 1 FROM fresh`,
    [token.run, tables, token.epoch],
  )
}

/** Those of the tables that have no chunks yet. Fails with `target-replaced` where the ledger knows none of them. */
export async function notChunked(sql: Sql, place: Place, run: string, tables: string[]): Promise<string[]> {
  const { rows } = await sql.query(
    `SELECT name, chunked FROM ${tableName(place, 'table_run')} WHERE run_id = $1 AND name = ANY($2)`,
    [run, tables],
  )
  if (rows.length < tables.length) throw ledgerGone(run)
  const open = new Set(rows.filter(({ chunked }) => !chunked).map(({ name }) => name))
  return tables.filter(name => open.has(name))
}

/** Whose chunks a lane takes. */
export interface Claimant {
  table: string
  /** Stable name of the lane: its own unfinished chunks are taken up again. */
  owner: string
  /** Anyone's chunks that are not done. */
  sweep: boolean
  /** The revision of the orders by which the lane goes; newer ones end it. Absent: whichever stand there. */
  revision?: number
  /** The chunk that the lane claimed last: what is free comes after it, as a rule. */
  last?: number
}

/** `none`: no chunk is free · `held`: orders keep the table from being copied · `newer`: there are newer orders. */
export type Claimed = Control & ({ claim: ChunkClaim } | { claim?: never; why: 'none' | 'held' | 'newer' })

/**
 * Claims the next chunk of a table that is free or was the lane's own before, or, with `sweep`, anyone's that is
 * not done, and tells the orders in force. Where there is none, it may be that an earlier attempt holds one in the
 * midst of its commit (see `holders`). Throws `fenced` where the run is not ours any more, and `paused` where it is
 * held by orders that the lane knows. Committed at once, so not to be called in a transaction.
 */
export async function claimChunk(
  sql: Sql,
  place: Place,
  token: RunToken,
  claimant: Claimant,
): Promise<Claimed> {
  const { last, ...anywhere } = claimant
  const next = await claimFrom(sql, place, token, claimant)
  const mayBeBefore = last !== undefined && !next.claim && next.why === 'none'
  return mayBeBefore ? claimFrom(sql, place, token, anywhere) : next
}

/**
 * As long as somebody keeps an old snapshot open, the index still lists what is done: without a place to begin, each
 * claim read past all of it (15,000 blocks after 8,000 chunks, with it 24).
 */
async function claimFrom(
  sql: Sql,
  place: Place,
  token: RunToken,
  { table, owner, sweep, revision, last = 0 }: Claimant,
): Promise<Claimed> {
  const { rows } = await sql.query(
    `WITH control AS (SELECT orders FROM ${tableName(place, 'control')} WHERE run_id = $1),
     next AS (
       SELECT no, backend_pid, backend_start FROM ${tableName(place, 'chunk')}
        WHERE run_id = $1 AND table_name = $2 AND NOT done AND no >= $7 AND (owner IS NULL OR owner = $3 OR $4)
          AND ${mayBegin(place, '$1', '$5')}
          AND NOT EXISTS (
            SELECT FROM control
             WHERE (orders ->> 'revision')::integer > $6
                OR ((orders -> 'pausedTables')::jsonb || (orders -> 'skippedTables')::jsonb) ? $2)
        ORDER BY no LIMIT 1 FOR UPDATE SKIP LOCKED),
     claimed AS (
       UPDATE ${tableName(place, 'chunk')} AS chunk
          SET epoch = chunk.epoch + 1, owner = $3, backend_pid = ${MY_PID},
              backend_start = ${ME}, claimed_at = pg_catalog.clock_timestamp()
         FROM next
        WHERE chunk.run_id = $1 AND chunk.table_name = $2 AND chunk.no = next.no
       RETURNING chunk.no, chunk.epoch::text AS claim_epoch, after_key, up_to_key,
                 next.backend_pid AS pid, ${START('next.backend_start')} AS start)
     SELECT run.epoch::text AS epoch, run.state, claimed.*, ${controlTerms(place, 'pg_catalog.pg_backend_pid()', '$3')},
            ${NOT_FLUSHED}
       FROM ${tableName(place, 'run')} AS run LEFT JOIN control ON true LEFT JOIN claimed ON true
      WHERE run.id = $1`,
    [token.run, table, owner, sweep, token.epoch, revision ?? NEVER_NEWER, last],
  )
  const row = rows[0]
  if (row && row.no !== null) return { ...controlOf(row), claim: claimOf(table, row) }
  const failure = obstacle(token, row)
  if (failure && failure.code !== 'paused') throw failure
  const control = controlOf(row)
  const newer = revision !== undefined && control.orders.revision > revision
  if (failure && !newer) throw failure
  return { ...control, why: newer ? 'newer' : isHeld(control.orders, table) ? 'held' : 'none' }
}

export const NEVER_NEWER = 2 ** 31 - 1

/**
 * For this statement's own transaction. A crash that loses a claim has ended its session, and whatever was written under
 * it after it is lost as well: the log is lost from its end. The chunk's commit flushes both.
 */
export const NOT_FLUSHED = `pg_catalog.set_config('synchronous_commit', 'off', true) AS flushed`

export interface ClaimedRow {
  no: number
  claim_epoch: string
  after_key: string | null
  up_to_key: string | null
  pid: number | null
  start: string
}

export const claimOf = (table: string, row: ClaimedRow): ChunkClaim => ({
  table,
  no: row.no,
  epoch: row.claim_epoch,
  ...(row.after_key && { after: decodeKey(row.after_key) }),
  ...(row.up_to_key && { upTo: decodeKey(row.up_to_key) }),
  ...(row.pid && { previous: { pid: row.pid, startedAt: row.start } }),
  ...(!row.pid && row.claim_epoch !== '1' && { marked: true }),
})

/**
 * The sessions that have claimed chunks that are not done, of one table or of all. Where `claimChunk` finds nothing,
 * one of them is about to commit, or stalled in it; waiting for its lock could take as long as it sleeps. So are
 * sessions of the run that hold the ledger and have said nothing for 5 s: where a connection leads nowhere since the
 * middle of a claim, the claim is not committed, and no row names the session.
 */
export async function holders(sql: Sql, place: Place, run: string, table?: string): Promise<Backend[]> {
  const { rows } = await sql.query(
    `SELECT DISTINCT backend_pid AS pid, ${START('backend_start')} AS start FROM ${tableName(place, 'chunk')}
      WHERE run_id = $1 AND ($2::text IS NULL OR table_name = $2) AND NOT done AND backend_pid IS NOT NULL
      UNION
     SELECT a.pid, ${START('a.backend_start')}
       FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.relation = '${tableName(place, 'chunk')}'::pg_catalog.regclass AND l.granted
        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
        AND l.mode = 'RowExclusiveLock' AND a.pid <> pg_catalog.pg_backend_pid()
        AND a.application_name = $3 AND a.wait_event_type = 'Client'
        AND a.state_change < pg_catalog.clock_timestamp() - interval '5 seconds'
      UNION
     ${marked(`(SELECT ${CHUNK_MARK} AS mark FROM ${tableName(place, 'chunk')}
                 WHERE run_id = $1 AND ($2::text IS NULL OR table_name = $2) AND NOT done AND claimed_at IS NOT NULL
                   AND backend_pid IS NULL) AS c`)}`,
    [run, table ?? null, `longhaul ${run}`],
  )
  return rows.map(r => ({ pid: r.pid, startedAt: r.start }))
}

/** A chunk whose rows are written, and what came of it. */
interface Settled {
  claim: ChunkClaim
  outcome: ChunkOutcome
}

/**
 * The fence at the end of the transaction of some chunks, which is written down as the writer of their rows. Throws
 * `fenced` where another attempt holds the claim to one of them.
 */
export async function settleChunks(
  sql: Sql,
  place: Place,
  token: RunToken,
  settled: readonly Settled[],
): Promise<void> {
  const claims = settled.map(({ claim }) => claim)
  const outcomes = settled.map(({ outcome }) => outcome)
  const { rowCount } = await sql.query(
    `UPDATE ${tableName(place, 'chunk')} AS chunk
        SET done = true, done_at = pg_catalog.clock_timestamp(),
            written_by = ARRAY[pg_catalog.pg_current_xact_id()], rows_read = s.read, rows_written = s.written,
            bytes = s.bytes, digest = s.digest, quarantined = s.quarantined, altered = s.altered, skipped = s.skipped
       FROM ROWS FROM (
              unnest($3::text[]), unnest($4::integer[]), unnest($5::bigint[]), unnest($6::bigint[]), unnest($7::bigint[]),
              unnest($8::bigint[]), unnest($9::bigint[]), unnest($10::bigint[]), unnest($11::bytea[]), unnest($12::bigint[]))
            AS s(table_name, no, epoch, read, written, quarantined, altered, bytes, digest, skipped)
      WHERE chunk.run_id = $1 AND chunk.table_name = s.table_name AND chunk.no = s.no AND chunk.epoch = s.epoch
        AND NOT chunk.done AND ${runIsOurs(place, '$1', '$2')}`,
    [
      token.run,
      token.epoch,
      ...[claims.map(c => c.table), claims.map(c => c.no), claims.map(c => c.epoch)],
      ...[outcomes.map(o => o.read), outcomes.map(o => o.written), outcomes.map(o => o.quarantined)],
      ...[outcomes.map(o => o.altered), outcomes.map(o => o.bytes), outcomes.map(o => o.digest)],
      outcomes.map(o => o.skipped ?? 0),
    ],
  )
  if (rowCount === settled.length) return
  const [{ table, no }, ...others] = claims as [ChunkClaim, ...ChunkClaim[]]
  throw fenced(`chunk ${no} of table "${table}"${others.length > 0 ? ', or one copied with it' : ''}`)
}

/** How many chunks are not done, by table; a table is closed only when the ledger says none, and then it is not listed. */
export async function openChunks(
  sql: Sql,
  place: Place,
  run: string,
  tables: string[],
): Promise<Map<string, number>> {
  const { rows } = await sql.query(
    `SELECT table_name, count(*)::int AS n FROM ${tableName(place, 'chunk')}
      WHERE run_id = $1 AND table_name = ANY($2) AND NOT done GROUP BY table_name`,
    [run, tables],
  )
  return new Map(rows.map(r => [r.table_name, r.n]))
}
