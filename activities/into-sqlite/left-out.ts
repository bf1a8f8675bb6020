/** What is left of a run's plan where operators have left tables out. */
import { fileTables } from '../../ledger/in-file/reader.ts'
import { type Left, leaveOut } from '../../model/leave-out.ts'
import type { RunFile } from './file.ts'

export function leftOutOf({ db, plan, token }: RunFile): Left {
  const tables = fileTables(db, token.run)
  return leaveOut(
    plan.what,
    new Set(tables.filter(({ state }) => state === 'skipped').map(({ name }) => name)),
  )
}
