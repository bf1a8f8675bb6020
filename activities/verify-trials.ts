/** Which expressions are tried together. */

import type { PlannedExpression } from '../model/build-plan.ts'
import type { ColumnPlan, TablePlan } from '../model/plan.ts'
import type { Table } from '../model/schema.ts'
import { columnsIn } from '../model/sqlite-sql/columns-in.ts'
import { foldName, ROW_NUMBERS } from '../model/sqlite-sql/names.ts'
import { parseExpression } from '../model/sqlite-sql/parse.ts'

/** Expressions over the same columns of a table, for one statement. */
export interface Trials {
  table: Table
  columns: ColumnPlan[]
  expressions: PlannedExpression[]
}

/** 500 checks one by one took 5 s, 50 in a statement 1 s. */
const MOST = 50

/** Those over columns that the plan converts are left out. */
export function trialsOf(
  expressions: readonly PlannedExpression[],
  tables: readonly Table[],
  plans: readonly TablePlan[],
): Trials[] {
  const groups = new Map<string, Trials>()
  const full: Trials[] = []
  for (const expression of expressions) {
    const table = tables.find(({ name }) => name === expression.table)!
    const plan = plans.find(({ name }) => name === expression.table)!
    const columns = columnsOf(table, plan, expression.source)
    // A cell that is changed on its way is another value there: nothing to compare.
    if (columns.some(({ conversion, onError }) => conversion || onError)) continue
    const id = JSON.stringify([table.name, ...columns.map(({ name }) => name)])
    const group = groups.get(id) ?? { table, columns, expressions: [] }
    group.expressions.push(expression)
    groups.set(id, group)
    if (group.expressions.length < MOST) continue
    full.push(group)
    groups.delete(id)
  }
  return [...full, ...groups.values()]
}

/** The columns that an expression speaks of; `rowid` and its like are the one that is the row number. */
function columnsOf(table: Table, plan: TablePlan, source: string): ColumnPlan[] {
  const used = columnsIn(parseExpression(source))
  const key = table.primaryKey?.rowid ? table.primaryKey.columns[0] : undefined
  const byNumber = ROW_NUMBERS.some(
    word => used.has(word) && !table.columns.some(({ name }) => foldName(name) === word),
  )
  return plan.columns.filter(({ name }) => used.has(foldName(name)) || (byNumber && name === key))
}
