/** What `--types optimized` adds beside indexes and triggers. */
import type { PlanWhat, TablePlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { ident, idents, qualified } from './quote.ts'

type Extension = NonNullable<PlanWhat['extensions']>[number]

/** An extension in the plan's schema. The undo fails where somebody else uses it by now. */
export function createExtension({ name, schema }: Extension): Effect {
  return {
    object: { kind: 'extension', table: '', name },
    sql: [`CREATE EXTENSION ${ident(name)} SCHEMA ${ident(schema)}`],
    undo: [`DROP EXTENSION ${ident(name)}`],
  }
}

/** Extended statistics over columns of a table; `ANALYZE` fills them. */
export function createStatistics({ name: table, target }: TablePlan, statistics: Statistics): Effect {
  const name = qualified(target.schema, statistics.name)
  return {
    object: { kind: 'extended statistics', table, name: statistics.name },
    sql: [
      `CREATE STATISTICS ${name} ON ${idents(statistics.columns)} FROM ${qualified(target.schema, target.name)}`,
    ],
    undo: [`DROP STATISTICS ${name}`],
  }
}

type Statistics = TablePlan['statistics'][number]
