/** The indexes of a source's tables, but for those of their primary keys and unique constraints. */
import type { Client } from 'pg'
import { collationSql } from '../../../model/collation-sql.ts'
import type { PostgresIndex } from '../../../model/postgres-schema.ts'
import { ident } from '../quote.ts'
import { grouped } from './grouped.ts'

interface PartRow {
  column: string | null
  expression: string | null
  descending: boolean
  collation: { schema: string; name: string } | null
  operators: { schema: string; name: string } | null
}

interface IndexRow extends Omit<PostgresIndex, 'parts' | 'exclusion' | 'where'> {
  relation: number
  exclusion: boolean
  where: string | null
  parts: PartRow[]
}

/** By oid of their table. */
export async function describeIndexes(
  client: Client,
  relations: number[],
): Promise<Map<number, PostgresIndex[]>> {
  const { rows } = await client.query<IndexRow>(INDEXES, [relations])
  return grouped(rows, ({ relation }) => relation, index)
}

function index({ relation: _, exclusion, where, parts, ...rest }: IndexRow): PostgresIndex {
  return {
    ...rest,
    ...(exclusion && { exclusion: true as const }),
    ...(where !== null && { where }),
    parts: parts.map(part),
  }
}

function part({ column, expression, descending, collation, operators }: PartRow) {
  return {
    ...(column !== null ? { column } : { expression: expression! }),
    descending,
    ...(collation && { collation: collationSql(collation) }),
    ...(operators && {
      operators:
        operators.schema === 'pg_catalog'
          ? operators.name
          : `${ident(operators.schema)}.${ident(operators.name)}`,
    }),
  }
}

/** A part says its collation where that is not the column's, and its operator class where that is not the type's own. */
const INDEXES = `
  SELECT i.indrelid AS relation, c.relname::text AS name, i.indisunique AS unique, m.amname::text AS method,
         i.indisexclusion AS exclusion, i.indisvalid AS valid,
         pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS where,
         pg_catalog.pg_get_indexdef(i.indexrelid) AS sql,
         ARRAY(SELECT a.attname::text FROM pg_catalog.generate_series(i.indnkeyatts + 1, i.indnatts) AS g(place)
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[g.place - 1]
                ORDER BY g.place) AS include,
         (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                   'column', a.attname,
                   'expression', CASE WHEN a.attname IS NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid, g.place, false) END,
                   'descending', i.indoption[g.place - 1] & 1 = 1,
                   'collation', CASE WHEN co.oid IS NOT NULL
                                     THEN pg_catalog.json_build_object('schema', cn.nspname, 'name', co.collname) END,
                   'operators', CASE WHEN NOT o.opcdefault
                                     THEN pg_catalog.json_build_object('schema', nn.nspname, 'name', o.opcname) END)
                 ORDER BY g.place)
            FROM pg_catalog.generate_series(1, i.indnkeyatts) AS g(place)
            LEFT JOIN pg_catalog.pg_attribute a
                   ON a.attrelid = i.indrelid AND a.attnum = i.indkey[g.place - 1] AND i.indkey[g.place - 1] <> 0
            LEFT JOIN pg_catalog.pg_attribute part ON part.attrelid = i.indexrelid AND part.attnum = g.place
            LEFT JOIN pg_catalog.pg_type y ON y.oid = part.atttypid
            LEFT JOIN pg_catalog.pg_collation co
                   ON co.oid = i.indcollation[g.place - 1] AND co.oid <> coalesce(a.attcollation, y.typcollation)
            LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
            JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[g.place - 1]
            JOIN pg_catalog.pg_namespace nn ON nn.oid = o.opcnamespace) AS parts
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_am m ON m.oid = c.relam
   WHERE i.indrelid = ANY ($1::oid[])
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                      WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u'))
   ORDER BY i.indrelid, c.relname COLLATE "C"`
