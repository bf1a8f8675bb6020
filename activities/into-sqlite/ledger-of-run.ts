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

const holds = (db: Connection, run: string): boolean =>
  db.prepare('SELECT 1 FROM longhaul_table_run WHERE run_id = ?').get(run) !== undefined

const gone = (run: string) =>
  new Failure({
    code: 'artifact',
    object: `run ${run}`,
    message: 'its ledger is neither in the file nor in its folder on this host',
    remedy: 'Take back by hand what the report of the run names',
  })
