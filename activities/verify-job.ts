/**
 * Translated expressions, tried on both engines before anything is written: over values that the columns hold,
 * over NULL, empty texts and boundaries. What gives another result there is not carried over as if it were the same.
 */
import type { Client } from 'pg'
import type { PlannedExpression } from '../model/build-plan.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import type { TablePlan } from '../model/plan.ts'
import { beginEvaluation, evaluateThere } from '../stores/postgres/evaluate.ts'
import { describe } from '../stores/sqlite/describe.ts'
import { Bench } from '../stores/sqlite/evaluate.ts'
import { type Connection, openSnapshot } from '../stores/sqlite/open.ts'
import { sampleValues } from '../stores/sqlite/sample.ts'
import { withSession } from './session.ts'
import { reasonAgainst } from './verify-results.ts'
import { type Trials, trialsOf } from './verify-trials.ts'
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
      await beginEvaluation(client)
      const rejected: { id: string; reason: string }[] = []
      for (const trials of trialsOf(expressions, schema.tables, tables)) {
        progress({ verifying: trials.expressions[0]!.id })
        rejected.push(...(await tried(client, db, trials)))
      }
      await client.query('ROLLBACK')
      return rejected
    })
  } finally {
    db.close()
  }
}

async function tried(
  client: Client,
  db: Connection,
  { table, columns, expressions }: Trials,
): Promise<{ id: string; reason: string }[]> {
  const names = columns.map(({ name }) => name)
  const own = sampleValues(db, table, names)
  const others = boundaryRows(columns, own)
  const cells = [...own, ...others]
  const overOwn = await evaluateThere(client, columns, own, expressions)
  // Apart: the greatest numbers overflow in most expressions that compute with them.
  const overOthers = await evaluateThere(client, columns, others, expressions)
  const bench = new Bench(table, names, cells)
  try {
    return expressions.flatMap((expression, i) => {
      const there = [...overOwn[i]!, ...overOthers[i]!]
      const reason = reasonAgainst(expression, bench.evaluate(expression), there, own.length)
      return reason === undefined ? [] : [{ id: expression.id, reason }]
    })
  } finally {
    bench.close()
  }
}
