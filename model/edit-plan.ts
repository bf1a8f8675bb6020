/** A plan with the changes that an operator may make while its run is paused. */
import { lookUp } from './build-plan/names.ts'
import type { Edit } from './control.ts'
import { Failure } from './failure.ts'
import { hashPlan } from './hash-plan.ts'
import type { ColumnPlan, OnError, Plan, TablePlan } from './plan.ts'

type Policy = NonNullable<Edit['onError']>[number]

/**
 * The plan after the edit, with a new hash where policies change. Fails with `usage` for tables and columns that it
 * does not have; all of them at once.
 */
export function editPlan(plan: Plan, edit: Edit, revision: number): Plan {
  const { chunkRows, chunkBytes, tables, lanes, onError = [] } = edit
  const unknown = onError.filter(({ object }) => !addressee(plan.what.tables, object))
  if (unknown.length > 0) throw unknownObjects(unknown.map(({ object }) => object))
  const what = { ...plan.what, tables: plan.what.tables.map(table => withPolicies(table, plan, onError)) }
  const how = {
    chunkRows: chunkRows ?? plan.how.chunkRows,
    chunkBytes: chunkBytes ?? plan.how.chunkBytes,
    tables: tables ?? plan.how.tables,
    lanes: lanes ?? plan.how.lanes,
  }
  return { ...plan, what, how, hash: onError.length > 0 ? hashPlan(what) : plan.hash, revision }
}

interface Addressee {
  table: TablePlan
  /** Absent: all of the table's. */
  column?: ColumnPlan
}

/** Names may hold dots: a table of that very name goes first, then the longest name of a table that fits. */
function addressee(tables: readonly TablePlan[], object: string): Addressee | undefined {
  const whole = lookUp(tables, object)
  if (whole) return { table: whole }
  for (let dot = object.lastIndexOf('.'); dot > 0; dot = object.lastIndexOf('.', dot - 1)) {
    const table = lookUp(tables, object.slice(0, dot))
    const column = table && lookUp(table.columns, object.slice(dot + 1))
    if (table && column) return { table, column }
  }
  return undefined
}

/** The target computes generated columns itself: nothing of them can be kept out. */
function withPolicies(table: TablePlan, { what }: Plan, onError: readonly Policy[]): TablePlan {
  const mine = onError.flatMap(({ object, policy }) => {
    const found = addressee(what.tables, object)
    return found?.table === table ? [{ column: found.column, policy }] : []
  })
  if (mine.length === 0) return table
  const columns = table.columns.map(column => {
    const last = mine.findLast(m => m.column === column) ?? mine.findLast(m => m.column === undefined)
    return last && column.generated === undefined ? withPolicy(column, last.policy) : column
  })
  return { ...table, columns }
}

function withPolicy({ onError: before, ...column }: ColumnPlan, policy: Policy['policy']): ColumnPlan {
  if (policy === 'stop') return column
  const quarantine: OnError = { policy: 'quarantine' }
  return { ...column, onError: before?.policy === 'quarantine' ? before : quarantine }
}

const unknownObjects = (objects: string[]) =>
  new Failure({
    code: 'usage',
    object: objects.map(object => `"${object}"`).join(', '),
    message: 'is no table and no column of the plan',
    remedy: 'Name them as TABLE or TABLE.COLUMN, as "longhaul show" does',
  })
