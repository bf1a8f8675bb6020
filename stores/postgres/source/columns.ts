/** The columns of a source's tables. */
import type { Client } from 'pg'
import { collationSql } from '../../../model/collation-sql.ts'
import type { PostgresColumn } from '../../../model/postgres-schema.ts'
import { grouped } from './grouped.ts'
import type { ShapeOf } from './type-shapes.ts'

interface ColumnRow {
  relation: number
  name: string
  type: string
  typeOid: number
  modifier: number
  notNull: boolean
  expression: string | null
  isGenerated: boolean
  identity: 'always' | 'default' | null
  /** It owns the sequence that its default draws from. */
  owns: boolean
  collation: { schema: string; name: string } | null
  comment: string | null
}

/** By oid of their table, in their order. */
export async function describeColumns(
  client: Client,
  relations: number[],
  shapeOf: ShapeOf,
): Promise<Map<number, PostgresColumn[]>> {
  const { rows } = await client.query<ColumnRow>(COLUMNS, [relations])
  return grouped(
    rows,
    ({ relation }) => relation,
    row => column(row, shapeOf),
  )
}

function column(row: ColumnRow, shapeOf: ShapeOf): PostgresColumn {
  const { name, type, notNull, expression, collation, comment } = row
  const numbered = row.identity ?? (isSerial(row) ? 'serial' : undefined)
  const own = expression !== null && numbered === undefined
  return {
    ...{ name, type, notNull },
    shape: shapeOf(row.typeOid, row.modifier),
    ...(own && !row.isGenerated && { default: expression }),
    ...(own && row.isGenerated && { generated: expression }),
    ...(numbered && { numbered }),
    ...(collation !== null && { collation: collationSql(collation) }),
    ...(comment !== null && { comment }),
  }
}

const INTEGERS = new Set(['smallint', 'integer', 'bigint'])

const isSerial = ({ type, owns, expression }: ColumnRow): boolean =>
  owns && INTEGERS.has(type) && /^nextval\('.*'::regclass\)$/s.test(expression ?? '')

const COLUMNS = `
  SELECT a.attrelid AS relation, a.attname::text AS name,
         pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
         a.atttypid AS "typeOid", a.atttypmod AS modifier, a.attnotnull AS "notNull",
         pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression,
         a.attgenerated <> '' AS "isGenerated",
         CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'default' END AS identity,
         EXISTS (SELECT FROM pg_catalog.pg_depend o JOIN pg_catalog.pg_depend u ON u.refobjid = o.objid
                  WHERE o.classid = 'pg_catalog.pg_class'::regclass AND o.deptype = 'a'
                    AND o.refclassid = 'pg_catalog.pg_class'::regclass
                    AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum
                    AND u.classid = 'pg_catalog.pg_attrdef'::regclass AND u.objid = d.oid
                    AND u.refclassid = 'pg_catalog.pg_class'::regclass) AS owns,
         CASE WHEN co.oid IS NOT NULL
              THEN pg_catalog.json_build_object('schema', cn.nspname, 'name', co.collname) END AS collation,
         pg_catalog.col_description(a.attrelid, a.attnum) AS comment
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation AND co.oid <> y.typcollation
    LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
   WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY a.attrelid, a.attnum`
