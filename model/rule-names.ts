/** Names in rules: those of the source, as the plan has them; what it does not have ends the planning of the rule. */
import { lookUp } from './build-plan/names.ts'
import { didYouMean } from './did-you-mean.ts'
import { showName } from './name-text.ts'
import type { TablePlan } from './plan.ts'
import type { PlanRequest } from './plan-request.ts'
import type { Outcome, RuleColumn } from './rule-checks.ts'
import type { Schema } from './schema.ts'

export interface RulesAgainst {
  tables: readonly TablePlan[]
  schema: Schema
  request: PlanRequest
}

/** Ends the planning of one rule. */
export class Unplannable extends Error {
  readonly outcome: Outcome
  constructor(outcome: Outcome) {
    super()
    this.outcome = outcome
  }
}

export const refuse = (problem: string, remedy: string): never => {
  throw new Unplannable({ problem, remedy })
}

/** The plan's table of a name in the source. */
export function tableOf({ tables, schema, request }: RulesAgainst, name: string): TablePlan {
  const planned = lookUp(tables, name)
  if (planned) return planned
  const there = lookUp(schema.tables, name)
  const byCommand =
    request.tables !== undefined ||
    lookUp(
      request.exclude.map(name => ({ name })),
      name,
    )
  if (there && byCommand)
    throw new Unplannable({ leftOut: `table ${showName(there.name)} is not part of this run` })
  if (there)
    return refuse(`the plan leaves out table ${showName(there.name)}`, 'Take the rule out, or the table in')
  return refuse(`the source has no table ${showName(name)}`, suggest(name, schema.tables))
}

export const columnsOf = (table: TablePlan, names: readonly string[]) =>
  names.map(name => columnOf(table, name))

export function columnOf(table: TablePlan, wanted: string): RuleColumn {
  const found = lookUp(table.columns, wanted)
  if (!found)
    return refuse(
      `table ${showName(table.name)} has no column ${showName(wanted)}`,
      suggest(wanted, table.columns),
    )
  const { name, target, type } = found
  return { name, target, type }
}

function suggest(name: string, things: readonly { name: string }[]): string {
  const names = things.map(thing => thing.name)
  const meant = didYouMean(name, names)
  if (meant !== undefined) return `Did you mean ${showName(meant)}?`
  return `There are ${names.slice(0, 12).map(showName).join(', ')}${names.length > 12 ? ', …' : ''}`
}

export function primaryKeyOf(schema: Schema, { name }: TablePlan): string[] {
  const key = lookUp(schema.tables, name)?.primaryKey?.columns
  return (
    key ?? refuse(`table ${showName(name)} has no primary key`, 'Name the columns under references: columns')
  )
}
