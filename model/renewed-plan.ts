/** A plan of a PostgreSQL source whose snapshot was lost, for the new one: sizes and sequences change, and nothing that the plan's hash covers. */
import { sequenceSet } from './carry/objects.ts'
import { Failure } from './failure.ts'
import { lastNumber } from './into-sqlite/keys.ts'
import { partitionsOf } from './into-sqlite/tables.ts'
import type { ColumnPlan, Plan, TablePlan } from './plan.ts'
import type { PostgresSchema, PostgresTable, ValueFacts } from './postgres-schema.ts'

/**
 * Fails with `drift` where a table has other columns than before, or values that the plan was not made for.
 *
 * @param before what the plan was made from
 */
export function renewedPlan(plan: Plan, before: PostgresSchema, now: PostgresSchema): Plan {
  const carried = plan.what.carried?.map(object => {
    if (object.kind !== 'SEQUENCE SET') return object
    const stand = now.sequences.find(({ schema, name }) => schema === object.schema && name === object.name)
    return stand ? { ...object, sql: sequenceSet(stand).sql } : object
  })
  // What is carried as it stands has its types whatever the values are.
  const factsCount = carried === undefined
  const tables = plan.what.tables.map(table => renewed(table, before, now, factsCount))
  return { ...plan, what: { ...plan.what, tables, ...(carried && { carried }) } }
}

/** The longest value may be longer now: without that bound rows are read one by one. */
function renewed(
  { largestRow: _, ...table }: TablePlan,
  before: PostgresSchema,
  now: PostgresSchema,
  factsCount: boolean,
): TablePlan {
  const [old, found] = [before, now].map(({ tables }) => tables.find(({ name }) => name === table.name))
  if (!old || !found || shapeOf(old) !== shapeOf(found)) throw changed(table.name, 'other columns')
  if (factsCount && rarities(old) !== rarities(found)) throw changed(table.name, 'values of other kinds')
  const all = [found, ...partitionsOf(now, found)]
  return {
    ...table,
    rows: all.reduce((sum, { rows }) => sum + rows, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    columns: table.columns.map(column => counting(column, table.name, now)),
  }
}

function counting(column: ColumnPlan, table: string, now: PostgresSchema): ColumnPlan {
  if (!column.identity) return column
  const { last: _, ...identity } = column.identity
  return { ...column, identity: { ...identity, ...lastNumber(now, table, column.name) } }
}

const shapeOf = ({ columns }: PostgresTable) =>
  JSON.stringify(columns.map(({ name, type, notNull }) => [name, type, notNull]))

const rarities = ({ columns }: PostgresTable) =>
  JSON.stringify(columns.map(({ facts }) => facts && rare(facts)))

/** What decides about a column's type in SQLite. */
const rare = ({ nan, infinite, negativeZero, years }: ValueFacts) => [
  ...[nan, infinite, negativeZero],
  years !== undefined && (years.min < 1 || years.max > 9999),
]

const changed = (table: string, what: string) =>
  new Failure({
    code: 'drift',
    object: `table "${table}"`,
    message: `has ${what} in the source than when the run was planned, and the snapshot of that time is lost`,
    remedy: 'Take the run back with "longhaul rollback" and begin anew',
  })
