/** Views of the target: their columns, and the digest of their rows within a time. */
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import type { TablePlan, ViewPlan } from '../../model/plan.ts'
import type { LogicalType, Row } from '../../model/types.ts'
import { type ViewDigest, ViewDigester, viewAsTable } from '../digest/view.ts'
import { readRows } from './copy-out.ts'
import { logicalType } from './types.ts'

/**
 * The columns of a view in order, with what their types stand for; a type that stands for none counts as text.
 * `search_path` has to be `pg_catalog`.
 */
export async function viewColumns(
  client: Client,
  { schema, name }: ViewPlan['target'],
): Promise<{ name: string; type: LogicalType }[]> {
  const { rows } = await client.query<{ name: string; type: string }>(COLUMNS, [schema, name])
  return rows.map(({ name, type }) => ({ name, type: logicalType(type) ?? { kind: 'text' } }))
}

const COLUMNS = `
  SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'v'
   ORDER BY a.attnum`

/** `failure`: the server cannot compute it; without values. */
export type ThereAnswer = ViewDigest | { failure: string }

/**
 * The digest of all rows of a view, in a transaction of its own that writes nothing; undefined where that takes
 * longer than `seconds`. A server that is away fails with `unavailable`.
 */
export async function digestView(
  client: Client,
  { name, target }: ViewPlan,
  columns: readonly { name: string; type: LogicalType }[],
  seconds: number,
  progress: (rows: number) => void,
): Promise<ThereAnswer | undefined> {
  const view = viewAsTable(name, target, columns)
  await client.query('BEGIN READ ONLY')
  try {
    return await digestWithin(client, view, seconds, () => readRows(client, view, progress))
  } finally {
    await client.query('ROLLBACK').catch(() => {})
  }
}

/** The digest of rows that come within a time, in the transaction of the session. */
export async function digestWithin(
  client: Client,
  view: TablePlan,
  seconds: number,
  read: () => AsyncIterable<Row[]>,
): Promise<ThereAnswer | undefined> {
  const digester = new ViewDigester(view, 'typed')
  await client.query(`SET LOCAL statement_timeout = ${Math.ceil(seconds * 1000)}`)
  const deadline = performance.now() + seconds * 1000 - TOLERANCE_MS
  try {
    for await (const rows of read()) digester.add(rows)
    return digester.result
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const cancelled = error.facts.message.endsWith('(57014)')
    if (cancelled && performance.now() >= deadline) return undefined
    if (error.code === 'unavailable' || error.code === 'internal') throw error
    return { failure: error.facts.message }
  }
}

/** The server's clock and ours need not run alike. */
const TOLERANCE_MS = 500
