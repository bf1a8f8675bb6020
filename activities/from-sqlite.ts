/** The verbs of SQLite → PostgreSQL. */
import { applyEdit } from './apply-edit.ts'
import { assess } from './assess.ts'
import { attach } from './attach.ts'
import { backUpBefore } from './back-up-before.ts'
import { checkRollback } from './check-rollback.ts'
import { checkRules } from './check-rules.ts'
import { compareSchema } from './compare-schema.ts'
import { compareTables } from './compare-tables.ts'
import { compareViews } from './compare-views.ts'
import { copyChunks } from './copy-chunks.ts'
import { createTables } from './create-tables.ts'
import { dumpTarget } from './dump-target.ts'
import { finishKeys } from './finish-keys.ts'
import { finishTables } from './finish-tables.ts'
import { leaveOut } from './leave-out.ts'
import { locateDifferences } from './locate-differences.ts'
import { makePlan } from './make-plan.ts'
import { noteOrders } from './note-orders.ts'
import { openLedger } from './open-ledger.ts'
import { planChunks } from './plan-chunks.ts'
import { prepareWayBack } from './prepare-way-back.ts'
import { present } from './present.ts'
import { release } from './release.ts'
import { openRepair } from './repair-open.ts'
import { settleRepair } from './repair-settle.ts'
import { repairTables } from './repair-tables.ts'
import { openReplay } from './replay-open.ts'
import { replayRows } from './replay-rows.ts'
import { settleReplay } from './replay-settle.ts'
import { report } from './report.ts'
import { reportRollback } from './report-rollback.ts'
import { rollBack } from './roll-back.ts'
import { takeSnapshot } from './take-snapshot.ts'
import { validateTables } from './validate-tables.ts'

export const sqliteToPostgres = {
  attach,
  takeSnapshot,
  assess,
  makePlan,
  openLedger,
  prepareWayBack,
  createTables,
  planChunks,
  copyChunks,
  finishTables,
  finishKeys,
  validateTables,
  compareTables,
  locateDifferences,
  compareViews,
  compareSchema,
  checkRules,
  release,
  report,
  openReplay,
  replayRows,
  settleReplay,
  openRepair,
  repairTables,
  settleRepair,
  applyEdit,
  backUpBefore,
  checkRollback,
  dumpTarget,
  leaveOut,
  noteOrders,
  present,
  reportRollback,
  rollBack,
}
