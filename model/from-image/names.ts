/** Which tables of an image are wanted, and under which names. */
import { columnSettings, selectTables, settingsOf } from '../build-plan/selection.ts'
import type { StagedRequest } from '../plan-request.ts'
import type { Column, Schema, Table } from '../schema.ts'
import { foldName } from '../sqlite-sql/names.ts'
import { affinityOf } from '../translate/affinity.ts'
import type { NewNames, Pair } from './facts.ts'

/** In the order of the image. */
export function newNames(schema: Schema, request: StagedRequest): NewNames[] {
  return selectTables(schema, request).chosen.map(table => {
    const settings = settingsOf(request, table)
    return {
      table: table.name,
      target: settings?.target ?? table.name,
      columns: table.columns.map(({ name }) => ({
        name,
        target: columnSettings(settings, name).target ?? name,
      })),
    }
  })
}

/** Whether rows go into a table that is there. */
const goesInto = ({ scope, ifExists }: StagedRequest): boolean =>
  scope === 'data' || scope === 'check' || ['use', 'append', 'upsert'].includes(ifExists)

/** Those whose table the target has, where rows are to go into it. */
export function pairsOf(
  names: readonly NewNames[],
  schema: Schema,
  target: Schema,
  request: StagedRequest,
): Pair[] {
  if (!goesInto(request)) return []
  return names.flatMap(({ table, target: name, columns }) => {
    const own = schema.tables.find(other => other.name === table)!
    const there = target.tables.find(other => foldName(other.name) === foldName(name))
    return there ? [pairOf(own, there, columns)] : []
  })
}

function pairOf(own: Table, there: Table, names: NewNames['columns']): Pair {
  const columns = names.flatMap(({ name, target }) => {
    const from = own.columns.find(column => column.name === name)!
    const to = there.columns.find(column => foldName(column.name) === foldName(target))
    if (!to || to.generated) return []
    const isNumber = there.primaryKey?.rowid === true && there.primaryKey.columns.includes(to.name)
    return [
      {
        ...{ name, target: to.name, notNull: to.notNull || isNumber },
        from: affinityOf(from.declared, own.strict),
        to: there.strict ? to.declared.toUpperCase() : affinityOf(to.declared),
      },
    ]
  })
  const filled = new Set(columns.map(({ target }) => target))
  return {
    ...{ table: own.name, target: there.name, strict: there.strict, columns },
    keys: keysOf(there)
      .filter(key => key.every(column => filled.has(column)))
      .map(key => ({ columns: key, collations: key.map(column => collationOf(there.columns, column)) })),
  }
}

const collationOf = (columns: readonly Column[], name: string): string | null =>
  columns.find(column => column.name === name)?.collation ?? null

/** What keeps rows of a table apart for all of them: the primary key first. */
export function keysOf({ primaryKey, uniques, indexes }: Table): string[][] {
  const whole = indexes.filter(
    ({ unique, where, parts }) => unique && !where && parts.every(({ column }) => column !== undefined),
  )
  return [
    ...(primaryKey ? [primaryKey.columns] : []),
    ...uniques.map(({ columns }) => columns),
    ...whole.map(({ parts }) => parts.map(({ column }) => column!)),
  ]
}
