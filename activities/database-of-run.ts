/** In which database a run writes: in its folder too, as a database that is dropped takes its ledger along. */
import { join } from 'node:path'
import type { Client } from 'pg'
import { readJson, runFolder, writePrivate } from '../home/home.ts'
import { Failure } from '../model/failure.ts'
import { timelineOf } from '../stores/postgres/timeline.ts'

interface Noted {
  /** As `databaseId` gives it. */
  database: string
  /** The latest that this host has seen of it; absent where the server does not tell, and in notes of earlier versions. */
  timeline?: number
}

const file = (home: string, run: string) => join(runFolder(run, home), 'database.json')
const read = (home: string, run: string) => readJson<Noted>(file(home, run))
const write = (home: string, run: string, noted: Noted) =>
  writePrivate(file(home, run), JSON.stringify(noted))

export async function noteDatabase(
  home: string,
  run: string,
  client: Client,
  database: string,
): Promise<void> {
  const timeline = await timelineOf(client)
  write(home, run, { database, ...(typeof timeline === 'number' && { timeline }) })
}

/** Undefined for runs of other hosts, and of versions that noted none. */
export const databaseOfRun = (home: string, run: string): string | undefined => read(home, run)?.database

/**
 * Fails with `unavailable` where the run has been at work on a server that took over from this one: an old primary that
 * comes back, and was not told; or where it is a standby by now.
 */
export async function mustNotGoBack(
  home: string,
  run: string,
  client: Client,
  databaseId: () => Promise<string>,
): Promise<void> {
  const noted = read(home, run)
  if (noted?.timeline === undefined) return
  const timeline = await timelineOf(client)
  if (timeline === undefined || timeline === noted.timeline) return
  if (timeline === 'standby') throw standby()
  // One that was made anew counts its timelines anew, which is told elsewhere.
  if (noted.database !== (await databaseId())) return
  if (timeline < noted.timeline) throw gone(timeline, noted.timeline)
  write(home, run, { ...noted, timeline })
}

const standby = () =>
  new Failure({
    code: 'unavailable',
    object: 'target',
    message: 'this server is a standby by now, which takes no writes',
    remedy: 'The run goes on once the connection leads to the primary again',
  })

const gone = (timeline: number, latest: number) =>
  new Failure({
    code: 'unavailable',
    object: 'target',
    message: `this server is on timeline ${timeline}, and the run was at work on timeline ${latest}: it is a former primary, and nothing is written to it`,
    remedy: 'Stop it, or make it a standby of the new primary (pg_rewind)',
  })
