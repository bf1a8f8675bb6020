/** Which indexes of a table can be compared with it by reading both from end to end. */
import type { Access } from '../../model/schema.ts'
import { foldName, ROW_NUMBERS } from '../../model/sqlite-sql/names.ts'
import type { Connection } from './open.ts'
import { isOwn } from './own-collations.ts'
import { listColumns, listIndexes } from './pragmas.ts'
import { prepared } from './prepared.ts'
import { schemaRow } from './schema-rows.ts'

/** An index whose entries are columns of the rows, one for each row. */
export interface PlainIndex {
  name: string
  /** The first page of its tree. */
  root: number
  unique: boolean
  parts: PlainPart[]
}

export interface PlainPart {
  /** Of the column in the table, from 0; -1: the row number. */
  place: number
  descending: boolean
  collation: 'BINARY' | 'NOCASE' | 'RTRIM'
}

/** Plain indexes of a table with row numbers, and whether it has other ones, too. */
export interface ListedIndexes {
  plain: PlainIndex[]
  others: boolean
}

interface FoundPart {
  name: string
  unique: number
  partial: number
  /** -1 is the row number, -2 an expression. */
  cid: number
  desc: number
  coll: string
}

/** Reads the schema alone. */
export function indexesToCheck(db: Connection, table: string): ListedIndexes {
  const indexes = [...Map.groupBy(partsOf(db, table), ({ name }) => name).values()]
  const rootOf = ([first]: FoundPart[]) => schemaRow(db, 'index', first!.name)?.root
  // An index without a tree is the table itself, which then has no row numbers.
  if (indexes.some(parts => !rootOf(parts))) return { plain: [], others: true }
  const plain = indexes.filter(isPlain).map(parts => plainIndex(parts, rootOf(parts)!))
  return { plain, others: plain.length < indexes.length }
}

function partsOf(db: Connection, table: string): FoundPart[] {
  return prepared<[string], FoundPart>(
    db,
    `
      SELECT list.name, list."unique", list.partial, part.cid, part."desc", part.coll
        FROM pragma_index_list(?, 'main') AS list
        JOIN pragma_index_xinfo(list.name, 'main') AS part
       WHERE part.key = 1
       ORDER BY list.seq, part.seqno`,
  ).all(table)
}

const isPlain = (parts: FoundPart[]): boolean =>
  parts.every(({ partial, cid, coll }) => partial === 0 && cid >= -1 && !isOwn(coll))

function plainIndex(parts: FoundPart[], root: number): PlainIndex {
  const { name, unique } = parts[0]!
  return {
    name,
    root,
    unique: unique === 1,
    parts: parts.map(({ cid, desc, coll }) => ({
      place: cid,
      descending: desc === 1,
      collation: coll.toUpperCase() as PlainPart['collation'],
    })),
  }
}

/** How the rows of a table with row numbers are asked for. */
export function accessByNumber(db: Connection, table: string): Access {
  const columns = listColumns(db, table)
  const key = columns.filter(({ pk }) => pk > 0)
  const isNumber = key.length === 1 && !listIndexes(db, table).some(({ origin }) => origin === 'pk')
  const taken = columns.map(({ name }) => foldName(name))
  const name = isNumber ? key[0]!.name : ROW_NUMBERS.find(word => !taken.includes(word))
  return name === undefined ? { by: 'whole' } : { by: 'rowid', name }
}
