/** Old tables, views and functions of triggers, kept for the way back while new ones take their place. */
import type { PlanWhat, TablePlan, TriggerPlan, ViewPlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { ident, qualified } from './quote.ts'

/** The schema in which a run keeps the tables that it replaces. */
export const asideSchema = (run: string) => `longhaul_aside_${run.slice(0, 8)}`

/** All that a plan replaces, moved out of the way before anything new is made. */
export function setAside({ tables, views, triggers }: PlanWhat, schema: string): Effect[] {
  return [
    ...triggers.filter(({ replaces }) => replaces).map(trigger => moveFunctionAside(trigger, schema)),
    ...views.filter(({ replaces }) => replaces).map(view => moveViewAside(view, schema)),
    ...tables.filter(({ action }) => action === 'replace').map(table => moveAside(table, schema)),
  ]
}

/** The old view goes on reading the old tables, wherever they are. */
function moveViewAside({ target }: ViewPlan, schema: string): Effect {
  return {
    object: { kind: 'old view', table: '', name: target.name },
    sql: [`ALTER VIEW ${qualified(target.schema, target.name)} SET SCHEMA ${ident(schema)}`],
    undo: [`ALTER VIEW ${qualified(schema, target.name)} SET SCHEMA ${ident(target.schema)}`],
  }
}

/** Triggers go on calling it. */
function moveFunctionAside({ target, on }: TriggerPlan, schema: string): Effect {
  return {
    object: { kind: 'old function', table: '', name: target },
    sql: [`ALTER FUNCTION ${qualified(on.schema, target)}() SET SCHEMA ${ident(schema)}`],
    undo: [`ALTER FUNCTION ${qualified(schema, target)}() SET SCHEMA ${ident(on.schema)}`],
  }
}

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

/**
 * The statements that give up for good what a run put aside; none where it put nothing aside. Each fails where
 * something of others has come to depend on it since.
 */
export function setAsideSql(what: PlanWhat, schema: string): string[] {
  const names = (kind: Effect['object']['kind']) =>
    setAside(what, schema)
      .filter(({ object }) => object.kind === kind)
      .map(({ object }) => qualified(schema, object.name))
  const drop = (what: string, list: string[]) => (list.length > 0 ? [`DROP ${what} ${list.join(', ')}`] : [])
  const statements = [
    ...drop('VIEW', names('old view')),
    ...drop('TABLE', names('old table')),
    ...drop(
      'FUNCTION',
      names('old function').map(name => `${name}()`),
    ),
  ]
  return statements.length > 0 ? [...statements, `DROP SCHEMA ${ident(schema)}`] : []
}

/** The same as an effect: under `backup: none`, once all is out of the way. Nothing brings it back. */
export function dropOld(what: PlanWhat, schema: string): Effect {
  return {
    object: { kind: 'old tables', table: '', name: schema },
    sql: setAsideSql(what, schema),
    undo: [],
  }
}
