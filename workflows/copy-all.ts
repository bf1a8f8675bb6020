/** The copy step: a child workflow for each group of tables, some of them side by side. */
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow'
import { copyTable } from './copy-table.ts'
import type { Course } from './course.ts'
import { factsOf } from './failures.ts'
import type { PlanSummary, RunPlace, TableGroup } from './messages.ts'
import { pool } from './pool.ts'
import { anyWork } from './proxies.ts'

/** Copies all groups, a child workflow each; returns what could not be made, and throws for rows not copied. */
export async function copyAll(course: Course, place: RunPlace, summary: PlanSummary): Promise<string[]> {
  return course.progress.step('copy', async () => {
    const settled = await pool(
      summary.groups,
      summary.sideBySide,
      (group, index) => copyGroup(course, place, group, index),
      error => course.input.request.onFailure === 'rollback' || FUTILE.has(factsOf(error).code),
    )
    const failed = settled.filter(s => s.error !== undefined)
    if (failed.length > 0) throw failed[0]!.error
    return settled.flatMap(s => s.result ?? [])
  })
}

/** What fails one table for these fails all of them. */
const FUTILE: ReadonlySet<string> = new Set(['fenced', 'target-replaced', 'space', 'target'])

async function copyGroup(
  { input, progress }: Course,
  place: RunPlace,
  group: TableGroup,
  index: number,
): Promise<string[]> {
  progress.tables(group.tables, 'copying')
  try {
    const child = await startChild(copyTable, {
      // Children of an earlier execution may still be open where somebody terminated it; the ledger fences them.
      workflowId: `${workflowInfo().workflowId}/${workflowInfo().runId}/copy/${index}`,
      args: [
        { place, tables: group.tables, lanes: group.lanes, ...(input.limits && { limits: input.limits }) },
      ],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary:
        group.tables.length === 1 ? `copy ${group.tables[0]}` : `copy ${group.tables.length} small tables`,
    })
    const { failures } = await child.result()
    progress.tables(group.tables, 'finished')
    return failures
  } catch (error) {
    progress.tables(group.tables, 'failed', factsOf(error).message)
    throw error
  }
}

/** Scope `schema`: no rows, but their keys and indexes. */
export async function finishOnly(
  { input, progress }: Course,
  place: RunPlace,
  summary: PlanSummary,
): Promise<string[]> {
  progress.skip('copy', 'schema only')
  return anyWork(input.limits).finishTables({ place, tables: summary.tables.map(t => t.name) })
}
