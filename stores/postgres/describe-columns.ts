/** The columns of all tables of a schema. */
import type { Client } from 'pg'
import { collationSql } from '../../model/collation-sql.ts'
import type { ExistingColumn } from '../../model/target.ts'
import type { LogicalType } from '../../model/types.ts'
import { logicalType } from './types.ts'

interface ColumnRow {
  table: string
  name: string | null
  typeName: string
  /** Of an enum. */
  labels: string[] | null
  collation: { schema: string; name: string } | null
  notNull: boolean
  hasDefault: boolean
  identity: 'always' | 'default' | null
  generated: boolean
  sequence: string | null
}

/** By table, in the order of the columns; a table without columns has an empty list. */
export async function describeColumns(
  client: Client,
  schema: string,
): Promise<Map<string, ExistingColumn[]>> {
  const { rows } = await client.query<ColumnRow>(COLUMNS, [schema])
  const tables = new Map<string, ExistingColumn[]>()
  for (const row of rows) {
    const columns = tables.get(row.table) ?? []
    tables.set(row.table, columns)
    if (row.name !== null) columns.push(column({ ...row, name: row.name }))
  }
  return tables
}

function column({
  name,
  typeName,
  labels,
  collation,
  notNull,
  hasDefault,
  identity,
  generated,
  sequence,
}: ColumnRow & { name: string }) {
  // In binary COPY a label is a text like any other.
  const type: LogicalType | undefined = labels ? { kind: 'text', labels } : logicalType(typeName)
  return {
    ...{ name, typeName, notNull, hasDefault, generated },
    ...(type && { type }),
    ...(collation !== null && { collation: collationSql(collation) }),
    ...(identity && { identity }),
    ...(sequence !== null && { sequence }),
  }
}

/**
 * The sequence is the one that the column owns (identity, serial), or else the one that its default draws
 * from, as far as the catalog knows it (`nextval('name'::regclass)`, not `nextval('name'::text)`).
 */
const COLUMNS = `
  WITH owned AS (
    SELECT DISTINCT ON (refobjid, refobjsubid) refobjid AS relid, refobjsubid AS attnum, objid AS seqid
      FROM pg_depend
     WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
       AND refobjsubid > 0 AND deptype IN ('a', 'i')
       AND objid IN (SELECT seqrelid FROM pg_sequence)
     ORDER BY refobjid, refobjsubid, objid
  ), drawn AS (
    SELECT DISTINCT ON (ad.adrelid, ad.adnum) ad.adrelid AS relid, ad.adnum AS attnum, d.refobjid AS seqid
      FROM pg_attrdef ad
      JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = ad.oid
                      AND d.refclassid = 'pg_class'::regclass
      JOIN pg_sequence s ON s.seqrelid = d.refobjid
     ORDER BY ad.adrelid, ad.adnum, d.refobjid
  )
  SELECT c.relname::text AS table,
         a.attname::text AS name,
         format_type(a.atttypid, a.atttypmod) AS "typeName",
         (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = a.atttypid) AS labels,
         CASE WHEN co.oid IS NOT NULL THEN json_build_object('schema', cn.nspname, 'name', co.collname) END AS collation,
         a.attnotnull AS "notNull",
         a.atthasdef AND a.attgenerated = '' AS "hasDefault",
         CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'default' END AS identity,
         a.attgenerated <> '' AS generated,
         CASE WHEN sc.oid IS NOT NULL THEN format('%I.%I', sn.nspname, sc.relname) END AS sequence
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_collation co ON co.oid = a.attcollation AND co.oid <> 'pg_catalog."default"'::regcollation
    LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
    LEFT JOIN owned o ON o.relid = c.oid AND o.attnum = a.attnum
    LEFT JOIN drawn d ON d.relid = c.oid AND d.attnum = a.attnum
    LEFT JOIN pg_class sc ON sc.oid = coalesce(o.seqid, d.seqid)
    LEFT JOIN pg_namespace sn ON sn.oid = sc.relnamespace
   WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
   ORDER BY c.relname, a.attnum`
