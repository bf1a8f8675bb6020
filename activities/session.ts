/** Sessions under a run's name, and what a run's ledger says; used by activities and their threads alike. */
import type { Client } from 'pg'
import { POOLED } from '../ledger/fence.ts'
import { getPlan, ledgerGone } from '../ledger/runs.ts'
import { bringUpToDate, findLedger, type Place } from '../ledger/schema.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { Plan } from '../model/plan.ts'
import { hangUp } from '../sessions/black-hole.ts'
import { connect } from '../sessions/connect.ts'
import { isDatabaseError, toFailure } from '../sessions/errors.ts'
import { onBackend } from '../sessions/pooled.ts'
import { type Backend, identify, NOBODY } from '../stores/postgres/backend.ts'
import { identity } from '../stores/postgres/identity.ts'
import { mustNotGoBack } from './database-of-run.ts'

/** The name that all sessions of a run show in pg_stat_activity. */
export const application = (run: string) => `longhaul ${run}`

/** Of `pg_stat_activity`: a session that a pool has for the next one is nobody's, under whatever name. */
export const AT_WORK = `(NOT ${POOLED} OR state <> 'idle')`

/** Opens a session and closes it after the work; errors of the driver become failures without values. */
export async function withSession<T>(
  home: string,
  endpoint: PostgresEndpoint,
  run: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connect(endpoint, {
    ...{ home, env: process.env, application: application(run) },
    accepts: session => mustNotGoBack(home, run, session, () => databaseId(session)),
  })
  try {
    return await work(client)
  } catch (error) {
    throw isDatabaseError(error) ? toFailure(error, { doing: 'work on the target' }) : error
  } finally {
    await hangUp(client)
  }
}

/**
 * The ledger and the plan of a run; fails with `target-replaced` where this is not the database it began in. The
 * run may have been begun by an earlier version, whose ledger is brought up to date.
 */
export async function openRun(
  client: Client,
  { run, target }: RunPlace,
): Promise<{ ledger: Place; plan: Plan }> {
  const ledger = await findLedger(client, target.schema)
  if (!ledger) throw ledgerGone(run)
  const found = await getPlan(client, ledger, run)
  if (found?.database !== (await databaseId(client))) throw ledgerGone(run)
  await bringUpToDate(client, ledger)
  return { ledger, plan: found.plan }
}

/** Tells whom the server works for this session by, and each time when a pool gives it another one. */
export async function tellBackend(client: Client, progress: (detail: unknown) => void): Promise<Backend> {
  onBackend(client, backend => progress({ backend: backend ?? NOBODY }))
  const me = await identify(client)
  progress({ backend: me.pid })
  return me
}

/** What tells this database from all others, also from itself dropped and made anew. */
export async function databaseId(client: Client): Promise<string> {
  const { systemIdentifier, databaseOid } = await identity(client)
  return `${systemIdentifier}/${databaseOid}`
}
