/** Old tables, kept for the way back while new ones take their place. */
import type { TablePlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { ident, qualified } from './quote.ts'

/** The schema in which a run keeps the tables that it replaces. */
export const asideSchema = (run: string) => `longhaul_aside_${run.slice(0, 8)}`

/**
 * Moves the table that stands where a `replace` goes into `schema` (made before, one a run). Its indexes,
 * constraints and the sequences that it owns go along, so all their names are free; views and foreign keys
 * of other tables keep following the old one, which preflight says. The undo runs after the new table was
 * dropped. Needs ownership of the table and `CREATE` on both schemas; takes a short exclusive lock.
 */
export function moveAside(table: TablePlan, schema: string): Effect {
  const { target } = table
  return {
    object: { kind: 'old table', table: table.name, name: target.name },
    sql: [`ALTER TABLE ${qualified(target.schema, target.name)} SET SCHEMA ${ident(schema)}`],
    undo: [`ALTER TABLE ${qualified(schema, target.name)} SET SCHEMA ${ident(target.schema)}`],
  }
}

/** Gives up the old table for good, when the run is released. Fails where views still read it. */
export function dropAside(table: TablePlan, schema: string): Effect {
  return {
    object: { kind: 'old table', table: table.name, name: table.target.name },
    sql: [`DROP TABLE ${qualified(schema, table.target.name)}`],
    undo: [],
  }
}
