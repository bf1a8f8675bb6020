/** How large tables are, and which indexes they have: what a run compares before and after. */
import type { Client } from 'pg'
import type { Standing, StandingTable } from '../../model/report/document.ts'
import { isServerError } from '../../sessions/errors.ts'
import type { Relation } from './fingerprint.ts'

/**
 * Of the tables that there are; a partitioned one with its parts. Waits for nobody's lock: undefined where somebody
 * alters one of them meanwhile, or the role may not look.
 */
export async function standingOf(client: Client, tables: readonly Relation[]): Promise<Standing | undefined> {
  await client.query('BEGIN READ ONLY')
  try {
    await client.query(`SET LOCAL lock_timeout = '2s'`)
    await client.query(`SET LOCAL statement_timeout = '60s'`)
    const { rows } = await client.query<StandingTable>(STANDING, [
      tables.map(({ schema }) => schema),
      tables.map(({ name }) => name),
    ])
    const { rows: database } = await client.query<{ bytes: number }>(
      'SELECT pg_catalog.pg_database_size(pg_catalog.current_database())::float8 AS bytes',
    )
    return { databaseBytes: database[0]!.bytes, tables: rows }
  } catch (error) {
    if (isServerError(error)) return undefined
    throw error
  } finally {
    await client.query('ROLLBACK').catch(() => {})
  }
}

const STANDING = `
WITH wanted AS (
  SELECT n.nspname AS schema, c.relname AS name, c.oid
    FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w(schema, name)
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p')
), part AS (
  SELECT oid, oid AS member FROM wanted
   UNION SELECT w.oid, p.relid FROM wanted AS w, pg_catalog.pg_partition_tree(w.oid) AS p
), size AS (
  SELECT oid, pg_catalog.sum(pg_catalog.pg_table_size(member))::float8 AS table_bytes,
         pg_catalog.sum(pg_catalog.pg_indexes_size(member))::float8 AS index_bytes
    FROM part GROUP BY oid
), index AS (
  SELECT x.indrelid AS oid, pg_catalog.json_agg(pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
           'name', i.relname,
           'method', m.amname,
           'keys', ARRAY(SELECT pg_catalog.pg_get_indexdef(x.indexrelid, k, true)
                           FROM pg_catalog.generate_series(1, x.indnkeyatts::int) AS k),
           'where', pg_catalog.pg_get_expr(x.indpred, x.indrelid, true),
           'unique', x.indisunique,
           'valid', x.indisvalid,
           'bytes', pg_catalog.pg_relation_size(x.indexrelid))) ORDER BY i.relname) AS indexes
    FROM pg_catalog.pg_index AS x
    JOIN wanted ON wanted.oid = x.indrelid
    JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
    JOIN pg_catalog.pg_am AS m ON m.oid = i.relam
   GROUP BY x.indrelid
), open AS (
  SELECT conrelid AS oid, pg_catalog.json_agg(pg_catalog.json_build_object(
           'kind', CASE contype WHEN 'c' THEN 'check' ELSE 'foreign key' END,
           'name', conname) ORDER BY conname) AS constraints
    FROM pg_catalog.pg_constraint JOIN wanted ON wanted.oid = conrelid
   WHERE NOT convalidated AND contype IN ('c', 'f')
   GROUP BY conrelid
)
SELECT w.schema, w.name, coalesce(s.table_bytes + s.index_bytes, 0) AS bytes, coalesce(s.index_bytes, 0) AS "indexBytes",
       coalesce(index.indexes, '[]') AS indexes, coalesce(open.constraints, '[]') AS "notValid"
  FROM wanted AS w JOIN size AS s USING (oid) LEFT JOIN index USING (oid) LEFT JOIN open USING (oid)
 ORDER BY w.schema COLLATE "C", w.name COLLATE "C"`
