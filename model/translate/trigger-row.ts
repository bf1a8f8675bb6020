/** `NEW` and `OLD`. */
import { quoteName } from '../sql-text.ts'
import type { CreateTrigger } from '../sqlite-sql/ast.ts'
import { isRowNumber, sameName } from '../sqlite-sql/names.ts'
import { fromColumn } from './from.ts'
import { type ColumnRef, type RelationRef, type Scope, Untranslatable } from './scope.ts'

/** The row that a trigger fires for. Its names are never without `NEW` or `OLD` before them. */
export function changedRow(
  relation: RelationRef,
  timing: CreateTrigger['timing'],
  event: CreateTrigger['event'],
): Scope {
  const records = [...(event === 'DELETE' ? [] : ['NEW']), ...(event === 'INSERT' ? [] : ['OLD'])]
  return {
    column(name, table) {
      const record = records.find(candidate => table !== undefined && sameName(candidate, table))
      const column = record === undefined ? undefined : relationColumn(relation, name)
      if (!column || record === undefined) return undefined
      if (column.generated && timing === 'BEFORE' && record === 'NEW')
        throw new Untranslatable('NEW of a generated column, which PostgreSQL computes after BEFORE triggers')
      const { ref } = fromColumn(column, `${record}.${quoteName(column.target)}`)
      return timing === 'INSTEAD OF' ? asGiven(ref) : ref
    },
  }
}

/** SQLite converts no value for a view: 7 and '7' stay what they are, which a text column here does not tell. */
function asGiven(ref: ColumnRef): ColumnRef {
  const { affinity = 'TEXT', merged, type } = ref
  const numbers = type.kind === 'text' && (merged || !['TEXT', 'BLOB'].includes(affinity))
  return { ...ref, affinity: 'BLOB', given: true, ...(numbers && { merged: true }) }
}

/** A column of a table by its name, or as the row number. */
export function relationColumn(
  { columns, rowid }: RelationRef,
  name: string,
): RelationRef['columns'][number] | undefined {
  const find = (wanted: string) => columns.find(column => sameName(column.name, wanted))
  const isNumber = rowid !== undefined && isRowNumber(name)
  return find(name) ?? (isNumber ? find(rowid) : undefined)
}
