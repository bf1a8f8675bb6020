/** The report of a rollback: Markdown for people, JSON for programs, beside the report of the run. */
import { join } from 'node:path'
import { runFolder, writePrivate } from '../home/home.ts'
import { type RollbackDocument, renderRollback } from '../model/render-rollback.ts'
import type { Work } from './edge.ts'

export type ReportRollbackInput = Omit<RollbackDocument, 'endedAt' | 'host'>

/** Writes `rollback.md` and `rollback.json` into the run's folder on this host, and gives their places. */
export async function reportRollback(
  { home, host }: Work,
  input: ReportRollbackInput,
): Promise<{ markdown: string; json: string; host: string }> {
  const folder = runFolder(input.run, home)
  const document: RollbackDocument = { ...input, endedAt: new Date().toISOString(), host }
  const places = { markdown: join(folder, 'rollback.md'), json: join(folder, 'rollback.json') }
  writePrivate(places.json, `${JSON.stringify(document, null, 2)}\n`)
  writePrivate(places.markdown, renderRollback(document))
  return { ...places, host }
}
