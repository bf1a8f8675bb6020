/** The steps of a run that writes files, after its ledger is open. */
import { count } from '../model/amounts.ts'
import type { Course } from './course.ts'
import type { Outcome } from './endings.ts'
import type { PlanSummary, RunPlace } from './messages.ts'

/** Writes every file, then reads each one again and compares. */
export async function writeOut(
  { progress, work, control }: Course,
  place: RunPlace,
  { tables }: PlanSummary,
): Promise<Outcome> {
  await progress.step('schema', () => work.any.createTables({ place }))
  const names = tables.map(({ name }) => name)
  const left: string[] = []
  await progress.step('copy', async say => {
    progress.tables(names, 'copying')
    const skipped = () => control.book.orders.skippedTables.filter(name => !left.includes(name))
    for (let open = true; open || skipped().length > 0; ) {
      for (const table of skipped()) {
        left.push(table)
        await work.any.leaveOut({ place, table })
      }
      const { more, files, done, failed } = await work.any.writeFiles({ place })
      say(`${done} of ${count(files, 'file')}${failed > 0 ? `, ${failed} failed` : ''}`)
      open = more
    }
    progress.tables(names, 'copied')
  })
  const unmade = await progress.step('finish', () => work.any.finishKeys({ place }))
  const written = names.filter(name => !left.includes(name))
  const results = await progress.step('validate', () => work.any.validateTables({ place, tables: written }))
  for (const { name, verdict } of results)
    progress.tables([name], verdict === 'equal' ? 'validated' : 'differs')
  return { tables: results, besides: [], unmade }
}
