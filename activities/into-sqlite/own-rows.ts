/** Rows of a run among those of others in a table that was there before, by its ledger; for jobs in threads. */
import { mirrored } from '../../model/mirror.ts'
import { isLoadedInto, type Plan, type TablePlan } from '../../model/plan.ts'
import type { Digest } from '../../stores/digest/digest.ts'
import { digestSource } from '../../stores/digest/source.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { read } from '../../stores/sqlite/read.ts'
import { fromAdded, fromChanged, type OwnRows } from '../../stores/sqlite/write/own-rows.ts'
import type { Progress } from '../progress.ts'

/** Whether the ledger marks the run's rows one by one; else it knows what was there before. */
export const isMarkedBy = ({ what }: Pick<Plan, 'what'>, table: TablePlan): boolean =>
  what.source.kind === 'staged' && isLoadedInto(table)

export const ownRowsOf = (ledger: string, run: string, table: TablePlan): OwnRows => ({
  ...{ ledger, run, table: table.name, target: table.target.name, access: table.there! },
})

const VIEW = 'longhaul_own'

/** Of rows that the run has added or changed. @param ledger name of the database of this connection that has the ledger */
export function digestOwn(
  db: Connection,
  ledger: string,
  run: string,
  table: TablePlan,
  progress: Progress,
): Digest {
  const rows = ownRowsOf(ledger, run, table)
  const columns = table.columns.map(({ target }) => `t.${quote(target)}`).join(', ')
  db.exec(`DROP VIEW IF EXISTS temp.${VIEW}`)
  db.exec(
    `CREATE TEMP VIEW ${VIEW} AS
       SELECT ${columns} FROM ${fromAdded(rows)} UNION ALL SELECT ${columns} FROM ${fromChanged(rows)}`,
  )
  try {
    const side = {
      read: (of: TablePlan) => read(db, of, {}),
      readRaw: () => undefined,
    }
    const own: TablePlan = { ...mirrored(table), name: VIEW, access: { by: 'whole' } }
    return digestSource(side, own, {}, done => progress({ table: table.name, rows: done })).digest
  } finally {
    db.exec(`DROP VIEW temp.${VIEW}`)
  }
}
