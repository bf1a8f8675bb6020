/** What is left of a plan when an operator leaves tables out of its run. */
import { showName } from './name-text.ts'
import type { PlanWhat } from './plan.ts'

export interface Left {
  what: PlanWhat
  /** Parts of other tables that need one of those, in words. */
  missing: string[]
}

/** Without the tables (names of the source), their triggers, and the foreign keys onto them. */
export function leaveOut(what: PlanWhat, names: ReadonlySet<string>): Left {
  if (names.size === 0) return { what, missing: [] }
  const out = what.tables.filter(({ name }) => names.has(name))
  const places = new Map(out.map(({ name, target }) => [`${target.schema}\0${target.name}`, name]))
  const missing: string[] = []
  const tables = what.tables
    .filter(({ name }) => !names.has(name))
    .map(table => {
      const foreignKeys = table.foreignKeys.filter(({ name, references }) => {
        const parent = places.get(`${references.schema}\0${references.table}`)
        if (parent !== undefined)
          missing.push(
            `foreign key "${name}" of table "${table.name}": not made, as table ${showName(parent)} was left out`,
          )
        return parent === undefined
      })
      return foreignKeys.length === table.foreignKeys.length ? table : { ...table, foreignKeys }
    })
  const triggers = what.triggers.filter(({ on }) => !places.has(`${on.schema}\0${on.name}`))
  return { what: { ...what, tables, triggers }, missing }
}
