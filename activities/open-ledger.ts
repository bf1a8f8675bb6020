/** The first write into the target: the ledger, and the run's row in it. */
import { activityInfo } from '@temporalio/activity'
import { register } from '../ledger/runs.ts'
import { choosePlace, createLedger, findLedger, isCurrent } from '../ledger/schema.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import { readArtifact } from './artifacts.ts'
import { fingerprint } from './attach.ts'
import type { Work } from './edge.ts'
import { databaseId, withSession } from './session.ts'

export interface OpenInput {
  run: string
  name: string
  requestHash: string
  request: PlanRequest
  /** When this execution of the workflow began, ISO 8601. */
  takenAt: string
  adopt: boolean
}

/** Registers the run, or takes it over; every attempt gets an epoch of its own and outdates those before. */
export async function openLedger(
  { home, host }: Work,
  { run, name, requestHash, request, takenAt, adopt }: OpenInput,
): Promise<RunPlace> {
  const plan = readArtifact(home, run, 'plan')
  const { source, target } = request
  return withSession(home, target, run, async client => {
    const found = await findLedger(client, target.schema)
    const ledger = found ?? (await choosePlace(client, target.schema))
    if (!found || !(await isCurrent(client, ledger))) await createLedger(client, ledger)
    const token = await register(client, ledger, {
      ...{ run, name, requestHash, plan, host, home, takenAt, adopt },
      attempt: activityInfo().attempt,
      fingerprint: fingerprint(source),
      database: await databaseId(client),
      source: source.path,
    })
    return { run, epoch: token.epoch, target, host }
  })
}
