/** All activities of a worker, each guarded at its edge. */
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
import { type Dependencies, guarded } from './edge.ts'
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

export type Activities = ReturnType<typeof createActivities>

/** Makes the activities of one worker; everything they need from outside comes in `deps`. */
export function createActivities(deps: Dependencies) {
  return {
    attach: guarded(deps, 'attach', attach),
    takeSnapshot: guarded(deps, 'takeSnapshot', takeSnapshot),
    assess: guarded(deps, 'assess', assess),
    makePlan: guarded(deps, 'makePlan', makePlan),
    openLedger: guarded(deps, 'openLedger', openLedger),
    prepareWayBack: guarded(deps, 'prepareWayBack', prepareWayBack),
    createTables: guarded(deps, 'createTables', createTables),
    planChunks: guarded(deps, 'planChunks', planChunks),
    copyChunks: guarded(deps, 'copyChunks', copyChunks),
    finishTables: guarded(deps, 'finishTables', finishTables),
    finishKeys: guarded(deps, 'finishKeys', finishKeys),
    validateTables: guarded(deps, 'validateTables', validateTables),
    compareTables: guarded(deps, 'compareTables', compareTables),
    locateDifferences: guarded(deps, 'locateDifferences', locateDifferences),
    compareViews: guarded(deps, 'compareViews', compareViews),
    compareSchema: guarded(deps, 'compareSchema', compareSchema),
    checkRules: guarded(deps, 'checkRules', checkRules),
    report: guarded(deps, 'report', report),
    openReplay: guarded(deps, 'openReplay', openReplay),
    replayRows: guarded(deps, 'replayRows', replayRows),
    settleReplay: guarded(deps, 'settleReplay', settleReplay),
    openRepair: guarded(deps, 'openRepair', openRepair),
    repairTables: guarded(deps, 'repairTables', repairTables),
    settleRepair: guarded(deps, 'settleRepair', settleRepair),
    applyEdit: guarded(deps, 'applyEdit', applyEdit),
    backUpBefore: guarded(deps, 'backUpBefore', backUpBefore),
    checkRollback: guarded(deps, 'checkRollback', checkRollback),
    dumpTarget: guarded(deps, 'dumpTarget', dumpTarget),
    leaveOut: guarded(deps, 'leaveOut', leaveOut),
    noteOrders: guarded(deps, 'noteOrders', noteOrders),
    present: guarded(deps, 'present', present),
    reportRollback: guarded(deps, 'reportRollback', reportRollback),
    rollBack: guarded(deps, 'rollBack', rollBack),
  }
}
