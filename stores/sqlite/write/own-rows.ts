/** The rows of a run among those of others, found by its ledger; and the rows of a table as literals. */
import { fileTable } from '../../../ledger/in-file/schema.ts'
import type { Access } from '../../../model/schema.ts'
import { quote } from '../quote.ts'

/** A text as SQL. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** SQL of a cell as a literal that gives back that very cell; `quote()` ends a text at its first NUL. */
export const literalOf = (term: string): string =>
  `CASE WHEN typeof(${term}) = 'text' AND instr(${term}, char(0)) > 0
        THEN 'CAST(X''' || hex(CAST(${term} AS BLOB)) || ''' AS TEXT)' ELSE quote(${term}) END`

/** SQL of several cells as literals with commas between them. */
export const literalsOf = (terms: readonly string[]): string => terms.map(literalOf).join(` || ',' || `)

/** SQL of what a row is called in the ledger: its number, or the literals of its key. `alias` is its table's. */
export function rowName(access: Access, alias: string): string {
  if (access.by === 'key') return literalsOf(access.columns.map(column => `${alias}.${quote(column)}`))
  return `CAST(${alias}.${rowNumber(access)} AS TEXT)`
}

/** What a table with row numbers calls them. */
export const rowNumber = (access: Access): string => quote(access.by === 'rowid' ? access.name : 'rowid')

export interface OwnRows {
  /** As in the plan, where the ledger has it. */
  table: string
  run: string
  /** Name of the table in `main`. */
  target: string
  access: Access
  /** Name of the attached database that has the ledger. */
  ledger: string
}

/** SQL of rows of `main` that the run has added, under the alias `t`: what follows FROM. */
export function fromAdded({ table, run, target, access, ledger }: OwnRows): string {
  const ours = `w.run_id = ${text(run)} AND w.table_name = ${text(table)}`
  if (access.by === 'key')
    return `main.${quote(target)} AS t WHERE EXISTS (
              SELECT 1 FROM ${ledger}.${fileTable('overwritten')} AS w
               WHERE ${ours} AND w.row = ${rowName(access, 't')} AND w.old IS NULL)`
  return `${ledger}.${fileTable('written')} AS w
          CROSS JOIN main.${quote(target)} AS t ON t.${rowNumber(access)} BETWEEN w.first_row AND w.last_row
          WHERE ${ours}`
}

/** SQL of rows that it has changed, likewise. */
export function fromChanged({ table, run, target, access, ledger }: OwnRows): string {
  const ours = `w.run_id = ${text(run)} AND w.table_name = ${text(table)} AND w.old IS NOT NULL`
  if (access.by === 'key')
    return `main.${quote(target)} AS t WHERE EXISTS (
              SELECT 1 FROM ${ledger}.${fileTable('overwritten')} AS w
               WHERE ${ours} AND w.row = ${rowName(access, 't')})`
  return `${ledger}.${fileTable('overwritten')} AS w
          CROSS JOIN main.${quote(target)} AS t ON t.${rowNumber(access)} = CAST(w.row AS INTEGER)
          WHERE ${ours}`
}
