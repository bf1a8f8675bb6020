/** Who holds a table at the moment: a lock that a change of the table would wait for. */
import type { Client } from 'pg'

export interface Holder {
  table: string
  pid: number
  application: string
  /** Seconds since its transaction began. */
  since: number
}

/**
 * Sessions of others with a lock on one of the tables (`schema`, `name`), by their transactions.
 *
 * @param ours the application name of sessions that count as ours
 */
export async function holdersOf(
  client: Client,
  tables: readonly { schema: string; name: string }[],
  ours?: string,
): Promise<Holder[]> {
  const { rows } = await client.query<Holder>(
    `SELECT DISTINCT c.relname::text AS "table", l.pid, coalesce(a.application_name, '') AS application,
            coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8 AS since
       FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) AS t(schema, name)
       JOIN pg_namespace n ON n.nspname = t.schema
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
       JOIN pg_locks l ON l.locktype = 'relation' AND l.relation = c.oid AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.pid <> pg_backend_pid() AND coalesce(a.backend_type, 'client backend') <> 'autovacuum worker'
        AND a.application_name IS DISTINCT FROM $3
      ORDER BY since DESC LIMIT 20`,
    [tables.map(t => t.schema), tables.map(t => t.name), ours ?? ''],
  )
  return rows
}

export const showHolder = ({ table, pid, application, since }: Holder) =>
  `session ${pid}${application ? ` (${application})` : ''} has table "${table}" locked, in a transaction of ${Math.round(since)} s`
