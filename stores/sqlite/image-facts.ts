/** An image as a plan needs to know it: schema, sizes, rows without a parent. */
import type { ImageFacts } from '../../model/from-image/facts.ts'
import { describe } from './describe.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** Counts all rows; `progress` hears of each table. */
export function imageFacts(db: Connection, progress: (table: string) => void): ImageFacts {
  const schema = describe(db)
  const bytes = new Map(
    db
      .prepare<[], [string, number]>(`SELECT name, sum(pgsize) FROM dbstat('main', 1) GROUP BY name`)
      .raw()
      .all(),
  )
  const sizes = schema.tables.map(({ name }) => {
    progress(name)
    const rows = db
      .prepare<[], number>(`SELECT count(*) FROM ${quote(name)}`)
      .pluck()
      .get()!
    return [name, { rows, bytes: bytes.get(name) ?? 0 }] as const
  })
  const withKeys = schema.tables.filter(({ foreignKeys }) => foreignKeys.length > 0)
  const orphans = withKeys.flatMap(({ name }) => {
    progress(name)
    return orphansOf(db, name)
  })
  return { schema, sizes: Object.fromEntries(sizes), orphans }
}

function orphansOf(db: Connection, table: string): ImageFacts['orphans'] {
  try {
    return db
      .prepare<[string], { parent: string; rows: number }>(
        'SELECT "parent", count(*) AS rows FROM pragma_foreign_key_check(?) GROUP BY "parent"',
      )
      .all(table)
      .map(found => ({ table, ...found }))
  } catch {
    // A foreign key that names no key of its parent cannot be checked; the finish step says so.
    return []
  }
}
