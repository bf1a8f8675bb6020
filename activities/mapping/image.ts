/** The tables of an image that a mapping makes. */
import type { MappedTable } from '../../model/mapping/mapping.ts'
import type { MappingTable } from '../../model/mapping/target.ts'
import { declarationOf, typeOfColumn } from '../../model/mapping/types.ts'
import { ROW_NUMBERS, sameName } from '../../model/sqlite-sql/names.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { EntryColumn } from './part.ts'
import type { Source } from './sources.ts'

/** The columns of a table, with what the target or the source says of them. */
export function columnsOf(
  entry: MappedTable,
  source: Source,
  target: MappingTable | undefined,
): EntryColumn[] {
  return Object.entries(entry.columns).map(([name, column]) => {
    const there = target?.columns.find(other => other.name === name)
    if (there) return { name, there, type: there.type }
    return { name, type: typeOfColumn(column, source.found) }
  })
}

/** Makes the table with its keys, where it is not there. */
export function makeTable(
  db: Connection,
  name: string,
  columns: readonly EntryColumn[],
  { primary, others }: { primary: string[] | undefined; others: string[][] },
): void {
  const key = (word: string, key: readonly string[]) => `${word} (${key.map(quote).join(', ')})`
  const lines = [
    ...columns.map(column => `${quote(column.name)} ${declarationOf(column.type)}`.trimEnd()),
    ...(primary ? [key('PRIMARY KEY', primary)] : []),
    ...others.map(other => key('UNIQUE', other)),
  ]
  db.exec(`CREATE TABLE IF NOT EXISTS image.${quote(name)} (${lines.join(', ')})`)
}

/** Those keys of the target of which the mapping gives all columns; of a new table that of the source, where it goes along. */
export function keysOf(
  entries: readonly MappedTable[],
  sources: readonly Source[],
  target: MappingTable | undefined,
): { primary: string[] | undefined; others: string[][] } {
  const [entry] = entries
  const names = Object.keys(entry!.columns)
  if (!target) return { primary: entries.length === 1 ? newKey(entry!, sources[0]!) : undefined, others: [] }
  const covered = target.keys.filter(key => key.every(column => names.includes(column)))
  const primary = covered.find(key => key === target.primaryKey)
  return { primary, others: covered.filter(key => key !== primary) }
}

function newKey(entry: MappedTable, source: Source): string[] | undefined {
  const generated = Object.entries(entry.columns).find(([, column]) => 'generate' in column)
  if (generated) return [generated[0]]
  if (!source.primaryKey || entry.each !== undefined) return undefined
  const names = source.primaryKey.map(key => carriedAs(entry, key))
  return names.every(name => name !== undefined) ? (names as string[]) : undefined
}

/** The column that a column of the source becomes as it is. */
function carriedAs({ columns }: MappedTable, name: string): string | undefined {
  return Object.entries(columns).find(
    ([, column]) => 'from' in column && column.from === name && Object.keys(column).length === 1,
  )?.[0]
}

/** What the number of a row of a table is called. */
export function rowNumberOf(columns: readonly { name: string }[]): string {
  return ROW_NUMBERS.find(word => !columns.some(({ name }) => sameName(name, word)))!
}
