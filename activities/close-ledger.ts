/** The end of a run in a ledger in PostgreSQL, and what that says of it for the report. */
import type { Client } from 'pg'
import { runFolder } from '../home/home.ts'
import { readObjects, readTables, type TableRow } from '../ledger/reader.ts'
import { getRun, ledgerGone, setState, setStep } from '../ledger/runs.ts'
import { findLedger, type Place, tableName } from '../ledger/schema.ts'
import { sentence } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { Plan } from '../model/plan.ts'
import type { ReportTable } from '../model/report/document.ts'
import type { RunState, Verdict } from '../model/run.ts'
import { Digest } from '../stores/digest/digest.ts'
import { findArtifact } from './artifacts.ts'
import { mustBeChecked } from './as-heard.ts'
import type { Work } from './edge.ts'
import { exportSetAside } from './quarantine-artifact.ts'
import { type Closed, NOTHING, type ReportInput } from './report.ts'
import { baselineOf, paceOf } from './report-facts.ts'
import { withSession } from './session.ts'

const ENDED_WELL: ReadonlySet<RunState> = new Set(['done', 'done with differences'])

/** Fails with `set-back` or `target-replaced` where it did not end as well as it seems. Writes how the run ended, and gives what stands there. */
export async function closeLedger(
  { home }: Work,
  { run, result, steps, failure }: ReportInput,
  place: RunPlace,
  plan: Plan | undefined,
): Promise<Closed> {
  return withSession(home, place.target, run, async client => {
    const ledger = await findLedger(client, place.target.schema)
    const row = ledger && (await getRun(client, ledger, run))
    const endsWell = plan && ENDED_WELL.has(result.state)
    if ((!ledger || !row) && endsWell) throw ledgerGone(run)
    if (!ledger || !row) return NOTHING
    if (endsWell) await mustBeChecked(client, ledger, run, plan.what.policies.scope)
    const rows = await readTables(client, ledger, run)
    const tables = await balanceOf(client, ledger, run, place.target.schema, rows)
    for (const { name, state, detail } of steps) {
      await setStep(client, ledger, place, name, name === 'report' ? 'done' : state, detail)
    }
    await setState(client, ledger, { run, epoch: place.epoch }, result.state, {
      verdict: result.verdict,
      ...(failure && { message: sentence(failure) }),
    })
    const objects = await readObjects(client, ledger, run)
    const aside = await exportSetAside(client, ledger, run, runFolder(run, home))
    const skippedTables = rows.flatMap(({ name, state }) => (state === 'skipped' ? [name] : []))
    const pace = await paceOf(client, ledger, run)
    const before = findArtifact(home, run, 'before-run')
    const baseline = plan && (await baselineOf(client, ledger, run, plan, before, tables))
    return { tables, skippedTables, objects, aside, ...(pace && { pace }), ...(baseline && { baseline }) }
  })
}

async function balanceOf(
  client: Client,
  ledger: Place,
  run: string,
  target: string,
  rows: readonly TableRow[],
): Promise<ReportTable[]> {
  const { rows: stored } = await client.query(
    `SELECT name, source_digest, target_digest FROM ${tableName(ledger, 'table_run')} WHERE run_id = $1`,
    [run],
  )
  const digests = new Map(stored.map(row => [row.name, row]))
  const hex = (bytes: Uint8Array | null) => (bytes ? Digest.fromBytes(bytes).hex : '')
  return rows.map(({ startedAt, endedAt, ...row }) => ({
    ...row,
    target,
    counted: row.counted ?? 0,
    sourceDigest: hex(digests.get(row.name)?.source_digest),
    targetDigest: hex(digests.get(row.name)?.target_digest),
    verdict: (row.verdict ?? 'not checked') as Verdict,
    seconds: startedAt && endedAt ? (endedAt.getTime() - startedAt.getTime()) / 1000 : 0,
    ...(startedAt && { startedAt: startedAt.toISOString() }),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
  }))
}
