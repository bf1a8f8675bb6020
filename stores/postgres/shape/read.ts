/** Shapes of tables from the catalogs: four queries, whatever the number of tables. */
import type { Client } from 'pg'
import { collationSql } from '../../../model/collation-sql.ts'
import type { Relation } from '../fingerprint.ts'
import type { CheckShape, ColumnShape, ForeignKeyShape, IndexShape, TableShape } from './shape.ts'

/**
 * In the order of `tables`; undefined where there is no such table. Expressions are printed under a share lock of
 * their table. Needs a search path of `pg_catalog` alone, so that every name comes with its schema.
 */
export async function readShapes(
  client: Client,
  tables: readonly Relation[],
): Promise<(TableShape | undefined)[]> {
  const shapes = new Map<number, TableShape>()
  const rowsOf = async <T>(sql: string): Promise<T[]> => {
    const { rows } = await client.query(sql, [tables.map(t => t.schema), tables.map(t => t.name)])
    return rows
  }
  for (const { no, column } of await rowsOf<ColumnRow>(COLUMNS)) {
    const shape = shapes.get(no) ?? empty(tables[no - 1]!)
    shapes.set(no, shape)
    if (column) shape.columns.push(columnShape(column))
  }
  for (const { no, check, key } of await rowsOf<ConstraintRow>(CONSTRAINTS)) {
    if (check) shapes.get(no)?.checks.push(check)
    if (key) shapes.get(no)?.foreignKeys.push(key)
  }
  for (const { no, index } of await rowsOf<{ no: number; index: IndexShape }>(INDEXES))
    shapes.get(no)?.indexes.push(index)
  for (const { no, columns } of await rowsOf<{ no: number; columns: string[] }>(STATISTICS))
    shapes.get(no)?.statistics.push(columns)
  return tables.map((_, i) => shapes.get(i + 1))
}

const empty = ({ schema, name }: Relation): TableShape => ({
  ...{ schema, name, columns: [], checks: [], foreignKeys: [], indexes: [], statistics: [] },
})

interface ColumnRow {
  no: number
  /** Absent of a table without columns. */
  column: (Omit<ColumnShape, 'collation'> & { collation?: { schema: string; name: string } }) | null
}

const columnShape = ({ collation, ...column }: NonNullable<ColumnRow['column']>): ColumnShape => ({
  ...column,
  ...(collation && { collation: collationSql(collation) }),
})

interface ConstraintRow {
  no: number
  check: CheckShape | null
  key: ForeignKeyShape | null
}

const WANTED = `
  wanted AS MATERIALIZED (
    SELECT w.no::int AS no, c.oid
      FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS w(schema, name, no)
      JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p'))`

/** A sequence is found by what the column owns, or by what its default depends on (`nextval('name'::regclass)`). */
const COLUMNS = `
WITH ${WANTED}, numbered AS (
  SELECT d.refobjid AS relid, d.refobjsubid AS attnum
    FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = d.objid
   WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'i'
   UNION
  SELECT e.adrelid, e.adnum
    FROM pg_catalog.pg_attrdef AS e
    JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = e.oid
                                  AND d.refclassid = 'pg_catalog.pg_class'::regclass
    JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = d.refobjid)
SELECT w.no,
       CASE WHEN a.attnum IS NOT NULL THEN pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'name', a.attname,
         'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
         'collation', CASE WHEN o.oid IS NOT NULL THEN pg_catalog.json_build_object('schema', on_.nspname, 'name', o.collname) END,
         'notNull', a.attnotnull,
         'default', CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(e.adbin, e.adrelid) END,
         'generated', CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(e.adbin, e.adrelid) END,
         'numbered', numbered.attnum IS NOT NULL)) END AS column
  FROM wanted AS w
  LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef AS e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_collation AS o ON o.oid = a.attcollation AND a.attcollation <> y.typcollation
  LEFT JOIN pg_catalog.pg_namespace AS on_ ON on_.oid = o.collnamespace
  LEFT JOIN numbered ON numbered.relid = a.attrelid AND numbered.attnum = a.attnum
 ORDER BY w.no, a.attnum`

const NAMES = (relation: string, numbers: string) =>
  `ARRAY(SELECT a.attname::text
           FROM pg_catalog.unnest(${numbers}) WITH ORDINALITY AS u(attnum, place)
           JOIN pg_catalog.pg_attribute AS a ON a.attrelid = ${relation} AND a.attnum = u.attnum
          ORDER BY u.place)`

const ACTION = (code: string) =>
  `CASE ${code} WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE'
                WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END`

const CONSTRAINTS = `
WITH ${WANTED}
SELECT w.no,
       CASE k.contype WHEN 'c' THEN pg_catalog.json_build_object(
         'name', k.conname,
         'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid),
         'columns', ${NAMES('k.conrelid', 'k.conkey')},
         'validated', k.convalidated) END AS check,
       CASE k.contype WHEN 'f' THEN pg_catalog.json_build_object(
         'name', k.conname,
         'columns', ${NAMES('k.conrelid', 'k.conkey')},
         'references', pg_catalog.json_build_object(
           'schema', n.nspname, 'table', p.relname, 'columns', ${NAMES('k.confrelid', 'k.confkey')}),
         'onUpdate', ${ACTION('k.confupdtype')},
         'onDelete', ${ACTION('k.confdeltype')},
         'deferred', k.condeferred,
         'validated', k.convalidated) END AS key
  FROM wanted AS w
  JOIN pg_catalog.pg_constraint AS k ON k.conrelid = w.oid AND k.contype IN ('c', 'f')
  LEFT JOIN pg_catalog.pg_class AS p ON p.oid = k.confrelid
  LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = p.relnamespace
 ORDER BY w.no, k.conname COLLATE "C"`

/** Where NULLs stand is left out: last is PostgreSQL's usual place, first is SQLite's, and either keeps the same rows. */
const INDEXES = `
WITH ${WANTED}
SELECT w.no, pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'name', r.relname,
         'of', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion' END,
         'unique', i.indisunique,
         'method', m.amname,
         'parts', (
           SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                    'term', CASE WHEN a.attname IS NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid, place, false)
                                 ELSE a.attname END,
                    'isColumn', a.attname IS NOT NULL,
                    'descending', i.indoption[place - 1] & 1 = 1,
                    'operators', CASE WHEN NOT o.opcdefault THEN o.opcname END,
                    'collation', CASE WHEN i.indcollation[place - 1] <> a.attcollation
                                      THEN i.indcollation[place - 1]::pg_catalog.regcollation::text END) ORDER BY place)
             FROM pg_catalog.generate_series(1, i.indnkeyatts::int) AS place
             JOIN pg_catalog.pg_opclass AS o ON o.oid = i.indclass[place - 1]
             LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[place - 1]
                                                   AND a.attnum <> 0),
         'where', pg_catalog.pg_get_expr(i.indpred, i.indrelid),
         'valid', i.indisvalid AND i.indisready AND i.indislive)) AS index
  FROM wanted AS w
  JOIN pg_catalog.pg_index AS i ON i.indrelid = w.oid
  JOIN pg_catalog.pg_class AS r ON r.oid = i.indexrelid
  JOIN pg_catalog.pg_am AS m ON m.oid = r.relam
  LEFT JOIN pg_catalog.pg_constraint AS k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
                                         AND k.contype IN ('p', 'u', 'x')
 ORDER BY w.no, r.relname COLLATE "C"`

const STATISTICS = `
WITH ${WANTED}
SELECT w.no, ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(s.stxkeys::int2[]) AS u(attnum)
                     JOIN pg_catalog.pg_attribute AS a ON a.attrelid = w.oid AND a.attnum = u.attnum
                    ORDER BY a.attname COLLATE "C") AS columns
  FROM wanted AS w JOIN pg_catalog.pg_statistic_ext AS s ON s.stxrelid = w.oid
 ORDER BY w.no, s.stxname COLLATE "C"`
