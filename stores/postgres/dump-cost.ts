/** What a dump of a database would take, and whether the role may make one. */
import type { Client } from 'pg'

export interface DumpCost {
  /** Of the whole database, indexes and all: a bound that no dump reaches. */
  bytes: number
  /** Tables and sequences that the role may not read, or not every row of, by `schema.name`; at most 10. */
  unreadable: string[]
}

export async function dumpCost(client: Client): Promise<DumpCost> {
  const { rows } = await client.query<DumpCost>(
    `SELECT pg_catalog.pg_database_size(pg_catalog.current_database())::float8 AS bytes,
            ARRAY(SELECT n.nspname || '.' || c.relname
                    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                   WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'
                     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                     AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                              AND CASE c.relkind WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
                                    ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT')
                                         AND NOT pg_catalog.row_security_active(c.oid) END)
                   ORDER BY 1 LIMIT 10) AS unreadable`,
  )
  return rows[0]!
}
