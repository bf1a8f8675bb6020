/** Tables that are there already: their keys and rules, which stay theirs. */
import type { Finding, Severity } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { Table } from '../schema.ts'
import { quoteName } from '../sql-text.ts'
import type { ExistingTable } from '../target.ts'
import { collationOf } from './collations.ts'
import { type Draft, type Planning, targetColumns } from './draft.ts'

/** Differences of keys and rules: the target's hold, and may refuse rows or allow more than the source did. */
export function compareRules(planning: Planning, draft: Draft, existing: ExistingTable): void {
  const { table } = draft
  if (existing.screened) planning.findings.push(screened(planning, existing, table.name))
  // Nothing is loaded, and the schema is compared by itself.
  if (planning.request.scope === 'check') return
  const say = (code: string, severity: Severity, message: string): void => {
    planning.findings.push({ code, severity, object: `table ${table.name}`, message })
  }
  const theirs = [...(existing.primaryKey ? [existing.primaryKey] : []), ...existing.uniques].map(columnSet)
  const ours = uniqueSets(table).map(columns => targetColumns(draft, columns))
  for (const columns of ours) {
    if (!columns || theirs.includes(columnSet(columns))) continue
    const [severity, but] = isFolded(draft, columns) ? FOLDED : (['warning', ''] as const)
    const names = columns.map(showName).join(', ')
    say(
      'constraint-differs',
      severity,
      `the target does not keep (${names}) unique${but}, as the source does`,
    )
  }
  const known = ours.map(columns => columns && columnSet(columns))
  for (const set of theirs) {
    if (known.includes(set) || set.split('\0').some(name => isNumbered(draft, existing, name))) continue
    say(
      'constraint-differs',
      'warning',
      `the target keeps (${set.split('\0').map(showName).join(', ')}) unique, as the source does not: rows may be refused`,
    )
  }
  compareForeignKeys(draft, existing, planning.target.writers.length, say)
  if (existing.triggers.length > 0) {
    say(
      'triggers-do-not-fire',
      'note',
      `its triggers do not fire for the rows that are loaded: ${existing.triggers.map(showName).join(', ')}`,
    )
  }
  say(
    'table-used-as-it-is',
    'note',
    "its keys, indexes, defaults and checks are the target's own; the source's are not made",
  )
}

/** The target gives each row a number of its own there, and the run writes none. */
const isNumbered = ({ plan }: Draft, { columns }: ExistingTable, name: string): boolean =>
  !plan.columns.some(({ target }) => target === name) &&
  columns.some(column => column.name === name && (column.identity ?? column.sequence) !== undefined)

/** COPY into a table fails where policies hold for the role, and counts would leave out what they hide. */
function screened({ target }: Planning, { name }: ExistingTable, table: string): Finding {
  const there = `${quoteName(target.schema.name)}.${quoteName(name)}`
  return {
    code: 'row-security',
    severity: 'refused',
    object: `table ${table}`,
    message: `row security of the table of the target holds for the role ${showName(target.role)}: rows could not be loaded, nor all of them counted`,
    remedy: `Connect as a role with BYPASSRLS, or as its owner after ALTER TABLE ${there} NO FORCE ROW LEVEL SECURITY`,
  }
}

/** In the target an index on an expression keeps it, as `longhaul schema` makes it; these are not described. */
const FOLDED = ['note', ' on its own, but maybe by an index on an expression'] as const

function isFolded(draft: Draft, columns: readonly string[]): boolean {
  return draft.plan.columns.some(
    column => columns.includes(column.target) && collationOf(draft, column) !== undefined,
  )
}

function uniqueSets(table: Table): string[][] {
  const indexes = table.indexes.filter(
    index => index.unique && !index.where && index.parts.every(part => part.column),
  )
  return [
    ...(table.primaryKey ? [table.primaryKey.columns] : []),
    ...table.uniques.map(({ columns }) => columns),
    ...indexes.map(index => index.parts.flatMap(part => part.column ?? [])),
  ]
}

function columnSet(columns: readonly string[]): string {
  return [...columns].sort().join('\0')
}

type Say = (code: string, severity: Severity, message: string) => void

function compareForeignKeys({ table }: Draft, existing: ExistingTable, writers: number, say: Say): void {
  if (existing.foreignKeys.length < table.foreignKeys.length) {
    say(
      'constraint-differs',
      'warning',
      `the target has ${existing.foreignKeys.length} foreign keys on it, the source ${table.foreignKeys.length}`,
    )
  }
  if (existing.foreignKeys.length > 0) {
    const names = existing.foreignKeys.map(({ name }) => showName(name)).join(', ')
    const others =
      writers > 0 ? '; rows that other sessions write until then are not checked as they come' : ''
    say(
      'foreign-keys-checked-at-end',
      writers > 0 ? 'warning' : 'note',
      `its foreign keys are taken off before rows are loaded, and put back at the end, checked over all rows: ${names}${others}`,
    )
  }
}
