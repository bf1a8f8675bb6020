/** A program of PostgreSQL beside an activity: how it connects, that it lives, and that it ends. */
import { CancelledFailure, Context } from '@temporalio/activity'
import type { Client } from 'pg'
import type { RunPlace } from '../model/payloads.ts'
import { connect } from '../sessions/connect.ts'
import { libpqAccess } from '../sessions/libpq.ts'
import { needOwnSession } from '../sessions/pooled.ts'
import { terminate } from '../stores/postgres/backend.ts'
import { backupFolder } from './backup-file.ts'

export interface ProgramOptions {
  home: string
  place: Pick<RunPlace, 'run' | 'target'>
  name: 'dump' | 'restore'
}

const LOOK_MS = 2000

/** The name that its sessions show in pg_stat_activity. */
const shownAs = (name: ProgramOptions['name'], run: string) => `longhaul ${name} ${run}`

/**
 * Gives `work` the environment to run a program in. Heartbeats come from what it reports, and for as long as the server
 * is at work for it; the file with the password is gone as soon as it is connected.
 */
export async function withProgram<T>(
  { home, place: { run, target }, name }: ProgramOptions,
  work: (env: NodeJS.ProcessEnv, progress: (detail: unknown) => void) => Promise<T>,
): Promise<T> {
  const context = Context.current()
  const application = shownAs(name, run)
  const access = libpqAccess(target, { home, env: process.env, application, folder: backupFolder(home, run) })
  const monitor = await connect(target, { home, env: process.env, application: 'longhaul watch' }).catch(
    error => {
      access.forget()
      throw error
    },
  )
  const look = setInterval(async () => {
    const seen = await sessionsOf(monitor, application).catch(() => [])
    if (seen.length > 0) access.forget()
    if (seen.some(({ works }) => works)) context.heartbeat(application)
  }, LOOK_MS)
  try {
    needOwnSession(monitor, 'run a program of PostgreSQL')
    return await work(access.env, detail => context.heartbeat(detail))
  } catch (error) {
    throw context.cancellationSignal.aborted ? new CancelledFailure('cancelled') : error
  } finally {
    clearInterval(look)
    access.forget()
    await monitor.end().catch(() => {})
  }
}

/** Ends what a killed or a stalled attempt has left at work. */
export async function endPrograms(client: Client, run: string): Promise<void> {
  for (const name of ['dump', 'restore'] as const)
    for (const session of await sessionsOf(client, shownAs(name, run))) await terminate(client, session)
}

async function sessionsOf(
  client: Client,
  application: string,
): Promise<{ pid: number; startedAt: string; works: boolean }[]> {
  const { rows } = await client.query(
    `SELECT pid, pg_catalog.to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS "startedAt",
            state = 'active' AND wait_event_type IS DISTINCT FROM 'Client' AS works
       FROM pg_catalog.pg_stat_activity WHERE application_name = $1`,
    [application],
  )
  return rows
}
