/** Indexes of tables whose rows are in the file; runs in a thread. */
import { openFileChunks } from '../../ledger/in-file/chunks.ts'
import { isMade, noteObject } from '../../ledger/in-file/objects.ts'
import { fileTable } from '../../ledger/in-file/schema.ts'
import { Failure } from '../../model/failure.ts'
import { type IndexPlan, isLoadedInto, type TablePlan } from '../../model/plan.ts'
import { createIndex } from '../../stores/sqlite/ddl.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { Progress } from '../progress.ts'
import { type FilePlace, type RunFile, withFile, written } from './file.ts'
import { leftOutOf } from './left-out.ts'
import { refusedBy } from './refused.ts'

/** Returns what could not be made, in words; each index's failure is its own. */
export async function makeIndexes(
  { place, tables }: { place: FilePlace; tables: string[] },
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  return withFile(place, { progress, signal }, async file => {
    const { what } = leftOutOf(file)
    const plans = what.tables.filter(({ name }) => tables.includes(name))
    if (what.policies.scope !== 'schema') mustBeCopied(file, plans)
    const failures: string[] = []
    for (const table of plans) {
      if (!isLoadedInto(table))
        for (const index of table.indexes) {
          progress({ index: index.name })
          signal.throwIfAborted()
          const failure = await makeIndex(file, table, index)
          if (failure) failures.push(failure)
        }
      await written(file, () => finished(file, table))
    }
    return failures
  })
}

function mustBeCopied({ db, token }: RunFile, tables: readonly TablePlan[]): void {
  const names = tables.map(({ name }) => name)
  for (const [table, chunks] of openFileChunks(db, token.run, names))
    throw new Failure({
      code: 'internal',
      object: `table "${table}"`,
      message: `${chunks} chunk(s) are not copied yet`,
    })
}

async function makeIndex(file: RunFile, table: TablePlan, index: IndexPlan): Promise<string | undefined> {
  const { db, token } = file
  const undo = [`DROP INDEX IF EXISTS ${quote(index.name)}`]
  const object = { kind: 'index', table: table.name, name: index.name, undo }
  if (isMade(db, token.run, object)) return undefined
  try {
    await written(file, () => {
      db.exec(createIndex(table, index))
      noteObject(db, token, object)
    })
    return undefined
  } catch (error) {
    const reason = refusedBy(error)
    await written(file, () => noteObject(db, token, object, reason))
    return `index "${index.name}" of table "${table.name}": ${reason}`
  }
}

function finished({ db, token }: RunFile, { name }: TablePlan): void {
  db.prepare(`UPDATE ${fileTable('table_run')} SET finished = 1 WHERE run_id = ? AND name = ?`).run(
    token.run,
    name,
  )
}
