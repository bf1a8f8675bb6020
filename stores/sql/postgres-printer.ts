/** A script in SQL of PostgreSQL, for `psql`: definitions as a run would make them, rows by COPY. */
import type { ManifestTable } from '../../model/files/manifest.ts'
import { escapeControls } from '../../model/name-text.ts'
import type { ColumnPlan, Plan, TablePlan } from '../../model/plan.ts'
import type { FileAbout, SqliteCell } from '../files/writer.ts'
import { analyze, createTable, type Effect } from '../postgres/ddl.ts'
import { createExtension } from '../postgres/ddl-optimized.ts'
import { foreignKeys, tableParts, triggers, views } from '../postgres/plan-effects.ts'
import { ident, qualified } from '../postgres/quote.ts'
import { done } from '../postgres/script.ts'
import { setSequence } from '../postgres/sequence.ts'
import { copyField } from './copy-field.ts'
import type { Printer } from './write.ts'

export class PostgresPrinter implements Printer {
  readonly #plan: Plan
  /** Of the table that was begun last: by place in its rows, the columns that are written. */
  #columns: { at: number; column: ColumnPlan; table: TablePlan }[] = []

  constructor(plan: Plan) {
    this.#plan = plan
  }

  head({ title, takenAt, run }: FileAbout): string {
    const { tables, extensions = [] } = this.#plan.what
    return `-- ${escapeControls(`${title}, as of ${takenAt}; run ${run}`)}
-- psql --set ON_ERROR_STOP=1 --file FILE, into a new database
BEGIN;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET search_path = pg_catalog;
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';

${printed([...extensions.map(createExtension), ...tables.map(createTable)])}`
  }

  table({ name, columns }: ManifestTable): string {
    const table = this.#plan.what.tables.find(other => other.name === name)
    if (!table) return ''
    this.#columns = columns.flatMap((written, at) => {
      const column = table.columns.find(other => other.name === written.name && other.generated === undefined)
      return column ? [{ at, column, table }] : []
    })
    const names = this.#columns.map(({ column }) => ident(column.target)).join(', ')
    return `\nCOPY ${qualified(table.target.schema, table.target.name)} (${names}) FROM stdin;\n`
  }

  rows(rows: readonly (readonly SqliteCell[])[]): string {
    let out = ''
    for (const row of rows)
      out += `${this.#columns.map(({ at, column, table }) => copyField(row[at]!, table, column)).join('\t')}\n`
    return out
  }

  endTable(): string {
    this.#columns = []
    return '\\.\n'
  }

  foot(): string {
    const { what } = this.#plan
    const parts = what.tables.flatMap(table => [
      ...tableParts(table),
      ...table.columns.filter(({ identity }) => identity).map(column => setSequence(table, column)),
      analyze(table),
    ])
    return `\n${printed([...parts, ...foreignKeys(what), ...views(what), ...triggers(what)])}RESET search_path;\nCOMMIT;\n`
  }
}

const printed = (effects: readonly Effect[]): string =>
  effects
    .map(done)
    .filter(Boolean)
    .map(text => `${text}\n\n`)
    .join('')
