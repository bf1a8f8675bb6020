/** The two ends of a table's rows on their way between servers: what each is asked for. */
import type { TablePlan } from '../../../model/plan.ts'
import { idents, qualified } from '../quote.ts'

type Place = TablePlan['target']

const options = ({ format }: TablePlan) => (format === 'text' ? '' : ' (FORMAT binary)')
const names = ({ columns }: TablePlan) =>
  idents(columns.filter(c => c.generated === undefined).map(c => c.target))

/** Rows of this relation alone, all or those of a condition over the alias `t`. */
export function copyOutOf(table: TablePlan, { schema, name }: Place, where?: string): string {
  const list = names(table)
  const from = qualified(schema, name)
  if (where === undefined || where === 'true')
    return `COPY ${from}${inBrackets(list)} TO STDOUT${options(table)}`
  return `COPY (SELECT ${list} FROM ONLY ${from} AS t WHERE ${where}) TO STDOUT${options(table)}`
}

export const copyInto = (table: TablePlan): string =>
  `COPY ${qualified(table.target.schema, table.target.name)}${inBrackets(names(table))} FROM STDIN${options(table)}`

/** A table may have no column that takes values; its rows count nevertheless. */
const inBrackets = (list: string) => (list === '' ? '' : ` (${list})`)
