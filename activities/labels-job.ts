/** In a thread: texts that are no labels of the enum that they go into. */
import { openSnapshot } from '../stores/sqlite/open.ts'
import { quote } from '../stores/sqlite/quote.ts'

/** A column of the source, and what its target takes. */
export interface LabelledColumn {
  table: string
  name: string
  labels: string[]
}

/** Rows whose cell is none of the labels, by column. */
export async function countStrays(
  { snapshot, columns }: { snapshot: string; columns: LabelledColumn[] },
  progress: (detail: unknown) => void,
): Promise<number[]> {
  const db = openSnapshot(snapshot)
  try {
    return columns.map(({ table, name, labels }) => {
      progress({ labels: `${table}.${name}` })
      const sql = `SELECT count(*) FROM ${quote(table)} WHERE ${quote(name)} IS NOT NULL
                     AND CAST(${quote(name)} AS TEXT) COLLATE BINARY NOT IN (SELECT value FROM json_each(?))`
      return db.prepare<[string], number>(sql).pluck().get(JSON.stringify(labels))!
    })
  } finally {
    db.close()
  }
}
