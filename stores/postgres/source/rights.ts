/** What the role may not see of a source. */
import type { Client } from 'pg'
import type { PostgresTable } from '../../../model/postgres-schema.ts'

/** Plan names of those of the tables of which the role may not read all rows, for lack of a right or by row security. */
export async function unreadable(client: Client, tables: PostgresTable[]): Promise<string[]> {
  const { rows } = await client.query<{ place: number }>(
    `SELECT u.place::int AS place
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS u(schema, name, place)
       JOIN pg_catalog.pg_namespace n ON n.nspname = u.schema
       JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = u.name
      WHERE NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
         OR NOT pg_catalog.has_table_privilege(c.oid, 'SELECT')
         OR pg_catalog.row_security_active(c.oid)
      ORDER BY u.place`,
    [tables.map(({ schema }) => schema), tables.map(({ relation }) => relation)],
  )
  return rows.map(({ place }) => tables[place - 1]!.name)
}
