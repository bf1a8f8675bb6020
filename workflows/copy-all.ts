/** The copy step: rows of all tables, or, where only the schema is wanted, their keys and indexes alone. */
import { Copying } from './copying.ts'
import type { Course } from './course.ts'
import type { PlanSummary, RunPlace } from './messages.ts'

/** Copies all groups, a child workflow each; returns what could not be made, and throws for rows not copied. */
export const copyAll = (course: Course, place: RunPlace, summary: PlanSummary): Promise<string[]> =>
  course.progress.step('copy', () => new Copying(course, place, summary).run())

/** Scope `schema`: no rows, but their keys and indexes. */
export async function finishOnly(
  { progress, work, control }: Course,
  place: RunPlace,
  summary: PlanSummary,
): Promise<string[]> {
  progress.skip('copy', 'schema only')
  const { skippedTables } = control.book.orders
  for (const table of skippedTables) await work.any.leaveOut({ place, table })
  progress.tables(skippedTables, 'skipped')
  const tables = summary.tables.map(({ name }) => name).filter(name => !skippedTables.includes(name))
  return work.any.finishTables({ place, tables })
}
