/** What goes beside rows into files, so that reading them again gives the database that they were written from. */
import type { TableFacts } from '../assessment.ts'
import type { ManifestTable } from '../files/manifest.ts'
import type { OtherObject, Schema, Table } from '../schema.ts'
import { foldName } from '../sqlite-sql/names.ts'
import { tokenize } from '../sqlite-sql/tokens.ts'

export interface Contents {
  /** In the order of the source. */
  tables: ManifestTable[]
  /** Indexes, views and triggers in the order in which they can be made, after the rows. */
  after: string[]
  /** Last numbers that AUTOINCREMENT gave out, by table, as decimal texts. */
  sequences: Record<string, string>
}

/** @param chosen those that are written */
export function contentsOf(
  schema: Schema,
  chosen: readonly Table[],
  facts: readonly Pick<TableFacts, 'name' | 'rows'>[],
): Contents {
  const rows = new Map(facts.map(({ name, rows }) => [name, rows]))
  const left = new Set(
    schema.tables.filter(table => !chosen.includes(table)).map(({ name }) => foldName(name)),
  )
  return {
    tables: chosen.map(({ name, sql, columns }) => ({
      ...{ name, sql },
      columns: columns
        .filter(({ generated }) => !generated)
        .map(({ name, declared }) => ({ name, declared })),
      rows: rows.get(name) ?? 0,
    })),
    after: [
      ...chosen.flatMap(({ indexes }) => indexes.map(({ sql }) => sql)),
      ...schema.others.filter(other => isKept(other, left)).map(({ sql }) => sql),
    ],
    sequences: Object.fromEntries(
      chosen.flatMap(({ name, sequence }) => (sequence === undefined ? [] : [[name, sequence]])),
    ),
  }
}

/** What makes each AUTOINCREMENT go on where it stood, in SQL: its table may have lost its last rows. */
export const sequenceSql = ({ sequences }: Contents): string[] =>
  Object.entries(sequences).flatMap(([table, last]) => {
    const name = `'${table.replaceAll("'", "''")}'`
    return [
      `DELETE FROM sqlite_sequence WHERE name = ${name}`,
      `INSERT INTO sqlite_sequence (name, seq) VALUES (${name}, ${last})`,
    ]
  })

/** Views and triggers go along unless they speak of a table that does not. */
function isKept({ kind, table, sql }: OtherObject, left: ReadonlySet<string>): boolean {
  if (kind !== 'view' && kind !== 'trigger') return false
  if (left.size === 0) return true
  if (table !== undefined && left.has(foldName(table))) return false
  return !tokenize(sql).some(
    token => (token.kind === 'word' || token.kind === 'quoted') && left.has(foldName(token.value)),
  )
}
