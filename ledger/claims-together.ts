/**
 * Claims to chunks of several tables at once: of tables that are next to empty the commits and round trips are the
 * whole cost.
 */
import {
  type ChunkClaim,
  type Claimant,
  type ClaimedRow,
  claimOf,
  NEVER_NEWER,
  NOT_FLUSHED,
} from './claims.ts'
import { type Control, controlOf, controlTerms } from './control.ts'
import { ME, MY_PID, mayBegin, START } from './fence.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'

/** Whose chunks a lane takes, of these tables. */
type ClaimantOfMany = Pick<Claimant, 'owner' | 'sweep' | 'revision'> & { tables: string[] }

/**
 * As `claimChunk`, for all chunks of these tables that may be claimed. Tables that orders hold, or that somebody else
 * is at, are not among the claims; undefined where nothing may be begun at all. Why that is so, `claimChunk` tells.
 */
export async function claimTogether(
  sql: Sql,
  place: Place,
  token: RunToken,
  { tables, owner, sweep, revision }: ClaimantOfMany,
): Promise<(Control & { claims: ChunkClaim[] }) | undefined> {
  const { rows }: { rows: Row[] } = await sql.query(
    `WITH control AS (SELECT orders FROM ${tableName(place, 'control')} WHERE run_id = $1),
     next AS (
       SELECT table_name, no, backend_pid, backend_start FROM ${tableName(place, 'chunk')} AS chunk
        WHERE run_id = $1 AND table_name = ANY ($2) AND NOT done AND (owner IS NULL OR owner = $3 OR $4)
          AND ${mayBegin(place, '$1', '$5')}
          AND NOT EXISTS (
            SELECT FROM control
             WHERE (orders ->> 'revision')::integer > $6
                OR ((orders -> 'pausedTables')::jsonb || (orders -> 'skippedTables')::jsonb) ? chunk.table_name)
        ORDER BY table_name, no FOR UPDATE OF chunk SKIP LOCKED),
     claimed AS (
       UPDATE ${tableName(place, 'chunk')} AS chunk
          SET epoch = chunk.epoch + 1, owner = $3, backend_pid = ${MY_PID},
              backend_start = ${ME}, claimed_at = pg_catalog.clock_timestamp()
         FROM next
        WHERE chunk.run_id = $1 AND chunk.table_name = next.table_name AND chunk.no = next.no
       RETURNING chunk.table_name, chunk.no, chunk.epoch::text AS claim_epoch, after_key, up_to_key,
                 next.backend_pid AS pid, ${START('next.backend_start')} AS start)
     SELECT claimed.*, ${controlTerms(place, 'pg_catalog.pg_backend_pid()', '$3')}, ${NOT_FLUSHED}
       FROM claimed LEFT JOIN control ON true`,
    [token.run, tables, owner, sweep, token.epoch, revision ?? NEVER_NEWER],
  )
  if (!rows[0]) return undefined
  return { ...controlOf(rows[0]), claims: rows.map(row => claimOf(row.table_name, row)) }
}

type Row = ClaimedRow & Parameters<typeof controlOf>[0] & { table_name: string }
