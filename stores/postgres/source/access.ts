/** How the rows of a table of a source can be read in ranges. */
import type { PostgresIndex, PostgresTable, TypeShape } from '../../../model/postgres-schema.ts'
import type { Access } from '../../../model/schema.ts'

type Parts = Pick<PostgresTable, 'kind' | 'columns' | 'primaryKey' | 'uniques' | 'indexes'>

/** Ranges of rows by place are found without reading the others since this version. */
const CTID_RANGES = 140000

/**
 * By the primary key; else by the shortest key whose columns are NOT NULL; else by `ctid`; whole where that would read
 * all of the table for each range, and partitioned tables without a key.
 */
export function accessOf(table: Parts, version: number): Access {
  const { primaryKey, uniques, indexes, columns } = table
  const byName = new Map(columns.map(column => [column.name, column]))
  const ordered = (names: string[]) => names.every(name => hasOwnOrder(byName.get(name)!.shape))
  const filled = (names: string[]) => names.every(name => byName.get(name)!.notNull)
  const keys = [
    ...(primaryKey ? [primaryKey.columns] : []),
    ...[...uniques.map(unique => unique.columns), ...indexes.flatMap(keyOf)].sort(
      (a, b) => a.length - b.length,
    ),
  ]
  const key = keys.find(names => ordered(names) && filled(names))
  if (key) return { by: 'key', columns: key }
  return table.kind === 'table' && version >= CTID_RANGES ? { by: 'ctid' } : { by: 'whole' }
}

/** The columns of an index whose order and equality are those of `<` and `=` on its columns. */
function keyOf({ unique, valid, method, where, exclusion, parts }: PostgresIndex): string[][] {
  if (!unique || !valid || method !== 'btree' || where !== undefined || exclusion) return []
  const names = parts.map(part => (part.collation || part.operators ? undefined : part.column))
  return names.every(name => name !== undefined) ? [names] : []
}

/**
 * Whether `<` on a session that sees `pg_catalog` alone is the type's own order: the operators of types of extensions are
 * not found then, and others would be taken. Composite values have no constants.
 */
function hasOwnOrder(shape: TypeShape): boolean {
  if (shape.kind === 'domain') return hasOwnOrder(shape.base)
  if (shape.kind === 'array') return hasOwnOrder(shape.element)
  return (
    shape.kind === 'base' ||
    shape.kind === 'enum' ||
    (shape.kind === 'range' && shape.schema === 'pg_catalog')
  )
}
