/**
 * What the rows of a table are, as a count and an order-free digest that the server computes. Two tables with
 * the same columns in the same order have the same fingerprint if their rows print the same, whatever the order in
 * which they lie; so a table is compared with itself before the run, and with the one that a dump restored.
 */
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import { toFailure } from '../../sessions/errors.ts'
import { ident, qualified } from './quote.ts'

export interface Relation {
  schema: string
  name: string
}

export interface Fingerprint {
  rows: number
  /** 128 bits in hex: the sums of two 64-bit hashes of each row's text. */
  digest: string
}

/**
 * Reads every row of a table; `where` narrows them, in SQL over the alias `t`. The session needs the settings of
 * `connect`, on which the texts depend. A plain table counts without tables that inherit from it.
 *
 * Sums of hashes and not their XOR: a row that is there twice would vanish. One row may take as much memory in the
 * server as its text; long texts and blobs are hashed before, as a row's text ends at 1 GB.
 */
export async function fingerprintTable(
  client: Client,
  relation: Relation,
  where = 'true',
): Promise<Fingerprint> {
  const { from, cells } = await describe(client, relation)
  try {
    const { rows } = await client.query<{ rows: string; low: string; high: string }>(
      `SELECT pg_catalog.count(*)::text AS rows,
              coalesce(pg_catalog.sum(pg_catalog.hashtextextended(r.line, 0)), 0)::text AS low,
              coalesce(pg_catalog.sum(pg_catalog.hashtextextended(r.line, 7017261646572)), 0)::text AS high
         FROM (SELECT (ROW(${cells.join(', ')})::text) COLLATE pg_catalog."C" AS line
                 FROM ${from} AS t
                WHERE ${where}
               OFFSET 0) AS r`,
    )
    const { low, high, rows: count } = rows[0]!
    return { rows: Number(count), digest: hex(high) + hex(low) }
  } catch (error) {
    throw toFailure(error, { object: shown(relation), doing: 'read its rows' })
  }
}

const hex = (sum: string) => BigInt.asUintN(64, BigInt(sum)).toString(16).padStart(16, '0')

const shown = ({ schema, name }: Relation) => `table "${schema}.${name}"`

/** From here on a value goes into the row's text as its hash. */
const LONG = 1_000_000

async function describe(client: Client, relation: Relation): Promise<{ from: string; cells: string[] }> {
  const { rows } = await client.query<{ plain: boolean; name: string | null; base: string | null }>(COLUMNS, [
    relation.schema,
    relation.name,
  ])
  if (!rows[0]) throw gone(relation)
  const cells = rows.flatMap(({ name, base }) => (name === null ? [] : [cell(name, base)]))
  return { from: `${rows[0].plain ? 'ONLY ' : ''}${qualified(relation.schema, relation.name)}`, cells }
}

/** A type of the user's own may have an operator or a cast of any name; only these are known to have `octet_length`. */
function cell(name: string, base: string | null): string {
  const column = `t.${ident(name)}`
  if (base === 'bytea') return hashedIfLong(column, column)
  if (base === 'text' || base === 'varchar' || base === 'json')
    return hashedIfLong(`${column}::text`, `pg_catalog.convert_to(${column}::text, 'UTF8')`)
  return column
}

const hashedIfLong = (text: string, bytes: string) =>
  `CASE WHEN pg_catalog.octet_length(${text}) > ${LONG} THEN pg_catalog.sha256(${bytes})::text ELSE ${text}::text END`

/** Domains by the type under them. */
const COLUMNS = `
  WITH RECURSIVE of_table AS (
    SELECT c.oid, c.relkind = 'r' AS plain
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'm')
  ), under AS (
    SELECT a.attnum, a.attname, a.atttypid AS type
      FROM pg_catalog.pg_attribute a JOIN of_table ON a.attrelid = of_table.oid
     WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT attnum, attname, typbasetype FROM under JOIN pg_catalog.pg_type ON pg_type.oid = type WHERE typtype = 'd'
  )
  SELECT of_table.plain, u.attname::text AS name,
         CASE WHEN y.typnamespace = 'pg_catalog'::regnamespace THEN y.typname::text END AS base
    FROM of_table
    LEFT JOIN (under u JOIN pg_catalog.pg_type y ON y.oid = u.type AND y.typtype <> 'd') ON true
   ORDER BY u.attnum`

const gone = (relation: Relation) =>
  new Failure({
    code: 'drift',
    object: shown(relation),
    message: 'is not there any more',
    remedy: 'Find out who dropped or renamed it',
  })
