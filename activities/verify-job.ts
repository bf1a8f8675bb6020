/**
 * Translated expressions, tried on both engines before anything is written: over values that the columns hold,
 * over NULL, empty texts and boundaries. What gives another result there is not carried over as if it were the same.
 */
import type { Client } from 'pg'
import type { PlannedExpression } from '../model/build-plan.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Table } from '../model/schema.ts'
import { columnsIn } from '../model/sqlite-sql/columns-in.ts'
import { parseExpression } from '../model/sqlite-sql/parse.ts'
import type { Cell, LogicalType } from '../model/types.ts'
import { writerFor } from '../stores/digest/canonical.ts'
import { Scratch } from '../stores/digest/scratch.ts'
import { evaluateThere, type Printed } from '../stores/postgres/evaluate.ts'
import { describe } from '../stores/sqlite/describe.ts'
import { type Evaluated, evaluate, sampleValues } from '../stores/sqlite/evaluate.ts'
import { type Connection, openSnapshot } from '../stores/sqlite/open.ts'
import { withSession } from './session.ts'
import { boundaryRows } from './verify-values.ts'

export interface VerifyInput {
  home: string
  run: string
  target: PostgresEndpoint
  snapshot: string
  tables: TablePlan[]
  expressions: PlannedExpression[]
}

/** The expressions that do not do the same there, with the reason. */
export async function verifyExpressions(
  { home, run, target, snapshot, tables, expressions }: VerifyInput,
  progress: (detail: unknown) => void,
): Promise<{ id: string; reason: string }[]> {
  const db = openSnapshot(snapshot)
  try {
    const schema = describe(db)
    return await withSession(home, target, run, async client => {
      await client.query('BEGIN READ ONLY')
      await client.query(`SET LOCAL statement_timeout = '30s'`)
      const rejected: { id: string; reason: string }[] = []
      for (const expression of expressions) {
        progress({ verifying: expression.id })
        const table = schema.tables.find(({ name }) => name === expression.table)!
        const plan = tables.find(({ name }) => name === expression.table)!
        const reason = await verify(client, db, table, plan, expression)
        if (reason) rejected.push({ id: expression.id, reason })
      }
      await client.query('ROLLBACK')
      return rejected
    })
  } finally {
    db.close()
  }
}

async function verify(
  client: Client,
  db: Connection,
  table: Table,
  plan: TablePlan,
  { source, sql, condition, type, declared }: PlannedExpression,
): Promise<string | undefined> {
  const used = columnsIn(parseExpression(source))
  const columns = plan.columns.filter(({ name }) => used.has(name.toLowerCase()))
  // A cell that is changed on its way is another value there: nothing to compare.
  if (columns.some(({ conversion, onError }) => conversion || onError)) return undefined
  const names = columns.map(({ name }) => name)
  const own = sampleValues(db, table, names)
  const rows = [...own, ...boundaryRows(columns, own)]
  const here = evaluate(table, names, rows, {
    ...{ source, condition },
    ...(declared !== undefined && { declared }),
  })
  const there = await evaluateThere(client, columns, rows, { sql, ...(type && { type }) })
  const result: LogicalType = condition ? { kind: 'boolean' } : (type ?? { kind: 'text' })
  for (const i of rows.keys()) {
    const reason = difference(here[i]!, there[i]!, result, i < own.length)
    if (reason) return reason
  }
  return undefined
}

/** SQLSTATE of a number that is too large: SQLite goes on with a float there. */
const OUT_OF_RANGE = '22003'

function difference(here: Evaluated, there: Printed, type: LogicalType, own: boolean): string | undefined {
  const values = own ? 'values that the source holds' : 'NULL, empty texts or boundary values'
  if ('failure' in there) {
    if (here.class === 'error' || (!own && there.failure === OUT_OF_RANGE)) return undefined
    return `PostgreSQL cannot evaluate it over ${values} (${there.failure})`
  }
  const same = here.class !== 'error' && equal(here.value, there.text, type)
  return same ? undefined : `it gives another result in PostgreSQL over ${values}`
}

function equal(here: Cell, there: string | null, type: LogicalType): boolean {
  if (here === null || there === null) return here === there
  if (type.kind === 'boolean') return (there === 'true' || there === 't') === (Number(here) === 1)
  const read: Cell = type.kind === 'bytes' ? Buffer.from(there, 'hex') : there
  try {
    return canonical(here, type).equals(canonical(read, type))
  } catch {
    return false
  }
}

function canonical(cell: Cell, type: LogicalType): Buffer {
  const out = new Scratch()
  writerFor(type, 'source')(cell, out)
  return Buffer.from(new Uint8Array(out.view.buffer, out.view.byteOffset, out.length))
}
