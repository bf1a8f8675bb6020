/** What a table's target is asked for when its rows are read back, and in which formats its columns come. */
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import { toFailure } from '../../sessions/errors.ts'
import { formatOf, type SendFunction } from './copy-fields.ts'
import { ident, qualified } from './quote.ts'

export interface CopySource {
  /** `COPY … TO STDOUT (FORMAT binary)`. */
  sql: string
  /** The relation as a query names it. */
  from: string
  /** By column of the plan. */
  formats: SendFunction[]
}

/**
 * All rows of a table's target, or those of a condition over its alias `t`. A column that the plan reads by an expression of its own
 * comes as that. Fails with `drift` where it has no such column, or one of another type.
 *
 * @param before SQL over that alias of fields that come before the columns, of the reader's own format
 * @param order SQL over that alias; empty: as the server has them
 */
export async function copySource(
  client: Client,
  table: TablePlan,
  where = 'true',
  before: readonly string[] = [],
  order = '',
): Promise<CopySource> {
  const { plain, sent } = await catalogOf(client, table)
  const terms = [...before, ...table.columns.map(column => column.read ?? ident(column.target))]
  // Partitioned tables and views have no rows of their own; other tables may have children that are none of ours.
  const from = `${plain ? 'ONLY ' : ''}${qualified(table.target.schema, table.target.name)}`
  const rows = `SELECT ${terms.join(', ')} FROM ${from} AS t WHERE ${where}${order && ` ORDER BY ${order}`}`
  const computed = await sentByExpressions(client, table, from)
  return {
    from,
    sql: `COPY (${rows}) TO STDOUT (FORMAT binary)`,
    formats: table.columns.map(column => {
      const name = column.read === undefined ? sent.get(column.target) : computed.get(column.target)
      const format = name === undefined ? undefined : formatOf(column.type, name)
      return format ?? drifted(table, column, name !== undefined)
    }),
  }
}

/** By column that is read by an expression, the function that sends what that gives. */
async function sentByExpressions(
  client: Client,
  table: TablePlan,
  from: string,
): Promise<Map<string, string>> {
  const columns = table.columns.filter(({ read }) => read !== undefined)
  if (columns.length === 0) return new Map()
  try {
    const terms = columns.map(({ read }) => read).join(', ')
    const { fields } = await client.query(`SELECT ${terms} FROM ${from} AS t LIMIT 0`)
    const { rows } = await client.query<{ oid: string; proname: string }>(SENT_BY, [
      fields.map(({ dataTypeID }) => dataTypeID),
    ])
    const sent = new Map(rows.map(({ oid, proname }) => [Number(oid), proname]))
    return new Map(
      columns.flatMap(({ target }, i) => {
        const name = sent.get(fields[i]!.dataTypeID)
        return name === undefined ? [] : [[target, name] as const]
      }),
    )
  } catch (error) {
    throw toFailure(error, {
      object: `table "${table.name}"`,
      doing: 'read its columns as the plan has them',
    })
  }
}

const SENT_BY = `
  SELECT t.oid::text AS oid, p.proname
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_proc p ON p.oid = t.typsend
  WHERE t.oid = ANY ($1::pg_catalog.oid[])`

interface Catalog {
  /** Neither partitioned nor a view. */
  plain: boolean
  /** By column, the function that sends its type. */
  sent: Map<string, string>
}

async function catalogOf(client: Client, table: TablePlan): Promise<Catalog> {
  const { rows } = await client
    .query<{ relkind: string; attname: string; proname: string }>({
      // Planned once for all tables of a session: that takes longer than the look.
      name: 'longhaul columns',
      text: COLUMNS,
      values: [table.target.schema, table.target.name],
    })
    .catch(error => {
      throw toFailure(error, { object: `table "${table.name}"`, doing: "read the target's columns" })
    })
  const sent = new Map(rows.map(({ attname, proname }) => [attname, proname]))
  return { plain: rows[0]?.relkind === 'r', sent }
}

const COLUMNS = `
  SELECT c.relkind, a.attname, p.proname
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_proc p ON p.oid = t.typsend
  WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v')`

function drifted(table: TablePlan, column: ColumnPlan, exists: boolean): never {
  throw new Failure({
    code: 'drift',
    object: `table "${table.name}", column "${column.name}"`,
    message: exists
      ? `the target's column "${column.target}" has a type that does not stand for ${column.type.kind}`
      : `the target has no column "${column.target}" to compare with`,
    remedy: 'Find out who changed the target since the plan was made, then plan anew',
  })
}
