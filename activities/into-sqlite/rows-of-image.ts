/** Rows of the image of a run: a SQLite database in its folder, laid down before. */
import { isLoadedInto, type TablePlan } from '../../model/plan.ts'
import { digestSource } from '../../stores/digest/source.ts'
import { openSnapshot } from '../../stores/sqlite/open.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import {
  appendToTable,
  digestImage,
  fillTable,
  upsertIntoTable,
} from '../../stores/sqlite/write/from-image.ts'
import { needSnapshot } from '../artifacts.ts'
import type { RowsOf, SourceRows } from './rows-of-source.ts'

export async function withImage<T>(
  { home, run, into }: RowsOf,
  work: (rows: SourceRows) => Promise<T>,
): Promise<T> {
  const path = needSnapshot(home, run)
  const image = openSnapshot(path)
  const store = openSqlite(path)
  into?.prepare('ATTACH ? AS image').run(path)
  try {
    return await work({
      bounds: async (table, rows) => [...store.bounds(table, rows)],
      copy: async ({ db, token }, { table, chunk }, begins, heard) => {
        const part = { db, image, run: token.run, table, range: chunk }
        const { upsert } = table
        // Read before the file is locked.
        const digest = upsert ? undefined : digestImage(image, table, chunk)
        await begins()
        const found = upsert
          ? upsertIntoTable(part, upsert)
          : isLoadedInto(table)
            ? appendToTable(part, digest!)
            : fillTable(part, digest!)
        heard(found.read)
        return { ...found, bytes: bytesOf(table, found.written) }
      },
      digest: async (table, heard, row) => digestSource(store, table, {}, heard, row).digest,
    })
  } finally {
    into?.exec('DETACH image')
    store.close()
    image.close()
  }
}

/** As many as such rows have on the whole: nobody looks at each. */
const bytesOf = ({ bytes, rows }: TablePlan, written: number): number =>
  Math.round((bytes / Math.max(1, rows)) * written)
