/** Parts of a run that are taken back while the rest of it stays. */
import { isLoadedInto, type TablePlan } from '../model/plan.ts'
import { quoteText } from '../model/sql-text.ts'
import { type Backend, fenced, runIsOurs, START } from './fence.ts'
import type { ObjectRow } from './reader.ts'
import { ledgerGone, type RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'
import { inTransaction } from './transaction.ts'
import type { RunTable } from './written.ts'

/**
 * No attempt that began before writes any more; one that was under way counts as cancelled, and what was found about
 * the whole run holds no longer.
 */
export async function fencePart(sql: Sql, place: Place, run: string): Promise<void> {
  const { rowCount } = await sql.query(fencePartSql(place, run))
  if (rowCount === 0) throw ledgerGone(run)
}

export const fencePartSql = (place: Place, run: string): string =>
  `UPDATE ${tableName(place, 'run')}
   SET epoch = epoch + 1, updated_at = pg_catalog.clock_timestamp(),
       verdict = CASE WHEN verdict IS NOT NULL THEN 'not checked' END,
       state = CASE WHEN state = 'done' THEN 'done with differences'
                    WHEN state IN ('planned', 'running', 'paused', 'waiting', 'replaying', 'repairing') THEN 'cancelled'
                    ELSE state END
 WHERE id = ${quoteText(run)}`

/**
 * Leaves tables out of the run: nothing new of them is begun, and work that is under way cannot be settled. Gives
 * the sessions that are at it. Throws `fenced` where the run is somebody else's; without a token it is the
 * operator's word.
 */
export async function leaveTablesOut(
  sql: Sql,
  place: Place,
  run: string,
  tables: readonly string[],
  token?: RunToken,
): Promise<Backend[]> {
  return inTransaction(sql, async () => {
    const { rowCount } = await sql.query(
      `UPDATE ${tableName(place, 'table_run')} SET skipped = true, finished = true
        WHERE run_id = $1 AND name = ANY ($2) ${token ? `AND ${runIsOurs(place, '$1', '$3')}` : ''}`,
      [run, tables, ...(token ? [token.epoch] : [])],
    )
    if (rowCount !== tables.length) throw fenced(`run ${run}`)
    const { rows: chunks } = await sql.query(
      `DELETE FROM ${tableName(place, 'chunk')} WHERE run_id = $1 AND table_name = ANY ($2) AND NOT done
       RETURNING ${BACKEND}`,
      [run, tables],
    )
    const { rows: objects } = await sql.query(
      `DELETE FROM ${tableName(place, 'object')} WHERE run_id = $1 AND table_name = ANY ($2) AND NOT done
       RETURNING ${BACKEND}`,
      [run, tables],
    )
    return [...chunks, ...objects]
      .filter(({ pid }) => pid !== null)
      .map(({ pid, start }) => ({ pid, startedAt: start }))
  })
}

const BACKEND = `backend_pid AS pid, ${START('backend_start')} AS start`

/** What the ledger has of tables that are taken back goes: they stay as left out, and others may write into them. */
export async function forgetTables(
  sql: Sql,
  place: Place,
  run: string,
  tables: readonly RunTable[],
): Promise<void> {
  await inTransaction(sql, async () => {
    for (const statement of forgetTablesSql(place, run, tables)) await sql.query(statement)
  })
}

export function forgetTablesSql(place: Place, run: string, tables: readonly RunTable[]): string[] {
  const names = tables.map(({ name }) => quoteText(name)).join(', ')
  const places = tables.map(({ target }) => quoteText(`${target.schema}.${target.name}`)).join(', ')
  const id = quoteText(run)
  return [
    ...(['chunk', 'quarantine', 'before', 'overwritten'] as const).map(
      table => `DELETE FROM ${tableName(place, table)} WHERE run_id = ${id} AND table_name IN (${names})`,
    ),
    `UPDATE ${tableName(place, 'table_run')}
   SET skipped = true, finished = true,
       counted = NULL, source_digest = NULL, target_digest = NULL, verdict = NULL, error = NULL
 WHERE run_id = ${id} AND name IN (${names})`,
    `UPDATE ${tableName(place, 'run')}
   SET target_tables = ARRAY(SELECT t FROM pg_catalog.unnest(target_tables) AS t WHERE t NOT IN (${places}))
 WHERE id = ${id}`,
  ]
}

/**
 * What of the objects goes before the run's rows in tables that stay, and what after them, each in its order: tables
 * that the run made may refer to such rows, and what rested during the load comes back to what is left of them.
 */
export function aroundRows(
  objects: readonly ObjectRow[],
  tables: readonly TablePlan[],
): { before: ObjectRow[]; after: ObjectRow[] } {
  const stay = new Set(tables.filter(isLoadedInto).map(({ name }) => name))
  return {
    before: objects.filter(({ table }) => !stay.has(table)),
    after: objects.filter(({ table }) => stay.has(table)),
  }
}
