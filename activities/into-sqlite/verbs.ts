/** The verbs of PostgreSQL → SQLite. */
import { assess } from '../from-postgres/assess.ts'
import { release } from '../from-postgres/release.ts'
import { takeSnapshot } from '../from-postgres/take-snapshot.ts'
import { sqliteToPostgres } from '../from-sqlite.ts'
import { attach } from './attach.ts'
import { compareTables } from './compare-tables.ts'
import { copyChunks } from './copy-chunks.ts'
import { createTables } from './create-tables.ts'
import { dumpTarget } from './dump-target.ts'
import { finishKeys } from './finish-keys.ts'
import { finishTables } from './finish-tables.ts'
import { leaveOut } from './leave-out.ts'
import { makePlan } from './make-plan.ts'
import { noteOrders } from './note-orders.ts'
import { openLedger } from './open-ledger.ts'
import { planChunks } from './plan-chunks.ts'
import { prepareWayBack } from './prepare-way-back.ts'
import { report } from './report.ts'
import { backUpBefore, checkRollback, reportRollback, rollBack } from './roll-back.ts'
import { checkRules, compareSchema, compareViews, locateDifferences, validateTables } from './validate.ts'

const { present } = sqliteToPostgres

export const intoSqlite = {
  attach,
  takeSnapshot,
  assess,
  makePlan,
  openLedger,
  prepareWayBack,
  dumpTarget,
  createTables,
  planChunks,
  copyChunks,
  finishTables,
  finishKeys,
  validateTables,
  locateDifferences,
  compareViews,
  compareSchema,
  checkRules,
  compareTables,
  noteOrders,
  leaveOut,
  release,
  report,
  checkRollback,
  backUpBefore,
  rollBack,
  reportRollback,
  present,
}
