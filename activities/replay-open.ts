/** The beginning of a replay: may it be, and with which settings; then the run is ours. */
import type { Client } from 'pg'
import { countKept } from '../ledger/quarantine.ts'
import { fenceOff, getRun, type RunRow } from '../ledger/runs.ts'
import type { Place } from '../ledger/schema.ts'
import { correctTables } from '../model/correct-plan.ts'
import { Failure } from '../model/failure.ts'
import type { ReplayInput, RunPlace } from '../model/payloads.ts'
import type { RunState } from '../model/run.ts'
import { Conformer } from '../stores/conform.ts'
import type { Work } from './edge.ts'
import { endWriters } from './end-writers.ts'
import { openRun, withSession } from './session.ts'

export interface Opened {
  place: RunPlace
  /** Rows in quarantine, once nobody else takes any out. */
  before: number
}

/** Ended with all rows accounted for; an unfinished run is gone on with by its own command. */
const ENDED: readonly RunState[] = ['done', 'done with differences', 'replaying']

/** Nothing is changed where the settings or the run are not fit for it; then the run is in state `replaying`. */
export async function openReplay(
  { home, host }: Work,
  { run, target, settings }: ReplayInput,
): Promise<Opened> {
  return withSession(home, target, run, async client => {
    const { ledger, plan } = await openRun(client, { run, target, epoch: '', host })
    const row = (await getRun(client, ledger, run))!
    if (!ENDED.includes(row.state)) throw notEnded(row)
    for (const table of correctTables(plan.what.tables, settings)) new Conformer(table)
    const kept = () => countOf(client, ledger, run)
    if ((await kept()) === 0 && row.state !== 'replaying') throw nothingThere(row)
    const { epoch } = await fenceOff(client, ledger, run, 'replaying')
    // Until an older replay's session is gone, its last transaction may still commit: counted as ours it would be a lie.
    await endWriters(client, ledger, run)
    return { place: { run, epoch, target, host }, before: await kept() }
  })
}

async function countOf(client: Client, ledger: Place, run: string): Promise<number> {
  const kept = await countKept(client, ledger, run)
  return [...kept.values()].reduce((sum, n) => sum + n, 0)
}

const notEnded = ({ id, name, state }: RunRow) =>
  new Failure({
    code: 'refused',
    object: `run ${name} (${id})`,
    message: `is ${state}; only the rows of a run that has come to its end are replayed`,
    remedy: 'Repeat its command to bring it to its end, then replay',
  })

const nothingThere = ({ id, name }: RunRow) =>
  new Failure({
    code: 'usage',
    object: `run ${name} (${id})`,
    message: 'has no rows in quarantine, so there is nothing to replay',
  })
