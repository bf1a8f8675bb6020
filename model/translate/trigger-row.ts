/** `NEW` and `OLD`. */
import { quoteName } from '../name-text.ts'
import type { CreateTrigger } from '../sqlite-sql/ast.ts'
import { fromColumn } from './from.ts'
import { sameName } from './result-names.ts'
import { type RelationRef, type Scope, Untranslatable } from './scope.ts'

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
      return fromColumn(column, `${record}.${quoteName(column.target)}`).ref
    },
  }
}

/** A column of a table by its name, or as the row number. */
export function relationColumn(
  { columns, rowid }: RelationRef,
  name: string,
): RelationRef['columns'][number] | undefined {
  const find = (wanted: string) => columns.find(column => sameName(column.name, wanted))
  const isNumber = rowid !== undefined && /^(rowid|oid|_rowid_)$/i.test(name)
  return find(name) ?? (isNumber ? find(rowid) : undefined)
}
