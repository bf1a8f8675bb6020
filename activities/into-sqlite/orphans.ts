/** Rows of the file whose foreign keys find no parent; runs in a thread. */
import { existsSync } from 'node:fs'
import { fileTables } from '../../ledger/in-file/reader.ts'
import { getFilePlan } from '../../ledger/in-file/runs.ts'
import { ledgerGone } from '../../ledger/runs.ts'
import { count } from '../../model/amounts.ts'
import { leaveOut } from '../../model/leave-out.ts'
import type { TablePlan } from '../../model/plan.ts'
import { type Connection, openSnapshot } from '../../stores/sqlite/open.ts'
import { fileOfRun } from '../../stores/sqlite/write/place.ts'
import type { Progress } from '../progress.ts'
import type { FilePlace } from './file.ts'
import { refusedBy } from './refused.ts'

/** Pages in memory: a look at a parent is one at its index. */
const CACHE_KB = 32_000

/** In words, one for each foreign key that is broken and is not said to be by the plan. */
export async function orphansOfFile({ place }: { place: FilePlace }, progress: Progress): Promise<string[]> {
  const path = fileOfRun(place.target.path, place.run)
  if (!existsSync(path)) throw ledgerGone(place.run)
  const db = openSnapshot(path)
  try {
    db.pragma(`cache_size = -${CACHE_KB}`)
    const plan = getFilePlan(db, place.run)
    if (!plan) throw ledgerGone(place.run)
    const skipped = fileTables(db, place.run).filter(({ state }) => state === 'skipped')
    const { what } = leaveOut(plan.what, new Set(skipped.map(({ name }) => name)))
    return what.tables.flatMap(table => {
      progress({ foreignKeys: table.name })
      return table.foreignKeys.length > 0 ? orphansOf(db, table) : []
    })
  } finally {
    db.close()
  }
}

interface Violations {
  parent: string
  n: number
}

function orphansOf(db: Connection, table: TablePlan): string[] {
  const expected = new Set(
    table.foreignKeys.filter(({ notValid }) => notValid).map(({ references }) => references.table),
  )
  try {
    const found = db
      .prepare<[string], Violations>(
        'SELECT "parent", count(*) AS n FROM pragma_foreign_key_check(?) GROUP BY "parent"',
      )
      .all(table.target.name)
    return found
      .filter(({ parent }) => !expected.has(parent))
      .map(({ parent, n }) => `table "${table.name}": ${count(n, 'row')} with no parent in table "${parent}"`)
  } catch (error) {
    return [`foreign keys of table "${table.name}": could not be checked: ${refusedBy(error)}`]
  }
}
