/** Which values of its example a finding is about. */

import type { Finding } from './finding.ts'
import type { Check, Schema, Table } from './schema.ts'
import { columnsIn } from './sqlite-sql/columns-in.ts'
import { foldName } from './sqlite-sql/names.ts'
import { parseExpression, SqlSyntaxError } from './sqlite-sql/parse.ts'

export interface ExampleColumns {
  table: Table
  /** Names in the source. */
  columns: string[]
}

/**
 * A function that gives the columns of a finding with an example: the one that it names, or those of the table's
 * checks or foreign keys. Undefined where there is no example, or nothing besides its key.
 */
export function exampleColumns({ tables }: Schema): (finding: Finding) => ExampleColumns | undefined {
  const byObject = new Map<string, ExampleColumns>()
  for (const table of tables)
    for (const { name } of table.columns) byObject.set(`${table.name}.${name}`, { table, columns: [name] })
  return ({ object, code, example }) => {
    if (example === undefined) return undefined
    const column = byObject.get(object)
    if (column) return column
    const table = tables.find(({ name }) => `table ${name}` === object)
    const columns = table ? columnsOf(table, code) : []
    return table && columns.length > 0 ? { table, columns } : undefined
  }
}

function columnsOf(table: Table, code: string): string[] {
  const named = new Set(
    code === 'check-violated'
      ? table.checks.flatMap(checkColumns)
      : code === 'foreign-key-violated'
        ? table.foreignKeys.filter(key => key.columns.length > 1).flatMap(key => key.columns.map(foldName))
        : [],
  )
  return table.columns.map(({ name }) => name).filter(name => named.has(foldName(name)))
}

/** A check that cannot be read is told elsewhere, and has no example. */
function checkColumns({ expression }: Check): string[] {
  try {
    return [...columnsIn(parseExpression(expression))]
  } catch (error) {
    if (error instanceof SqlSyntaxError) return []
    throw error
  }
}
