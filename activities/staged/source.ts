/** What a staged source is asked at first contact, and what became of it since. */
import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import type { RunRow } from '../../ledger/runs.ts'
import type { FilesEndpoint, PostgresSource, SqliteEndpoint } from '../../model/endpoint.ts'
import type { StagedRequest } from '../../model/plan-request.ts'
import { listFiles } from '../../stores/files/list.ts'
import { findArtifact, rejectedPath, stagePath, writeArtifact } from '../artifacts.ts'
import { copyWhole, fetchArtifacts, fingerprint, type Origin } from '../attach.ts'
import type { Work } from '../edge.ts'
import { originOf } from '../from-postgres/origin.ts'
import { sinceSnapshot } from '../source-since.ts'

/** Where the rows come from in the first place: what is to be written first has a source of its own. */
export const firstOf = ({ via, source }: StagedRequest): SqliteEndpoint | PostgresSource | FilesEndpoint =>
  via?.source ?? source.of

/** Of a run that `run` is the name of if it turns out to be a new one. */
export function stagedOrigin(work: Work, run: string, request: StagedRequest): Origin {
  const of = firstOf(request)
  const ours = {
    fetch: (found: RunRow) => fetchStaged(work, found),
    since: (found: string) => sinceStaged(work, found, request),
  }
  if (of.kind === 'postgres') return { ...originOf(work, run, of), ...ours }
  return {
    mark: async () => (statSync(of.path, { throwIfNoEntry: false }) ? fingerprint(of) : undefined),
    need: async () => void fingerprint(of),
    name: `${of.kind === 'files' ? of.format : 'file'} at ${of.path}`,
    ...ours,
  }
}

/** The image, and what was not taken with the rows that it came from, of another state folder of this host. */
async function fetchStaged(work: Work, found: RunRow): Promise<void> {
  await fetchArtifacts(work, found)
  if (found.home === work.home) return
  const intake = findArtifact(found.home, found.id, 'intake')
  if (intake) writeArtifact(work.home, found.id, 'intake', intake)
  for (const pathIn of [stagePath, rejectedPath]) {
    const [there, here] = [pathIn(found.home, found.id), pathIn(work.home, found.id)]
    if (existsSync(there) && !existsSync(here)) await copyWhole(there, here)
  }
}

/** In words; undefined where it is as it was, or nobody knows. */
export async function sinceStaged(
  { home }: Pick<Work, 'home'>,
  run: string,
  request: StagedRequest,
): Promise<string | undefined> {
  const of = firstOf(request)
  if (of.kind === 'sqlite') return sinceSnapshot(home, run, of.path)
  const then = findArtifact(home, run, 'snapshot-notes')?.mark
  if (of.kind === 'postgres' || !then) return undefined
  const now = markOfFiles(of)
  if (now === undefined) return 'the files are gone, or cannot be read any more'
  return now === then ? undefined : 'the files have changed since then'
}

/** Another one after any of the files was written, or one was added or taken away; undefined where there are none. */
export function markOfFiles(files: FilesEndpoint): string | undefined {
  try {
    const states = listFiles(files).files.map(({ file, path }) => {
      const { ino, size, mtimeNs } = statSync(path, { bigint: true })
      return `${file} ${ino} ${size} ${mtimeNs}`
    })
    return createHash('sha256').update(states.join('\n')).digest('hex')
  } catch {
    return undefined
  }
}
