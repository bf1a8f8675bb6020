/** The rows of a script of SQLite: it is run in a database of its own, as the one who gets it would. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { runFolder } from '../../home/home.ts'
import type { FileBatch } from '../../model/files/batch.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { Row } from '../../model/types.ts'
import { loadSqlText } from '../../stores/sql/load.ts'
import { inBatches } from '../../stores/sqlite/batches.ts'
import { readingFailure } from '../../stores/sqlite/errors.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { Progress } from '../progress.ts'

interface Script {
  home: string
  run: string
  path: string
  known: ManifestTable[]
  signal: AbortSignal
  progress: Progress
}

export async function* tablesOfScript({
  home,
  run,
  path,
  known,
  signal,
  progress,
}: Script): AsyncIterable<FileBatch> {
  const scratch = join(runFolder(run, home), 'script.db')
  const remove = () => {
    for (const end of ['', '-journal']) rmSync(`${scratch}${end}`, { force: true })
  }
  remove()
  const db = new Database(scratch)
  try {
    db.pragma('journal_mode = OFF')
    db.pragma('synchronous = OFF')
    db.pragma('trusted_schema = OFF')
    db.pragma('foreign_keys = OFF')
    db.exec('BEGIN')
    await loadSqlText(path, db, signal, statements => progress({ statements }))
    db.exec('COMMIT')
    for (const { name, columns } of known) {
      const names = columns.map(column => column.name)
      const sql = `SELECT ${names.map(quote).join(', ')} FROM ${quote(name)}`
      for (const rows of inBatches(db.prepare<[], Row>(sql).raw().safeIntegers().iterate()))
        yield { table: name, columns: names, rows: rows as FileBatch['rows'], places: [], bad: [] }
    }
  } catch (error) {
    throw readingFailure(path, error)
  } finally {
    db.close()
    remove()
  }
}
