/** How a run into a file stands: whose file it is, and what others have done to it since. Runs in a thread. */
import { existsSync, statSync } from 'node:fs'
import { tablesBefore } from '../../ledger/in-file/before.ts'
import { fileTables, fileVerdictDigests } from '../../ledger/in-file/reader.ts'
import { getFileRun } from '../../ledger/in-file/runs.ts'
import { count } from '../../model/amounts.ts'
import type { Plan, TablePlan } from '../../model/plan.ts'
import type { RollbackCheck, RollbackTable } from '../../model/rollback.ts'
import { Digest } from '../../stores/digest/digest.ts'
import { isThere } from '../../stores/sqlite/look-at-file.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { dependentsOf } from '../../stores/sqlite/write/dependents.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import { openToWrite } from '../../stores/sqlite/write/open.ts'
import { workPath } from '../../stores/sqlite/write/place.ts'
import type { Progress } from '../progress.ts'
import { digestNow } from './digest-file.ts'
import { ledgerName, withLedger } from './ledger-of-run.ts'
import { digestOwn, isMarkedBy, ownRowsOf } from './own-rows.ts'
import { findPlaced } from './placed.ts'

export interface Standing {
  state: string
  /** What others have changed since, in words. */
  changed: string[]
  /** Rows of others refer to rows of the run. */
  dependents: boolean
  tables: RollbackTable[]
}

interface Asked {
  home: string
  run: string
  path: string
  plan?: Plan
}

/** Of a run whose file is in its place; undefined where nothing there is of this run. */
export function standingOf({ home, run, path, plan }: Asked, progress: Progress): Standing | undefined {
  if (!isThere(path)) return undefined
  const db = openToWrite(path)
  try {
    const row = getFileRun(db, run)
    if (!row) return undefined
    const isNew = findPlaced(home, run) !== undefined
    const tables = plan
      ? withLedger(home, run, db, ledger =>
          plan.what.tables.map(table => tableNow({ home, db, ledger, run, plan, isNew }, table, progress)),
        )
      : []
    const dependents = plan && !isNew ? dependentsOn(home, run, db, plan) : []
    const changed = tables
      .filter(({ changed }) => changed)
      .map(({ name }) => `table "${name}" has been changed since`)
    const isOther = isNew && isTouched(home, run, path)
    return {
      ...{ state: row.state, tables, dependents: dependents.length > 0 },
      changed: isOther && changed.length === 0 ? [OTHER] : [...changed, ...dependents],
    }
  } finally {
    db.close()
  }
}

const OTHER = 'the file has been written since'

function isTouched(home: string, run: string, path: string): boolean {
  const placed = findPlaced(home, run)
  const { ino, size, mtimeMs } = statSync(path)
  return !placed || placed.ino !== ino || placed.size !== size || placed.mtimeMs !== mtimeMs
}

/** In words. */
function dependentsOn(home: string, run: string, db: Connection, plan: Plan): string[] {
  const marked = plan.what.tables.filter(table => isMarkedBy(plan, table))
  if (marked.length === 0) return []
  const ledger = ledgerName(home, run, db)
  const own = marked.map(table => ownRowsOf(ledger, run, table))
  return own.flatMap(rows =>
    dependentsOf(db, rows, own).map(
      found => `${count(found.rows, 'row')} of table "${found.table}" refer to rows of "${rows.target}"`,
    ),
  )
}

interface Now {
  home: string
  db: Connection
  ledger: Connection
  run: string
  plan: Plan
  isNew: boolean
}

function tableNow(
  { home, db, ledger, run, plan, isNew }: Now,
  table: TablePlan,
  progress: Progress,
): RollbackTable {
  const isMarked = isMarkedBy(plan, table)
  const row = fileTables(ledger, run).find(({ name }) => name === table.name)
  const written = row?.written ?? 0
  const noted = tablesBefore(ledger, run).get(table.name)
  const before = noted?.rows ?? 0
  const there = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table.target.name) !== undefined
  const own = !there
    ? new Digest()
    : isMarked
      ? digestOwn(db, ledgerName(home, run, db), run, table, progress)
      : digestNow(db.name, table, progress, noted)
  // Rows of others that were there before are not looked at where row numbers tell them apart.
  const apart = noted && !noted.digest ? noted.rows : 0
  const expected = fileVerdictDigests(ledger, run).get(table.name)?.target
  const rows = own.count + apart
  const missing = isMarked ? written - own.count : rows - written - before
  const changed = expected ? !Digest.fromBytes(expected).equals(own) : missing !== 0
  return {
    ...{ name: table.name, target: `main.${table.target.name}`, written, rows, changed },
    before: table.action === 'create' ? (isNew ? 0 : null) : before,
    goes: written,
    lost: changed ? Math.max(1, Math.abs(missing)) : 0,
  }
}

/** What a rollback would find. */
export async function checkTakeBack(input: Asked, progress: Progress): Promise<RollbackCheck> {
  try {
    return checkFile(input, progress)
  } catch (error) {
    throw writingFailure(input.path, error)
  }
}

function checkFile(input: Asked, progress: Progress): RollbackCheck {
  const { path, run } = input
  const none = { refusals: [], warnings: [], tables: [], more: 0 }
  const own = workPath(path, run)
  if (existsSync(own)) return { ...none, safe: true, loses: false, state: stateOf(own, run) }
  const standing = standingOf(input, progress)
  if (!standing) {
    const gone = `The file ${path} has no record of this run: it was removed or made anew since`
    return { ...none, safe: false, loses: false, state: '', refusals: [gone] }
  }
  const { state, changed, tables } = standing
  const loses = changed.length > 0
  return {
    ...{ safe: !loses, loses, refusals: [], warnings: changed.slice(0, 100), state },
    tables: tables.slice(0, 500),
    more: Math.max(0, tables.length - 500),
  }
}

function stateOf(path: string, run: string): string {
  const db = openToWrite(path)
  try {
    return getFileRun(db, run)?.state ?? 'planned'
  } finally {
    db.close()
  }
}
