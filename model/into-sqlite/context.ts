/** What the names in a table's expressions are. */
import { quoteName } from '../sql-text.ts'
import type { Draft, Planning } from './draft.ts'
import { columnOf } from './draft.ts'
import type { Context, Value, Warning } from './expression/value.ts'

/** For expressions over one table; what means nearly the same becomes a finding about `object`. */
export function contextOf(planning: Planning, draft: Draft, object: string, clock = false): Context {
  const warned = new Set<string>()
  return {
    origin: planning.origin,
    column: name => columnValue(draft, name),
    clock,
    warn: (warning: Warning) => {
      if (!warned.has(warning.code)) planning.findings.push({ ...warning, severity: 'warning', object })
      warned.add(warning.code)
    },
  }
}

/** A column of the source as SQLite's expressions see it; `alias` is its table's in a query. */
export function columnValue(draft: Draft, name: string, alias?: string): Value | undefined {
  const column = columnOf(draft, name)
  const carried = draft.carried.get(name)
  if (!column || !carried) return undefined
  const source = draft.table.columns.find(other => other.name === name)
  const byBytes = source?.collation === '"C"' || source?.collation === '"POSIX"'
  const sql =
    alias === undefined ? quoteName(column.target) : `${quoteName(alias)}.${quoteName(column.target)}`
  return { sql, holds: carried.holds, ...(byBytes && { byBytes }) }
}
