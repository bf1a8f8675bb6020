/**
 * Reads a target's rows back, as typed cells: what validation compares. Shares no code with the encoders, so
 * that what they wrote is read by somebody else.
 *
 * Cells by logical type: boolean → `boolean` · integer → `number`, or `bigint` beyond ±(2^53−1) · float →
 * `number` · numeric → decimal text as PostgreSQL prints it · text, json, inet → `string` · bytes →
 * `Uint8Array` · uuid → `Uint8Array` of 16 bytes · date → days since 1970-01-01 · time → microseconds since
 * midnight · timestamp → microseconds since 1970-01-01 (with `zone`: in UTC), `number` or `bigint`; the
 * infinities of dates and timestamps are ±Infinity.
 */
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import { toFailure } from '../../sessions/errors.ts'
import { goesInPieces, LARGE, mayBeLarge } from '../large.ts'
import type { RowParts } from '../row-parts.ts'
import { type FieldReader, fieldReader } from './copy-fields.ts'
import { largeRow } from './copy-large-row.ts'
import { broken, RowReader } from './copy-rows.ts'
import { CopyStream } from './copy-stream.ts'
import { ident, qualified } from './quote.ts'

/**
 * All rows of a table's target, or those of a condition over its alias `t`, in batches, in the order in which the server has them, cells in the order of
 * the plan's columns. `progress` hears of the rows read so far. The client can do nothing else meanwhile;
 * who stops before the end ends its connection. Memory: 256 KB, or the largest row; with `large`, which then hears of
 * rows with values that go in pieces in the place of the batches, the largest cell that does not.
 */
export async function* readRows(
  client: Client,
  table: TablePlan,
  progress: (rows: number) => void,
  large?: RowParts,
  where?: string,
): AsyncGenerator<Row[]> {
  const target = await describe(client, table, where)
  const copy = new CopyStream(target.sql)
  const reader = new RowReader(target.fields)
  const pieces = table.columns.map(column => goesInPieces(table, column))
  const inParts = large && mayBeLarge(table) ? large : undefined
  let count = 0
  try {
    client.query(copy)
    for (let more = true; more; ) {
      more = await copy.fill(reader.needed)
      const rows = reader.rows(copy.window)
      count += rows.length
      progress(count)
      if (rows.length > 0) yield rows
      if (!inParts || reader.needed <= LARGE) continue
      await largeRow(copy, target.fields, pieces, inParts)
      reader.needed = 0
      progress(++count)
    }
    if (!reader.complete) throw broken()
  } catch (error) {
    throw toFailure(error, { object: `table "${table.name}"`, doing: 'read the rows back' })
  } finally {
    copy.abandon()
  }
}

async function describe(
  client: Client,
  table: TablePlan,
  where = 'true',
): Promise<{ sql: string; fields: FieldReader[] }> {
  const { plain, sent } = await catalogOf(client, table)
  const names = table.columns.map(column => ident(column.target)).join(', ')
  // Partitioned tables and views have no rows of their own; other tables may have children that are none of ours.
  const from = `${plain ? 'ONLY ' : ''}${qualified(table.target.schema, table.target.name)}`
  return {
    sql: `COPY (SELECT ${names} FROM ${from} AS t WHERE ${where}) TO STDOUT (FORMAT binary)`,
    fields: table.columns.map(column => {
      const name = sent.get(column.target)
      const reader = name === undefined ? undefined : fieldReader(column.type, name)
      return reader ?? drifted(table, column, name !== undefined)
    }),
  }
}

interface Catalog {
  /** Neither partitioned nor a view. */
  plain: boolean
  /** By column, the function that sends its type. */
  sent: Map<string, string>
}

async function catalogOf(client: Client, table: TablePlan): Promise<Catalog> {
  const { rows } = await client
    .query<{ relkind: string; attname: string; proname: string }>(COLUMNS, [
      table.target.schema,
      table.target.name,
    ])
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
