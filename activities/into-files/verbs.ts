/** The verbs of runs that write files. */
import { sqliteToPostgres } from '../from-sqlite.ts'
import { noteOrders } from '../into-sqlite/note-orders.ts'
import { stagedIntoPostgres } from '../staged/verbs.ts'
import { assess } from './assess.ts'
import { attach } from './attach.ts'
import { finishKeys, validateTables } from './finish.ts'
import { makePlan } from './make-plan.ts'
import { createTables, leaveOut, openLedger, prepareWayBack } from './open-ledger.ts'
import { report, reportStaged } from './report.ts'
import { backUpBefore, checkRollback, rollBack } from './roll-back.ts'
import { writeFiles } from './write-files.ts'

const { present, release, reportRollback, takeSnapshot } = sqliteToPostgres

/** From a SQLite file. */
export const intoFiles = {
  attach,
  takeSnapshot,
  assess,
  makePlan,
  openLedger,
  prepareWayBack,
  createTables,
  writeFiles,
  finishKeys,
  validateTables,
  leaveOut,
  noteOrders,
  report,
  release,
  present,
  checkRollback,
  backUpBefore,
  rollBack,
  reportRollback,
}

/** From what is laid down first. */
export const stagedIntoFiles = {
  ...intoFiles,
  openStage: stagedIntoPostgres.openStage,
  takeSnapshot: stagedIntoPostgres.takeSnapshot,
  release: stagedIntoPostgres.release,
  report: reportStaged,
}
