/**
 * Reads a target's rows back: what validation compares. Shares no code with the encoders, so that what they wrote
 * is read by somebody else.
 *
 * Cells by logical type: boolean → `boolean` · integer → `number`, or `bigint` beyond ±(2^53−1) · float →
 * `number` · numeric → decimal text as PostgreSQL prints it · text, json, inet → `string` · bytes →
 * `Uint8Array` · uuid → `Uint8Array` of 16 bytes · date → days since 1970-01-01 · time → microseconds since
 * midnight · timestamp → microseconds since 1970-01-01 (with `zone`: in UTC), `number` or `bigint`; the
 * infinities of dates and timestamps are ±Infinity.
 */
import type { Client } from 'pg'
import type { TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import { toFailure } from '../../sessions/errors.ts'
import { LARGE } from '../large.ts'
import { type FieldReader, fieldReader } from './copy-fields.ts'
import type { Window } from './copy-frames.ts'
import { broken, CopyRows } from './copy-rows.ts'
import { type CopySource, copySource } from './copy-source.ts'
import { CopyStream } from './copy-stream.ts'

/**
 * All rows of a table's target, or those of a condition over its alias `t`, in batches, in the order in which the server has them, cells in the order of the
 * plan's columns. `progress` hears of the rows read so far. The client can do nothing else meanwhile; who stops
 * before the end ends its connection. Memory: 256 KB, or the largest row.
 */
export async function* readRows(
  client: Client,
  table: TablePlan,
  progress: (rows: number) => void,
  where?: string,
): AsyncGenerator<Row[]> {
  yield* readCopy(client, table, await copySource(client, table, where), progress)
}

/** The same of a source that is known: `table` only names what is read. */
export async function* readCopy(
  client: Client,
  table: TablePlan,
  { sql, formats }: Pick<CopySource, 'sql' | 'formats'>,
  progress: (rows: number) => void,
): AsyncGenerator<Row[]> {
  const fields = formats.map(fieldReader)
  const found = new CopyRows(fields.length)
  let count = 0
  for await (const window of copyOut(client, table, sql, found)) {
    const rows: Row[] = []
    while (found.next(window)) rows.push(rowOf(window, found, fields))
    progress((count += rows.length))
    if (rows.length > 0) yield rows
  }
}

/**
 * Runs a COPY and gives its window each time when there is more to read; who gets it takes the rows that are there
 * by `rows.next`. A row that is longer than `LARGE` is left to `large`, if there is one, before it is there as a
 * whole. Fails where something is left, or missing; `doing` is what then could not be done.
 */
export async function* copyOut(
  client: Client,
  { name, bytes }: Pick<TablePlan, 'name' | 'bytes'>,
  sql: string,
  rows: CopyRows,
  large?: (copy: CopyStream) => Promise<void>,
  doing = 'read the rows back',
): AsyncGenerator<Window> {
  const copy = new CopyStream(sql, bytes)
  try {
    client.query(copy)
    for (let more = true; more; ) {
      more = await copy.fill(rows.needed)
      yield copy.window
      if (!large || rows.needed <= LARGE) continue
      await large(copy)
      rows.taken()
    }
    if (!rows.complete) throw broken()
  } catch (error) {
    throw toFailure(error, { object: `table "${name}"`, doing })
  } finally {
    copy.abandon()
  }
}

function rowOf({ bytes, view }: Window, { starts, lengths }: CopyRows, fields: readonly FieldReader[]): Row {
  const row: Row = new Array(fields.length)
  for (let i = 0; i < fields.length; i++) {
    const length = lengths[i]!
    row[i] = length < 0 ? null : fields[i]!(bytes, view, starts[i]!, length)
  }
  return row
}
