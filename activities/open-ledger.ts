/** The first write into the target: the ledger, and the run's row in it. */
import { activityInfo } from '@temporalio/activity'
import type { Client } from 'pg'
import { getRun, register } from '../ledger/runs.ts'
import { bringUpToDate, choosePlace, findLedger, type Place } from '../ledger/schema.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { Plan } from '../model/plan.ts'
import type { AnyRequest, CarryRequest, PlanRequest } from '../model/plan-request.ts'
import { identify } from '../stores/postgres/backend.ts'
import { standingOf } from '../stores/postgres/standing.ts'
import { findArtifact, readArtifact, writeArtifact } from './artifacts.ts'
import { fingerprint } from './attach.ts'
import { noteDatabase } from './database-of-run.ts'
import type { Work } from './edge.ts'
import { databaseId, withSession } from './session.ts'
import { watched } from './watch.ts'

export interface OpenInput<R extends AnyRequest = PlanRequest | CarryRequest> {
  run: string
  name: string
  requestHash: string
  request: R
  /** When this execution of the workflow began, ISO 8601. */
  takenAt: string
  adopt: boolean
}

/** Registers the run, or takes it over; every attempt gets an epoch of its own and outdates those before. */
export function openLedger(work: Work, input: OpenInput<PlanRequest>): Promise<RunPlace> {
  const { source } = input.request
  // Notes of earlier versions have none.
  const mark = findArtifact(work.home, input.run, 'snapshot-notes')?.fingerprint ?? fingerprint(source)
  return openLedgerFor(work, input, { fingerprint: mark, source: source.path })
}

/** The same for any source: what tells it from others, and how the ledger calls it. */
export async function openLedgerFor(
  { home, host }: Work,
  { run, name, requestHash, request, takenAt, adopt }: OpenInput,
  origin: { fingerprint: string; source: string },
): Promise<RunPlace> {
  const plan = readArtifact(home, run, 'plan')
  const { target } = request
  return withSession(home, target, run, async client => {
    // Somebody's lock on the ledger may take longer than a heartbeat, and a cancellation has to get through.
    return watched(home, { run, target }, await identify(client), async () => {
      const there = await findLedger(client, target.schema)
      await noteStanding(client, home, run, plan, there)
      const ledger = there ?? (await choosePlace(client, target.schema))
      await bringUpToDate(client, ledger)
      const database = await databaseId(client)
      const token = await register(client, ledger, {
        ...{ run, name, requestHash, plan, host, home, takenAt, adopt },
        attempt: activityInfo().attempt,
        ...origin,
        database,
      })
      await noteDatabase(home, run, client, database)
      return { run, epoch: token.epoch, target, host }
    })
  })
}

/** For the report; only while nothing is written yet. */
async function noteStanding(
  client: Client,
  home: string,
  run: string,
  { what }: Plan,
  ledger: Place | undefined,
): Promise<void> {
  if (ledger && (await getRun(client, ledger, run))) return
  const standing = await standingOf(
    client,
    what.tables.map(({ target }) => target),
  )
  if (standing) writeArtifact(home, run, 'before-run', standing)
}
