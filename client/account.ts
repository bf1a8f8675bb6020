/**
 * All that can be told of a run: by its workflow where a worker answers, else by Temporal's own records and the
 * target's ledger, which need nobody.
 */
import type { OperatorEvent, Orders, SignOff, Waiting } from '../model/control.ts'
import { showEndpoint } from '../model/endpoint.ts'
import { ordersLines, tablesText } from '../model/orders-text.ts'
import {
  type Progress,
  type RunState,
  STEPS,
  type StepName,
  type StepProgress,
  type TableProgress,
} from '../model/run.ts'
import { waitingForQuery } from '../workflows/messages.ts'
import { openRollback, type RunHandle } from './handle.ts'
import { gateOf, type Told, toldBy } from './history.ts'
import { askWaiting } from './pending.ts'
import { queryProgress, withLedger, withWaiting } from './progress.ts'
import type { Temporal } from './stack.ts'
import { type LedgerAccount, readLedger } from './target.ts'

export interface Account {
  progress: Progress
  /** What operators did, the oldest first. */
  events: OperatorEvent[]
  /** Whether the run's workflow answered; else this is what Temporal and the ledger have on record. */
  answered: boolean
}

/** What is known of a run; never fails for want of a worker or of the target. */
export async function accountOf(temporal: Temporal, run: RunHandle): Promise<Account> {
  const answer = await queryProgress(temporal, run)
  const told = answer ? undefined : await history(temporal, run)
  const ledger = await ledgerOf(temporal, run, answer?.run ?? told?.run ?? run.memo.run)
  const progress = answer ?? recorded(run, told!, ledger)
  const counted = ledger ? withLedger(progress, ledger.tables, answer && ledger.rates) : progress
  const events = ledger?.events.length ? ledger.events : (told ?? (await history(temporal, run))).events
  const whole = answer && run.open ? withWaiting(counted, await askWaiting(temporal, run)) : counted
  return { progress: whole, events, answered: answer !== undefined }
}

/** What the rollback of a run waits for; undefined where none is under way. */
export async function rollbackOf(temporal: Temporal, run: RunHandle): Promise<Waiting[] | undefined> {
  const { client } = temporal
  const open = await openRollback(temporal, run)
  if (!open) return undefined
  const handle = client.workflow.getHandle(open.workflowId, open.execution)
  return client.withDeadline(Date.now() + 5000, () => handle.query(waitingForQuery)).catch(() => [])
}

async function history({ client }: Temporal, run: RunHandle): Promise<Told> {
  const { events } = await client.workflow.getHandle(run.workflowId, run.execution).fetchHistory()
  return toldBy(events ?? [])
}

async function ledgerOf(
  { around }: Temporal,
  { memo }: RunHandle,
  run: string,
): Promise<LedgerAccount | undefined> {
  if (memo.mode !== 'full') return undefined
  return readLedger(memo.target, run, around).catch(() => undefined)
}

/** A progress of what is on record. */
function recorded(run: RunHandle, told: Told, ledger: LedgerAccount | undefined): Progress {
  const { memo, name } = run
  const orders = ledger?.orders
  const waiting = waitingOf(told, orders)
  return {
    ...{ run: told.run ?? memo.run, name, source: memo.source, target: showEndpoint(memo.target) },
    state: stateOf(run, ledger, waiting),
    steps: stepsOf(run, told, ledger),
    tables: (told.plan?.tables ?? []).map(table => tableOf(table, told)),
    findings: told.plan?.counts ?? { refused: 0, consent: 0, incomplete: 0, warning: 0, note: 0 },
    ...(waiting.length > 0 && { waiting, waitingFor: waiting.map(({ text }) => text).join('; ') }),
    ...(orders && { orders: ordersLines(orders) }),
    signOffs: signOffs(told.events),
  }
}

/** Nothing of such a table is held any more. */
const OVER: ReadonlySet<string> = new Set(['finished', 'skipped', 'failed'])

/** The run's own word before the ledger's, which hears of it later. */
function stateOf(run: RunHandle, ledger: LedgerAccount | undefined, waiting: Waiting[]): RunState {
  if (run.state) return run.state as RunState
  if (waiting.length > 0) return waiting.some(({ kind }) => kind === 'resume') ? 'paused' : 'waiting'
  return ledger?.run?.state ?? 'running'
}

const STEPS_OF: Record<RunHandle['memo']['mode'], readonly StepName[]> = {
  full: STEPS,
  preflight: ['preflight', 'report'],
  check: ['preflight', 'validate', 'report'],
}

/** A step is done once a later one was begun, or once the run stands at the gate after it. */
function stepsOf({ memo }: RunHandle, told: Told, ledger: LedgerAccount | undefined): StepProgress[] {
  const { steps } = told
  const names = STEPS_OF[memo.mode]
  const begun = names.findLastIndex(name => steps.has(name))
  const last = gateOf(told) ? begun + 1 : begun
  const details = new Map(ledger?.steps.map(({ name, detail }) => [name, detail]))
  return names.map((name, i) => {
    const times = steps.get(name)
    const detail = details.get(name)
    const state = i < last ? 'done' : i > begun ? 'pending' : 'running'
    return {
      ...{ name, state },
      ...(times && { startedAt: times.startedAt }),
      ...(times?.endedAt && i < last && { endedAt: times.endedAt }),
      ...(detail && { detail }),
    }
  })
}

const tableOf = ({ name, rows }: { name: string; rows: number }, { tables }: Told): TableProgress => {
  const state = tables.get(name) ?? 'pending'
  return { name, rows, state, written: state === 'finished' ? rows : 0 }
}

function waitingOf(told: Told, orders: Orders | undefined): Waiting[] {
  const paused = orders?.paused ?? isPaused(told.events)
  const gate = gateOf(told)
  const failed = [...told.tables].flatMap(([name, state]) => (state === 'failed' ? [name] : []))
  const held = (orders?.pausedTables ?? []).filter(name => !OVER.has(told.tables.get(name) ?? 'pending'))
  const atRest = ![...told.tables].some(([name, state]) => state === 'copying' && !held.includes(name))
  const begun = told.plan?.tables.every(({ name }) => told.tables.has(name) || held.includes(name))
  return [
    ...(paused ? [{ kind: 'resume', text: 'a resume' } as const] : []),
    ...(!paused && held.length > 0 && atRest && begun
      ? [{ kind: 'resume', tables: held, text: `a resume of ${tablesText(held)}` } as const]
      : []),
    ...(gate ? [{ kind: 'gate', gate, text: `an approval at the gate ${gate}` } as const] : []),
    ...(failed.length > 0 && atRest
      ? [{ kind: 'operator', tables: failed, text: `an operator: ${tablesText(failed)} failed` } as const]
      : []),
  ]
}

const isPaused = (events: readonly OperatorEvent[]): boolean =>
  events.findLast(({ kind, object }) => !object && (kind === 'pause' || kind === 'resume'))?.kind === 'pause'

function signOffs(events: readonly OperatorEvent[]): SignOff[] {
  return events.flatMap(({ kind, object, by = '', at, comment }) => {
    if (kind !== 'approve' && kind !== 'reject') return []
    const decision = kind === 'approve' ? 'approved' : 'rejected'
    return [{ gate: object as SignOff['gate'], decision, by, at, ...(comment && { comment }) }]
  })
}
