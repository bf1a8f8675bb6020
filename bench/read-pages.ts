/**
 * How fast the rows of a SQLite file are found in its pages, before anything is done with them.
 *
 *     node bench/read-pages.ts FILE [ROUNDS=3]     a copy that nobody writes, as bench/make-source.ts makes it
 */
import { openSnapshot } from '../stores/sqlite/open.ts'
import { layoutOf, rawRows } from '../stores/sqlite/pages/raw-table.ts'
import { openSqlite } from '../stores/sqlite/store.ts'

const [file = '', rounds = '3'] = process.argv.slice(2)
const store = openSqlite(file)
const { tables } = store.describe()
const db = openSnapshot(file)
const sizeOf = db.prepare<[string], number>('SELECT sum(pgsize) FROM dbstat WHERE name = ?').pluck()

for (let round = 1; round <= Number(rounds); round++) {
  let [rows, bytes, seconds] = [0, 0, 0]
  for (const table of tables) {
    const layout = layoutOf(db, table)
    if (!layout) {
      console.log(`${table.name} is not read by pages`)
      continue
    }
    bytes += sizeOf.get(table.name) ?? 0
    const before = process.cpuUsage()
    for (const batch of rawRows(db, layout)) {
      for (let row = 0; row < batch.count; row++) batch.row(row)
      rows += batch.count
    }
    const { user, system } = process.cpuUsage(before)
    seconds += (user + system) / 1e6
  }
  const mb = bytes / 1e6
  console.log(
    `${rows} rows, ${mb.toFixed(0)} MB of pages, ${seconds.toFixed(2)} s of processor: ${(mb / seconds).toFixed(0)} MB/s`,
  )
}
db.close()
store.close()
