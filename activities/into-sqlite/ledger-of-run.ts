/** A run's ledger wherever it is: in the file while the run goes on, else in the run's folder. */
import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { hasLedger } from '../../ledger/in-file/schema.ts'
import { Failure } from '../../model/failure.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { ledgerCopy } from './placed.ts'

export function withLedger<T>(home: string, run: string, db: Connection, work: (ledger: Connection) => T): T {
  if (hasLedger(db, 'chunk') && holds(db, run)) return work(db)
  const path = ledgerCopy(home, run)
  if (!existsSync(path)) throw gone(run)
  const copy = new Database(path, { readonly: true })
  try {
    return work(copy)
  } finally {
    copy.close()
  }
}

/**
 * The name under which this connection has the ledger, for statements over both: the copy stays attached until it is closed. Not within
 * a transaction.
 */
export function ledgerName(home: string, run: string, db: Connection): string {
  if (hasLedger(db, 'chunk') && holds(db, run)) return 'main'
  const path = ledgerCopy(home, run)
  if (!existsSync(path)) throw gone(run)
  const isAttached =
    db.prepare(`SELECT 1 FROM pragma_database_list WHERE name = 'ledger'`).get() !== undefined
  if (!isAttached) db.prepare('ATTACH ? AS ledger').run(path)
  return 'ledger'
}

const holds = (db: Connection, run: string): boolean =>
  db.prepare('SELECT 1 FROM longhaul_table_run WHERE run_id = ?').get(run) !== undefined

const gone = (run: string) =>
  new Failure({
    code: 'artifact',
    object: `run ${run}`,
    message: 'its ledger is neither in the file nor in its folder on this host',
    remedy: 'Take back by hand what the report of the run names',
  })
