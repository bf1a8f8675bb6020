/** The tables of a source, without their parts. */
import type { Client } from 'pg'
import type { PostgresTable } from '../../../model/postgres-schema.ts'
import { qualified } from '../quote.ts'
import { grouped } from './grouped.ts'
import { NOT_OURS, notOfExtension } from './scope.ts'

/** A table, with the oid by which its parts are found. */
export interface Relation
  extends Pick<PostgresTable, 'name' | 'schema' | 'relation' | 'kind' | 'rows' | 'bytes'> {
  oid: number
  comment: string | null
  /** Oids of the tables that it inherits from, or is a partition of. */
  parents: number[]
  isPartition: boolean
}

/** Tables of these schemas in the order of their names, each with a name for plans that no other has. */
export async function describeRelations(client: Client, schemas: string[]): Promise<Relation[]> {
  const { rows } = await client.query<
    Omit<Relation, 'name' | 'rows' | 'bytes'> & { rows: string; bytes: string }
  >(RELATIONS, [schemas])
  const names = planNames(rows)
  return rows.map((row, i) => ({
    ...row,
    name: names[i]!,
    rows: Number(row.rows),
    bytes: Number(row.bytes),
  }))
}

/**
 * Names in plans: without the schema where that is `public`, else `schema.name`. Where that would be the name of two
 * (`"a.b"` in `public`, and `b` in `a`), `"schema"."name"`.
 */
export function planNames(tables: { schema: string; relation: string }[]): string[] {
  const short = tables.map(({ schema, relation }) =>
    schema === 'public' ? relation : `${schema}.${relation}`,
  )
  const often = grouped(
    short,
    name => name,
    name => name,
  )
  const taken = new Set(short)
  return tables.map(({ schema, relation }, i) => {
    if (often.get(short[i]!)!.length === 1) return short[i]!
    let name = qualified(schema, relation)
    while (taken.has(name)) name += "'"
    taken.add(name)
    return name
  })
}

/** Temporary ones are their session's own. */
const RELATIONS = `
  SELECT c.oid, n.nspname::text AS schema, c.relname::text AS relation,
         CASE c.relkind WHEN 'p' THEN 'partitioned' ELSE 'table' END AS kind,
         c.relispartition AS "isPartition",
         greatest(c.reltuples, 0)::bigint AS rows,
         coalesce(pg_catalog.pg_table_size(c.oid), 0) AS bytes,
         pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
         ARRAY(SELECT h.inhparent FROM pg_catalog.pg_inherits h
                WHERE h.inhrelid = c.oid ORDER BY h.inhseqno) AS parents
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname = ANY ($1::text[])
     AND ${NOT_OURS} AND ${notOfExtension('pg_class', 'c.oid')}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`
