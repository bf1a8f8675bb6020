/** One thing that the target does not have as the plan has it. */
import type { Finding } from '../../../model/finding.ts'
import { showName } from '../../../model/name-text.ts'
import type { TablePlan } from '../../../model/plan.ts'
import type { SchemaCode } from '../../../model/schema-compared.ts'
import { addForeignKey, type Effect } from '../ddl.ts'
import { tableParts } from '../plan-effects.ts'

export interface Difference {
  code: SchemaCode
  /** Of the target; where it is about one. */
  columns: readonly string[]
  message: string
  /** The end of `Run …`, or a sentence. */
  remedy: string
}

/** A part of a table as effects and their records in the ledger name it. */
export type Part = Pick<Effect['object'], 'kind' | 'name'>

/** Its object is the column where it is about one, else the table, both by their names in the source. */
export function findingOf(table: TablePlan, { code, columns, message, remedy }: Difference): Finding {
  const [one, ...others] = columns
  const column = others.length > 0 ? undefined : table.columns.find(({ target }) => target === one)
  const object = column ? `${table.name}.${column.name}` : `table ${table.name}`
  return { code, severity: 'incomplete', object, message, remedy }
}

/** The statements that make a part of a table, for people; the table must have its expressions as in the plan. */
export function sqlOf(table: TablePlan, { kind, name }: Part): string {
  const parts = [...tableParts(table), ...table.foreignKeys.map(key => addForeignKey(table, key))]
  const effect = parts.find(({ object }) => object.kind === kind && object.name === name)
  return (effect?.sql ?? []).join('; ').replaceAll('\n  ', ' ')
}

/** `"a", "b"`, in brackets. */
export const inBrackets = (names: readonly string[]): string => `(${names.map(showName).join(', ')})`
