/** How far a run is: what its workflow knows, with the figures of the ledger laid over it. */

import type { TableRow } from '../ledger/reader.ts'
import { estimateOf, WINDOW_MS } from '../model/estimate.ts'
import { Failure } from '../model/failure.ts'
import type { Progress, TableProgress, TableState } from '../model/run.ts'
import { progressQuery } from '../workflows/messages.ts'
import type { RunHandle } from './handle.ts'
import { askWaiting } from './pending.ts'
import type { Temporal } from './stack.ts'
import { openLedger } from './target.ts'

/** How long a query waits: without a worker it would for ever. */
const PATIENCE = 5000

/** Asks a run's workflow; undefined where no worker answers in time. */
export async function queryProgress(
  { client }: Temporal,
  run: RunHandle,
  patience = PATIENCE,
): Promise<Progress | undefined> {
  const handle = client.workflow.getHandle(run.workflowId, run.execution)
  try {
    return await client.withDeadline(Date.now() + patience, () => handle.query(progressQuery))
  } catch {
    return undefined
  }
}

/**
 * How far a run is, with the ledger's figures where this host may ask the target. Fails with `no-server` and
 * says that no worker is polling.
 */
export async function progress(temporal: Temporal, run: RunHandle): Promise<Progress> {
  const answer = await queryProgress(temporal, run)
  if (answer) {
    const counted = withLedger(answer, await ledgerTables(temporal, run, answer))
    return withWaiting(counted, run.open ? await askWaiting(temporal, run) : undefined)
  }
  throw new Failure({
    code: 'no-server',
    object: `run ${run.name}`,
    message: 'no worker is polling, so nobody can say how far it is',
    remedy:
      'Start one with "longhaul up" or "longhaul worker"; "longhaul status --postgres URL" answers without',
  })
}

async function ledgerTables(
  { around }: Temporal,
  { memo }: RunHandle,
  { run }: Progress,
): Promise<TableRow[]> {
  if (memo.mode !== 'full') return []
  try {
    const ledger = await openLedger(memo.target, around)
    return await ledger.tables(run).finally(() => ledger.close())
  } catch {
    return []
  }
}

const ORDER: TableState[] = ['pending', 'copying', 'copied', 'finished', 'validated', 'differs', 'failed']
/** What an operator decided and what failed stands in the workflow first. */
const DECIDED: ReadonlySet<TableState> = new Set(['paused', 'skipped', 'failed'])

/**
 * Lays the ledger's figures over the workflow's: rows that are committed, and whichever state is further. With
 * `rates` (rows a second by table) also how long it takes yet, where the workflow does not say.
 */
export function withLedger(
  progress: Progress,
  rows: readonly TableRow[],
  rates?: ReadonlyMap<string, number>,
): Progress {
  const known = new Map(rows.map(row => [row.name, row]))
  const tables = progress.tables.map(table => {
    const row = known.get(table.name)
    return row ? withEstimate(merged(table, row), rates?.get(table.name)) : table
  })
  return { ...progress, tables }
}

/** The rate that the ledger counts is that of the last five minutes, or of the time since the table was begun. */
function withEstimate(table: TableProgress, perSecond: number | undefined): TableProgress {
  if (perSecond === undefined || table.rate !== undefined || table.state !== 'copying') return table
  return { ...table, rate: perSecond, ...estimateOf(table, { perSecond, seconds: WINDOW_MS / 1000 }) }
}

/** Activities that wait for seconds only, and then fail with the same words. */
const IMPATIENT = /^(attach|takeSnapshot|assess), attempt /

/** Adds what Temporal knows of the run's waiting to what the run itself says. */
export function withWaiting(progress: Progress, waitingFor: string | undefined): Progress {
  const working = progress.steps.some(({ state }) => state === 'running')
  if (progress.waitingFor !== undefined || waitingFor === undefined || !working) return progress
  if (IMPATIENT.test(waitingFor)) return progress
  return { ...progress, waitingFor }
}

function merged(table: TableProgress, row: TableRow): TableProgress {
  const further = !DECIDED.has(table.state) && ORDER.indexOf(row.state) > ORDER.indexOf(table.state)
  const { expected: rows, written, bytes, chunks, chunksDone } = row
  const error = table.error ?? row.error
  return {
    ...table,
    ...{
      state: further ? row.state : table.state,
      rows,
      written: Math.max(written, 0),
      bytes,
      chunks,
      chunksDone,
    },
    ...(error && { error }),
  }
}
