/** What was copied into a file under a snapshot that is lost, compared with the new one; runs in a thread. */
import { doneFileChunks, forgetFileChunks, isFileCopied } from '../../ledger/in-file/chunks.ts'
import { noteFileSizes } from '../../ledger/in-file/runs.ts'
import type { PostgresSource } from '../../model/endpoint.ts'
import { isLoadedInto, type Plan } from '../../model/plan.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { StaleTables } from '../from-postgres/go-on.ts'
import { mayHaveOthers, sameChunks } from '../from-postgres/same-chunks.ts'
import { withSource } from '../from-postgres/session.ts'
import type { Progress } from '../progress.ts'
import { type FilePlace, withFile, written } from './file.ts'

export function isCopiedIntoFile(
  { place }: { place: FilePlace },
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  return withFile(place, { progress, signal }, async ({ db, token }) => isFileCopied(db, token.run))
}

/** Fails with `drift` where rows of others may stand in a table that differs. */
export function compareStaleFile(
  { home, place }: { home: string; place: FilePlace },
  progress: Progress,
  signal: AbortSignal,
): Promise<StaleTables> {
  return withFile(place, { progress, signal }, file => {
    const { db, plan, token } = file
    return withSource(home, place.run, plan.what.source as PostgresSource, async source => {
      const found: StaleTables = { same: 0, anew: [] }
      for (const table of plan.what.tables) {
        const chunks = doneFileChunks(db, token.run, table.name)
        if (chunks.length === 0) continue
        if (await sameChunks(source, table, chunks, progress)) {
          found.same++
          continue
        }
        if (isLoadedInto(table)) throw mayHaveOthers(table)
        await written(file, () => {
          db.exec(`DELETE FROM main.${quote(table.target.name)}`)
          forgetFileChunks(db, token.run, table.name)
        })
        found.anew.push(table.name)
      }
      return found
    })
  })
}

export function noteSizesOfFile(
  { place, plan }: { place: FilePlace; plan: Plan },
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  return withFile(place, { progress, signal }, file =>
    written(file, () => noteFileSizes(file.db, file.token.run, plan)),
  )
}
