/** What the role may do with the tables of a schema. */
import type { Client } from 'pg'
import type { TableRights } from '../../model/target.ts'

/** Of a table that went away between two queries. */
export const NO_RIGHTS: TableRights = {
  owns: false,
  select: false,
  insert: false,
  update: false,
  remove: false,
  delete: false,
}

/** By table. Without USAGE on the schema no right on a table is of use. */
export async function describeRights(client: Client, schema: string): Promise<Map<string, TableRights>> {
  const { rows } = await client.query<TableRights & { table: string }>(
    `SELECT c.relname::text AS table,
            may.enter AND pg_has_role(c.relowner, 'USAGE') AS owns,
            may.enter AND has_table_privilege(c.oid, 'SELECT') AS "select",
            may.enter AND has_table_privilege(c.oid, 'INSERT') AS "insert",
            may.enter AND has_table_privilege(c.oid, 'UPDATE') AS "update",
            may.enter AND has_table_privilege(c.oid, 'DELETE, TRUNCATE') AS remove,
            may.enter AND has_table_privilege(c.oid, 'DELETE') AS "delete"
       FROM pg_namespace n
       JOIN pg_class c ON c.relnamespace = n.oid,
            LATERAL (SELECT has_schema_privilege(n.oid, 'USAGE') AS enter) AS may
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')`,
    [schema],
  )
  return new Map(rows.map(({ table, ...rights }) => [table, rights]))
}
