/** Unique constraints and indexes of one table. */
import type { Index, IndexPart, Unique } from '../../model/schema.ts'
import { sameName } from '../../model/sqlite-sql/names.ts'
import { readCreateIndex } from './ddl-index.ts'
import type { TableText } from './ddl-text.ts'
import type { Connection } from './open.ts'
import { type ListedPart, listIndexes, listParts } from './pragmas.ts'
import { schemaRow } from './schema-rows.ts'

/** UNIQUE constraints; those made by CREATE UNIQUE INDEX are among the indexes. */
export function describeUniques(db: Connection, table: string, text: TableText): Unique[] {
  return listIndexes(db, table)
    .filter(({ origin }) => origin === 'u')
    .map(({ name }) => {
      const parts = listParts(db, name)
      const columns = parts.map(part => part.name ?? '')
      const written = text.uniques.find(unique => sameNames(unique.columns, columns))
      return {
        ...(written?.name !== undefined && { name: written.name }),
        columns,
        ...ownCollations(parts, text),
      }
    })
}

/** Collations of a key's parts where one differs from its column's. */
export function ownCollations(parts: ListedPart[], text: TableText): { collations?: (string | null)[] } {
  const collations = parts.map(part => ownCollation(part, text) ?? null)
  return collations.some(Boolean) ? { collations } : {}
}

const sameNames = (a: string[], b: string[]): boolean =>
  a.length === b.length && a.every((name, i) => sameName(name, b[i]!))

/** Indexes made by CREATE INDEX. */
export function describeIndexes(db: Connection, table: string, text: TableText): Index[] {
  return listIndexes(db, table)
    .filter(({ origin }) => origin === 'c')
    .map(({ name, unique }) => {
      const sql = schemaRow(db, 'index', name)!.sql!
      const written = readCreateIndex(sql)
      return {
        name,
        unique: unique === 1,
        parts: listParts(db, name).map((part, i) => describePart(part, written.parts[i]!, text)),
        ...(written.where !== undefined && { where: written.where }),
        sql,
      }
    })
}

function describePart(part: ListedPart, written: string, text: TableText): IndexPart {
  const collation = ownCollation(part, text)
  return {
    ...(part.cid >= 0 ? { column: part.name! } : { expression: written }),
    descending: part.desc === 1,
    ...(collation && { collation }),
  }
}

/** The collation of a part where it differs from its column's. */
function ownCollation(part: ListedPart, text: TableText): string | undefined {
  const ofColumn = text.columns[part.cid]?.collation ?? 'BINARY'
  return sameName(part.coll, ofColumn) ? undefined : part.coll
}
