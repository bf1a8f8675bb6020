/** A plan into SQLite as SQL to read, or to run by hand: what a run executes, and what takes it back. */
import { showEndpoint } from '../../model/endpoint.ts'
import { escapeControls, showName } from '../../model/name-text.ts'
import { isLoadedInto, type Plan, type TablePlan } from '../../model/plan.ts'
import { createIndex, createTable, createView } from './ddl.ts'
import { quote } from './quote.ts'

/** Both scripts, without longhaul's own records and the rows; the same plan gives the same text. */
export function scriptsOf(plan: Plan): { sql: string; rollback: string } {
  const { tables, views, triggers } = plan.what
  const made = tables.filter(table => !isLoadedInto(table))
  return {
    sql: script(plan, 'What a run of this plan executes in the target', [
      ...made.map(table => `${createTable(table)};`),
      ...tables.map(rowsLine),
      ...made.flatMap(table => table.indexes.map(index => `${createIndex(table, index)};`)),
      ...views.map(view => `${createView(view)};`),
      ...triggers.map(({ sql }) => `${sql};`),
      'ANALYZE;',
    ]),
    rollback: script(plan, 'What takes a run of this plan back', [
      ...views.toReversed().map(({ target }) => `DROP VIEW IF EXISTS ${quote(target.name)};`),
      ...tables.filter(isLoadedInto).map(staysLine),
      ...made.toReversed().map(({ target }) => `DROP TABLE IF EXISTS ${quote(target.name)};`),
    ]),
  }
}

function script({ what, hash }: Plan, title: string, parts: string[]): string {
  const head = [
    `-- ${title}, in this order, without the rows and without longhaul's own records.`,
    comment(`Plan ${hash}: ${showEndpoint(what.source)} to ${showEndpoint(what.target)}.`),
    '-- sqlite3 -bail FILE < SCRIPT',
    'PRAGMA foreign_keys = OFF;',
    'BEGIN;',
  ].join('\n')
  return `${[head, ...parts, 'COMMIT;'].join('\n\n')}\n`
}

const rowsLine = ({ name, target, rows }: TablePlan): string =>
  comment(`rows: ${rows} of ${showName(name)} are loaded into ${showName(target.name)}`)

const staysLine = ({ target }: TablePlan): string =>
  comment(
    `rows that the run wrote into ${showName(target.name)} stay: only its own records tell them from others`,
  )

const comment = (text: string): string => `-- ${escapeControls(text)}`
