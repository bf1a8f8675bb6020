/** Foreign keys of one table. */
import type { ForeignKey, ReferentialAction } from '../../model/schema.ts'
import { foldName, sameName } from '../../model/sqlite-sql/names.ts'
import type { TableText } from './ddl-text.ts'
import type { Connection } from './open.ts'
import { type ListedReference, type ListedTable, listColumns, listReferences } from './pragmas.ts'

/**
 * Foreign keys in the order of the definition. Parents and their columns get their real spelling; where the
 * parent is missing they stay as written, and `references` is empty where no columns were written.
 */
export function describeForeignKeys(
  db: Connection,
  table: string,
  text: TableText,
  tables: ListedTable[],
): ForeignKey[] {
  const byId = Map.groupBy(listReferences(db, table), ({ id }) => id)
  return [...byId.values()].map((rows, i) => {
    const written = text.foreignKeys[i]
    const parent = tables.find(({ name }) => sameName(name, rows[0]!.table))?.name
    return {
      ...(written?.name !== undefined && { name: written.name }),
      columns: rows.map(({ from }) => from),
      table: parent ?? rows[0]!.table,
      references: referredColumns(db, parent, rows),
      onUpdate: rows[0]!.on_update as ReferentialAction,
      onDelete: rows[0]!.on_delete as ReferentialAction,
      deferred: written?.deferred ?? false,
    }
  })
}

function referredColumns(db: Connection, parent: string | undefined, rows: ListedReference[]): string[] {
  const written = rows.flatMap(({ to }) => (to === null ? [] : [to]))
  if (parent === undefined) return written
  const columns = listColumns(db, parent)
  if (written.length > 0) {
    const spelling = new Map(columns.map(({ name }) => [foldName(name), name]))
    return written.map(name => spelling.get(foldName(name)) ?? name)
  }
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
  return key.map(({ name }) => name)
}
