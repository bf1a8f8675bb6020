/** Work on the target of a run: one session, the run's plan, and a watch over the server's side of it. */
import type { Client } from 'pg'
import { readTables } from '../ledger/reader.ts'
import type { RunToken } from '../ledger/runs.ts'
import type { Place } from '../ledger/schema.ts'
import { Failure } from '../model/failure.ts'
import { leaveOut } from '../model/leave-out.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { Plan, TablePlan } from '../model/plan.ts'
import { type Backend, identify, terminate } from '../stores/postgres/backend.ts'
import { openRun, withSession } from './session.ts'

export interface Target {
  client: Client
  ledger: Place
  plan: Plan
  token: RunToken
  me: Backend
}

/** Opens a session for a run and closes it after the work. Fails with `target-replaced` without its ledger. */
export async function withTarget<T>(
  home: string,
  place: RunPlace,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  return withSession(home, place.target, place.run, async client => {
    const { ledger, plan } = await openRun(client, place)
    const me = await identify(client)
    return work({ client, ledger, plan, me, token: { run: place.run, epoch: place.epoch } })
  })
}

/** The target with what is left of its plan where operators have left tables out, and the parts that go missing. */
export async function withoutLeftOut(target: Target): Promise<{ target: Target; missing: string[] }> {
  const tables = await readTables(target.client, target.ledger, target.token.run)
  const names = new Set(tables.filter(({ state }) => state === 'skipped').map(({ name }) => name))
  const { what, missing } = leaveOut(target.plan.what, names)
  return { target: { ...target, plan: { ...target.plan, what } }, missing }
}

/** Less than a heartbeat's time: a session that does not end by then is the next attempt's business. */
const PATIENCE_MS = 8000

/** Ends the session of an earlier attempt, unless it is this very one. */
export const dispossess = (target: Target) => async (previous: Backend) => {
  if (previous.pid === target.me.pid && previous.startedAt === target.me.startedAt) return
  await terminate(target.client, previous, PATIENCE_MS)
}

export function tableOf(plan: Plan, name: string): TablePlan {
  const table = plan.what.tables.find(t => t.name === name)
  if (!table)
    throw new Failure({
      code: 'internal',
      object: `table "${name}"`,
      message: 'is not in the plan of this run',
    })
  return table
}
