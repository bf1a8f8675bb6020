/** What a source has besides tables, views, enums, domains and sequences. */
import type { Client } from 'pg'
import type { PostgresObject } from '../../../model/postgres-schema.ts'
import { OBJECTS_OF_DATABASE, OBJECTS_OF_SCHEMAS, OBJECTS_OF_TABLES } from './object-queries.ts'

interface ObjectRow extends Omit<PostgresObject, 'table' | 'schema'> {
  schema: string | null
  relation: number | null
}

/**
 * Objects of these schemas and tables; those that belong to no schema where the whole database is described, of them
 * extensions in any case.
 *
 * @param names plan names of tables by oid
 */
export async function describeObjects(
  client: Client,
  version: number,
  schemas: string[],
  names: Map<number, string>,
  wholeDatabase: boolean,
): Promise<PostgresObject[]> {
  const parts = [OBJECTS_OF_SCHEMAS, OBJECTS_OF_TABLES(version)]
  const { rows } = await client.query<ObjectRow>(
    `SELECT * FROM (${[...parts, OBJECTS_OF_DATABASE].join('\n UNION ALL ')}) AS o
      WHERE schema IS NOT NULL OR kind = 'extension' OR $2
      ORDER BY kind COLLATE "C", schema COLLATE "C", name COLLATE "C", relation`,
    [schemas, wholeDatabase],
  )
  return rows.map(({ kind, schema, name, relation, sql }) => {
    const table = relation === null ? undefined : names.get(relation)
    return { kind, ...(schema !== null && { schema }), name, ...(table !== undefined && { table }), sql }
  })
}
