/** The report of a rollback: Markdown for people, JSON for programs, beside the report of the run. */
import { join } from 'node:path'
import { readJson, runFolder, writePrivate } from '../home/home.ts'
import { type RollbackDocument, renderRollback } from '../model/render-rollback.ts'
import type { RollbackBackup, RollbackScope } from '../model/rollback.ts'
import { dumpsBefore } from './backup-file.ts'
import type { Work } from './edge.ts'
import { releaseSnapshot } from './from-postgres/holder.ts'

export type ReportRollbackInput = Omit<RollbackDocument, 'endedAt' | 'host' | 'earlier' | 'dumps'>

/**
 * Writes `rollback.md` and `rollback.json` into the run's folder on this host, and gives their places. What is there
 * of rollbacks before stays in both, and so does every dump that was made.
 */
export async function reportRollback(
  { home, host }: Work,
  input: ReportRollbackInput,
): Promise<{ markdown: string; json: string; host: string }> {
  const folder = runFolder(input.run, home)
  const places = { markdown: join(folder, 'rollback.md'), json: join(folder, 'rollback.json') }
  const earlier = rollbacksBefore(places.json, input.startedAt)
  const known = [input, ...earlier].flatMap(({ backedUp: { backup } }) => (backup ? [backup.path] : []))
  const listed = new Set([...known, ...earlier.flatMap(({ dumps = [] }) => dumps.map(pathOf))])
  const dumps = dumpsBefore(home, input.run).filter(dump => !listed.has(dump.path))
  const document: RollbackDocument = {
    ...{ ...input, endedAt: new Date().toISOString(), host },
    ...(dumps.length > 0 && { dumps }),
    ...(earlier.length > 0 && { earlier }),
  }
  writePrivate(places.json, `${JSON.stringify(document, null, 2)}\n`)
  writePrivate(places.markdown, renderRollback(document))
  if (endsRun(input.scope)) releaseSnapshot(home, input.run)
  return { ...places, host }
}

const endsRun = ({ kind, tables }: RollbackScope) => kind === 'database' || (kind === 'all' && !tables)

const pathOf = ({ path }: RollbackBackup) => path

/** The latest first; an attempt after a killed one does not count itself. */
function rollbacksBefore(json: string, startedAt: string): RollbackDocument[] {
  const last = readJson<RollbackDocument>(json)
  if (!last) return []
  const { earlier = [], ...alone } = last
  return alone.startedAt === startedAt ? earlier : [alone, ...earlier]
}
