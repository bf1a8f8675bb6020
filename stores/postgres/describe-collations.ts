/** The collations that columns of a database can have. */
import type { Client } from 'pg'
import type { CollationThere } from '../../model/target.ts'

/** Those of PostgreSQL itself first; without `default`, which is the lack of one. */
export async function describeCollations(client: Client): Promise<CollationThere[]> {
  const { rows } = await client.query<CollationThere>(
    `SELECT n.nspname::text AS schema, c.collname::text AS name, c.collisdeterministic AS exact
       FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
      WHERE c.collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))
        AND c.oid <> 'pg_catalog."default"'::regcollation
        AND has_schema_privilege(n.oid, 'USAGE')
      ORDER BY n.nspname <> 'pg_catalog', n.nspname, c.collname`,
  )
  return rows
}
