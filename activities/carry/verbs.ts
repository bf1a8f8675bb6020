/** The verbs of PostgreSQL → PostgreSQL: those of SQLite → PostgreSQL that work on the target alone, and its own. */
import { assess } from '../from-postgres/assess.ts'
import { release } from '../from-postgres/release.ts'
import { takeSnapshot } from '../from-postgres/take-snapshot.ts'
import { sqliteToPostgres } from '../from-sqlite.ts'
import { applyEdit } from './apply-edit.ts'
import { attach } from './attach.ts'
import { checkRules } from './check-rules.ts'
import { compareSchema } from './compare-schema.ts'
import { compareTables } from './compare-tables.ts'
import { copyChunks } from './copy-chunks.ts'
import { createTables } from './create-tables.ts'
import { finishKeys } from './finish-keys.ts'
import { finishTables } from './finish-tables.ts'
import { locateDifferences } from './locate-differences.ts'
import { makePlan } from './make-plan.ts'
import { openLedger } from './open-ledger.ts'
import { planChunks } from './plan-chunks.ts'
import { report } from './report.ts'

const { prepareWayBack, dumpTarget, noteOrders, leaveOut, present, validateTables } = sqliteToPostgres
const { checkRollback, backUpBefore, rollBack, reportRollback } = sqliteToPostgres

export const carry = {
  ...{ attach, takeSnapshot, assess, makePlan, openLedger, prepareWayBack, dumpTarget },
  ...{ createTables, planChunks, copyChunks, finishTables, finishKeys },
  ...{ validateTables, locateDifferences, compareSchema, checkRules, report, release },
  ...{ noteOrders, applyEdit, leaveOut, present, compareTables },
  ...{ checkRollback, backUpBefore, rollBack, reportRollback },
}
