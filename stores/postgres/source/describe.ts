/** What a PostgreSQL source holds: a handful of queries over the catalogs, each for everything at once. */
import type { Client } from 'pg'
import type { PostgresSchema, PostgresTable } from '../../../model/postgres-schema.ts'
import { accessOf } from './access.ts'
import { describeColumns } from './columns.ts'
import { describeConstraints } from './constraints.ts'
import { describeIndexes } from './indexes.ts'
import { describeObjects } from './objects.ts'
import { describeRelations, type Relation } from './relations.ts'
import { schemasOf } from './scope.ts'
import { describeSequences } from './sequences.ts'
import { describeDomains, describeEnums, type ShapeOf, typeShapes } from './type-shapes.ts'
import { describeViews } from './views.ts'

/**
 * Describes the schemas of a source: those named with commas between, or with `*` all of its users. Within a transaction
 * that sees one state, so does this, but for sequences, which have no past. Needs a search path of `pg_catalog` alone, so that every name comes with its schema. Fails with `source` where a named schema is not there.
 */
export async function describeSource(client: Client, schema: string): Promise<PostgresSchema> {
  const server = await describeServer(client)
  const schemas = await schemasOf(client, schema)
  const relations = await describeRelations(client, schemas)
  const names = new Map(relations.map(({ oid, name }) => [oid, name]))
  const shapeOf = await typeShapes(client, [...names.keys()], schemas)
  const tables = await describeTables(client, server.version, relations, names, shapeOf)
  const shapes = tables.flatMap(({ columns }) => columns.map(({ shape }) => shape))
  return {
    ...server,
    schemas,
    tables,
    views: await describeViews(client, schemas),
    enums: await describeEnums(client, schemas, shapes),
    domains: await describeDomains(client, schemas, shapes, shapeOf),
    sequences: await describeSequences(client, schemas, names),
    others: await describeObjects(client, server.version, schemas, names, schema === '*'),
  }
}

type Server = Pick<PostgresSchema, 'engine' | 'version' | 'encoding' | 'database'>

async function describeServer(client: Client): Promise<Server> {
  const { rows } = await client.query<Server>(
    `SELECT 'PostgreSQL ' || pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1) AS engine,
            pg_catalog.current_setting('server_version_num')::int AS version,
            pg_catalog.current_setting('server_encoding') AS encoding,
            pg_catalog.current_database()::text AS database`,
  )
  return rows[0]!
}

async function describeTables(
  client: Client,
  version: number,
  relations: Relation[],
  names: Map<number, string>,
  shapeOf: ShapeOf,
): Promise<PostgresTable[]> {
  const oids = [...names.keys()]
  const columns = await describeColumns(client, oids, shapeOf)
  const constraints = await describeConstraints(client, version, names)
  const indexes = await describeIndexes(client, oids)
  return relations.map(({ oid, comment, parents, isPartition, ...table }) => {
    const parts = {
      ...(constraints.get(oid) ?? { uniques: [], checks: [], foreignKeys: [] }),
      columns: columns.get(oid) ?? [],
      indexes: indexes.get(oid) ?? [],
    }
    const above = parents.flatMap(parent => names.get(parent) ?? [])
    return {
      ...table,
      ...parts,
      ...(isPartition && above[0] !== undefined && { partitionOf: above[0] }),
      inherits: isPartition ? [] : above,
      ...(comment !== null && { comment }),
      access: accessOf({ ...parts, kind: table.kind }, version),
    }
  })
}
