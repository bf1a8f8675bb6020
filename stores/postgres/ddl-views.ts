/** Views. */
import type { ViewPlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { idents, qualified } from './quote.ts'

/** A view over tables and views that are there. The undo fails where another view reads it. */
export function createView({ target, columns, query }: ViewPlan): Effect {
  const name = qualified(target.schema, target.name)
  return {
    object: { kind: 'view', table: '', name: target.name },
    sql: [`CREATE VIEW ${name} (${idents(columns)}) AS\n${query}`],
    undo: [`DROP VIEW ${name}`],
  }
}
