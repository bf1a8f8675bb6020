/** Tables of a run that are left out while the rest of it goes on. */
import { type Db, fileTable } from './schema.ts'

/** Nothing of the table is copied any more; it stays in the ledger as left out. */
export function leaveTableOut(db: Db, run: string, table: string): void {
  for (const name of ['chunk', 'before', 'written', 'overwritten'] as const)
    db.prepare(`DELETE FROM ${fileTable(name)} WHERE run_id = ? AND table_name = ?`).run(run, table)
  db.prepare(
    `UPDATE ${fileTable('table_run')} SET skipped = 1, finished = 1, counted = NULL, source_digest = NULL,
            target_digest = NULL, verdict = NULL, error = NULL
      WHERE run_id = ? AND name = ?`,
  ).run(run, table)
}
