/** The sequences of a source, as they stand now: they belong to no snapshot. */
import type { Client } from 'pg'
import type { PostgresSequence } from '../../../model/postgres-schema.ts'
import { qualified } from '../quote.ts'
import { notOfExtension } from './scope.ts'

interface SequenceRow {
  oid: number
  schema: string
  name: string
  relation: number | null
  column: string | null
}

/** Sequences that one question asks about. */
const AT_ONCE = 200

/**
 * Those of these schemas and tables that the role may read.
 *
 * @param names plan names of tables by oid
 */
export async function describeSequences(
  client: Client,
  schemas: string[],
  names: Map<number, string>,
): Promise<PostgresSequence[]> {
  const { rows } = await client.query<SequenceRow>(SEQUENCES, [schemas, [...names.keys()]])
  const found: PostgresSequence[] = []
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE)
    const stands = await client.query<{ last: string; called: boolean }>(
      some.map(standOf).join('\n UNION ALL ').concat('\n ORDER BY place'),
    )
    found.push(
      ...some.map(({ schema, name, relation, column }, i) => {
        const table = relation === null ? undefined : names.get(relation)
        const owner = table !== undefined && column !== null ? { table, column } : undefined
        const { last, called } = stands.rows[i]!
        return { schema, name, ...(owner && { owner }), last, called }
      }),
    )
  }
  return found
}

const standOf = ({ schema, name }: SequenceRow, place: number) =>
  `SELECT ${place} AS place, last_value::text AS last, is_called AS called FROM ${qualified(schema, name)}`

/** The function fails on what is no sequence, and is not always asked last. */
const SEQUENCES = `
  SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name,
         d.refobjid AS relation, a.attname::text AS column
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
   WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND (n.nspname = ANY ($1::text[]) OR d.refobjid = ANY ($2::oid[]))
     AND CASE c.relkind WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT') END
     AND ${notOfExtension('pg_class', 'c.oid')}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`
