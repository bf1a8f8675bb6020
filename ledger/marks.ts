/**
 * Marks: who works at what, behind a pool. There a claim cannot name the session that will do the work, as each
 * transaction may get another one, and one that is named may serve somebody else by now. So the work's own transaction
 * takes an advisory lock for each thing that it works at, which ends with it; whoever takes the work over finds the
 * session by that. The lock is a shared one: nobody waits for it.
 */
import { type Backend, POOLED, START } from './fence.ts'
import type { Sql } from './schema.ts'

export const chunkMark = (run: string, table: string, no: number) => `longhaul/${run}/chunk/${table}/${no}`
/** The same in SQL, over the columns of the ledger's `chunk`. */
export const CHUNK_MARK = `'longhaul/' || run_id || '/chunk/' || table_name || '/' || no`
export const objectMark = (
  run: string,
  { kind, table, name }: { kind: string; table: string; name: string },
) => `longhaul/${run}/${kind}/${table}/${name}`

/** For the transaction that is open; nothing where no pool is between us and the server. */
export async function mark(sql: Sql, marks: readonly string[]): Promise<void> {
  await sql.query(
    `SELECT pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended(mark, 0))
       FROM pg_catalog.unnest($1::text[]) AS mark WHERE ${POOLED}`,
    [marks],
  )
}

/**
 * Pid and start of the sessions that are at work under one of the marks.
 * @param marks SQL of a relation that has them as its column `mark`
 */
export const marked = (marks: string) => `
     SELECT DISTINCT a.pid, ${START('a.backend_start')} AS start
       FROM ${marks}
       JOIN pg_catalog.pg_locks AS l
         ON l.locktype = 'advisory' AND l.objsubid = 1
        AND (l.classid::bigint << 32 | l.objid::bigint) = pg_catalog.hashtextextended(mark, 0)
       JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
        AND l.pid <> pg_catalog.pg_backend_pid()`

/** The sessions that are at work under one of the marks. */
export async function markedBy(sql: Sql, marks: readonly string[]): Promise<Backend[]> {
  const { rows } = await sql.query(marked('pg_catalog.unnest($1::text[]) AS mark'), [marks])
  return rows.map(({ pid, start }) => ({ pid, startedAt: start }))
}
