/**
 * What the history of a run's workflow tells by itself, for when no worker is there to be asked: steps by the
 * activities that were begun, tables by the children, orders by the updates and signals that were taken.
 */
import type { WorkflowHandle } from '@temporalio/client'
import { defaultPayloadConverter, type Payload } from '@temporalio/common'
import { GATES, type OperatorEvent } from '../model/control.ts'
import type { CopyTableInput, CopyTableResult, PlanSummary } from '../model/payloads.ts'
import type { StepName, TableState } from '../model/run.ts'
import {
  approveUpdate,
  editUpdate,
  pauseUpdate,
  rejectUpdate,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
  throttleUpdate,
} from '../workflows/messages.ts'

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>
type Event = Events[number]

/** When a step was begun, and how many of its activities have not ended. */
export interface StepTimes {
  startedAt: string
  endedAt?: string
  open: number
}

export interface Told {
  /** UUID under which the ledger has the run, once it was opened. */
  run?: string
  steps: Map<StepName, StepTimes>
  /** The plan's latest summary, once there is one; groups may be packed. */
  plan: Omit<PlanSummary, 'groups'> | undefined
  tables: Map<string, TableState>
  events: OperatorEvent[]
}

const STEP_OF: Record<string, StepName> = {
  attach: 'preflight',
  takeSnapshot: 'preflight',
  assess: 'preflight',
  makePlan: 'preflight',
  openLedger: 'backup',
  prepareWayBack: 'backup',
  dumpTarget: 'backup',
  createTables: 'schema',
  finishTables: 'copy',
  finishKeys: 'finish',
  validateTables: 'validate',
  compareTables: 'validate',
  compareViews: 'validate',
  report: 'report',
}

/** Reads the events from the first to the last. */
export function toldBy(events: Events): Told {
  const told: Told = { steps: new Map(), plan: undefined, tables: new Map(), events: [] }
  const begun = new Map<string, Event>()
  for (const event of events) {
    if (event.eventId) begun.set(String(event.eventId), event)
    noteActivity(told, event, begun)
    noteChild(told, event, begun)
    noteOrder(told, event)
  }
  return told
}

function noteActivity(told: Told, event: Event, begun: Map<string, Event>): void {
  const scheduled = event.activityTaskScheduledEventAttributes
  if (scheduled) {
    const name = scheduled.activityType?.name ?? ''
    begin(told, STEP_OF[name], event)
    if (name === 'openLedger') told.run = payloadOf<{ run: string }>(scheduled.input?.payloads)?.run ?? ''
    return
  }
  const done = event.activityTaskCompletedEventAttributes
  const over = done ?? event.activityTaskFailedEventAttributes ?? event.activityTaskCanceledEventAttributes
  const name =
    over && begun.get(String(over.scheduledEventId))?.activityTaskScheduledEventAttributes?.activityType?.name
  if (!name) return
  end(told, STEP_OF[name], event)
  if (done) told.plan = planIn(name, done.result?.payloads) ?? told.plan
}

/** The plan that an activity gives: a new one, that of the run that goes on, or an edited one. */
function planIn(name: string, payloads: Payload[] | null | undefined): Told['plan'] {
  if (name === 'makePlan' || name === 'applyEdit') return payloadOf<Told['plan']>(payloads)
  return name === 'attach' ? payloadOf<{ summary?: Told['plan'] }>(payloads)?.summary : undefined
}

function noteChild(told: Told, event: Event, begun: Map<string, Event>): void {
  const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes
  if (initiated) {
    begin(told, 'copy', event)
    for (const table of tablesOf(event)) told.tables.set(table, 'copying')
    return
  }
  const done = event.childWorkflowExecutionCompletedEventAttributes
  const over =
    done ??
    event.childWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionCanceledEventAttributes
  const child = over && begun.get(String(over.initiatedEventId))
  if (!child) return
  end(told, 'copy', event)
  const result = resultOf(event)
  const failed = result?.failed?.map(({ table }) => table)
  for (const table of tablesOf(child)) {
    const state = done || (failed && !failed.includes(table)) ? 'finished' : 'failed'
    told.tables.set(table, result?.left?.includes(table) ? 'pending' : state)
  }
}

/** What a child tells of its tables; where some failed it is among the details of the failure. */
function resultOf({
  childWorkflowExecutionCompletedEventAttributes: done,
  childWorkflowExecutionFailedEventAttributes: failed,
}: Event): CopyTableResult | undefined {
  const details = failed?.failure?.applicationFailureInfo?.details?.payloads
  return payloadOf(done ? done.result?.payloads : details?.slice(1))
}

const tablesOf = ({ startChildWorkflowExecutionInitiatedEventAttributes: child }: Event): string[] =>
  payloadOf<Partial<CopyTableInput>>(child?.input?.payloads)?.tables ?? []

const ORDERS: ReadonlySet<string> = new Set(
  [
    pauseUpdate,
    resumeUpdate,
    throttleUpdate,
    skipUpdate,
    retryUpdate,
    approveUpdate,
    rejectUpdate,
    editUpdate,
  ].map(({ name }) => name),
)

interface GivenOrder {
  table?: string
  step?: string
  by?: string
  comment?: string
}

function noteOrder(told: Told, event: Event): void {
  const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input
  const signal = event.workflowExecutionSignaledEventAttributes
  const name = update?.name ?? signal?.signalName ?? ''
  if (!ORDERS.has(name)) return
  const given = payloadOf<GivenOrder>(update?.args?.payloads ?? signal?.input?.payloads) ?? {}
  const { table, step, by, comment } = given
  const object = table ?? step
  told.events.push({
    at: timeOf(event),
    kind: name as OperatorEvent['kind'],
    ...(object && { object }),
    ...(by && { by }),
    ...(comment && { comment }),
  })
  if (name === 'skip' && table) told.tables.set(table, 'skipped')
}

function begin(told: Told, step: StepName | undefined, event: Event): void {
  if (!step) return
  const known = told.steps.get(step)
  told.steps.set(step, { startedAt: known?.startedAt ?? timeOf(event), open: (known?.open ?? 0) + 1 })
}

function end(told: Told, step: StepName | undefined, event: Event): void {
  const known = step && told.steps.get(step)
  if (known) told.steps.set(step, { ...known, open: known.open - 1, endedAt: timeOf(event) })
}

/** The gate at which the run stands, as far as the history shows: what comes before it is done, and nobody has decided. */
export function gateOf({ plan, steps, events }: Told): (typeof GATES)[number] | undefined {
  const over = (step: StepName) => steps.get(step)?.open === 0
  const reached = {
    'before-copy': over('schema') && !steps.has('copy'),
    'before-cutover': over('validate') && !steps.has('report'),
  }
  const decided = (gate: string) =>
    events.some(({ kind, object }) => object === gate && (kind === 'approve' || kind === 'reject'))
  return GATES.find(gate => plan?.gates?.includes(gate) && reached[gate] && !decided(gate))
}

function payloadOf<T>(payloads: Payload[] | null | undefined): T | undefined {
  const payload = payloads?.[0]
  return payload ? (defaultPayloadConverter.fromPayload<T | null>(payload) ?? undefined) : undefined
}

function timeOf({ eventTime }: Event): string {
  return new Date(Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6).toISOString()
}
