/** What one run's workflow knows of itself, and the rules by which that changes. */
import { patched, setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow'
import type { OperatorEvent, SignOff, TableFigures, Waiting } from '../model/control.ts'
import { kindName, showEndpoint } from '../model/endpoint.ts'
import { estimateOf, noteSample, paceOf, type Sample } from '../model/estimate.ts'
import { type FailureFacts, sentence } from '../model/failure.ts'
import {
  type Progress,
  type RunResult,
  type RunState,
  STEPS,
  type StepName,
  type StepProgress,
  type TableProgress,
  type TableState,
} from '../model/run.ts'
import { type MigrateInput, type PlanSummary, SEARCH } from './messages.ts'

/** Names of tables in a memo. */
const MOST_NAMES = 20

export class RunProgress {
  readonly progress: Progress
  readonly #indexed: boolean
  /** Where the run is, orders and waits aside. */
  #course: RunState = 'running'
  #memo = JSON.stringify({ waitingFor: null, failed: [] })
  #events: readonly OperatorEvent[] = []
  readonly #samples = new Map<string, Sample[]>()

  /** @param steps those that this kind of run has */
  constructor(input: MigrateInput, steps: readonly StepName[] = STEPS) {
    this.#indexed = input.indexed
    this.progress = {
      run: input.run,
      name: input.name,
      state: 'running',
      source: showEndpoint(input.request.source),
      target: showEndpoint(input.request.target),
      steps: steps.map(name => ({ name, state: 'pending' })),
      tables: [],
      findings: { refused: 0, consent: 0, incomplete: 0, warning: 0, note: 0 },
    }
    this.#publish({
      source: kindName(input.request.source),
      target: kindName(input.request.target),
      state: this.progress.state,
    })
  }

  /** It goes on with an unfinished run: whoever looks for that one finds it with no worker. */
  goesOnWith(run: string): void {
    if (run === this.progress.run) return
    this.progress.run = run
    if (patched('the run goes by its own name')) upsertMemo({ run })
  }

  /** Runs a step; its start, end and failure are kept. A step that is already done is not run again. */
  async step<T>(name: StepName, work: (say: (detail: string) => void) => Promise<T>): Promise<T> {
    const step = this.#find(name)
    step.state = 'running'
    step.startedAt ??= now()
    this.#publish({ phase: name })
    try {
      const result = await work(detail => {
        step.detail = detail
      })
      step.state = 'done'
      return result
    } catch (error) {
      step.state = 'failed'
      throw error
    } finally {
      step.endedAt = now()
    }
  }

  /** The target has lost some of what was done; what is there is found again. @param why in words */
  setBack(why: string): void {
    this.#find('schema').detail = `from here on once more, as the target ${why}`
    for (const step of this.progress.steps.slice(2)) if (step.state !== 'skipped') step.state = 'pending'
    for (const table of this.progress.tables) if (table.state !== 'skipped') table.state = 'pending'
    this.state('running')
  }

  skip(name: StepName, detail: string): void {
    Object.assign(this.#find(name), { state: 'skipped', detail })
  }

  /** Takes over what the plan says about tables and findings. */
  planned(summary: PlanSummary): void {
    this.progress.findings = summary.counts
    this.progress.tables = summary.tables.map(({ name, rows }) => ({
      name,
      rows,
      state: 'pending',
      written: 0,
    }))
  }

  /** A new revision of the plan: the same tables. */
  edited(summary: PlanSummary): void {
    this.progress.findings = summary.counts
  }

  tables(names: readonly string[], state: TableState, error?: string): void {
    for (const table of this.progress.tables) {
      if (!names.includes(table.name)) continue
      table.state = state
      if (state === 'copied' || state === 'finished') table.written = table.rows
      if (state === 'finished' || state === 'skipped') delete table.error
      if (error) table.error = error
    }
  }

  /** Takes over what was counted in the ledger. */
  figures(figures: readonly TableFigures[]): void {
    const known = new Map(figures.map(table => [table.name, table]))
    for (const table of this.progress.tables) {
      const now = known.get(table.name)
      if (!now) continue
      const { written, bytes, chunks, chunksDone } = now
      Object.assign(table, { written, bytes, chunks, chunksDone })
      const sample = { at: Date.now(), rows: written }
      this.#samples.set(table.name, noteSample(this.#samples.get(table.name) ?? [], sample))
    }
  }

  /** The answer to the query: with paces, and what `rests` says of tables that a pause holds. */
  view(rests: (table: TableProgress) => boolean, rowsPerSecond: number | undefined): Progress {
    const tables = this.progress.tables.map(table => {
      if (table.state !== 'pending' && table.state !== 'copying') return table
      if (rests(table)) return { ...table, state: 'paused' as const }
      const pace = paceOf(this.#samples.get(table.name) ?? [])
      const estimate = table.state === 'copying' ? estimateOf(table, pace, rowsPerSecond) : undefined
      return { ...table, ...(pace && { rate: Math.round(pace.perSecond) }), ...estimate }
    })
    return { ...this.progress, tables }
  }

  state(state: RunState): void {
    this.#course = this.progress.state = state
    this.#publish({ state })
  }

  /** Takes over what operators have ordered, and what the run waits for; `state` covers the run's own. */
  ordered(now: {
    state: 'paused' | 'waiting' | undefined
    waiting: Waiting[]
    orders: string[]
    signOffs: readonly SignOff[]
    events: readonly OperatorEvent[]
    failed: readonly string[]
  }): void {
    const { progress } = this
    const before = progress.state
    const waitingFor = now.waiting.map(({ text }) => text).join('; ')
    progress.state = now.state ?? this.#course
    // A pace over the time of a pause would be none of the copy.
    if (before === 'paused' && progress.state !== 'paused') this.#samples.clear()
    this.#events = now.events
    for (const key of ['waiting', 'waitingFor', 'orders', 'signOffs'] as const) delete progress[key]
    Object.assign(progress, {
      ...(waitingFor && { waitingFor, waiting: now.waiting }),
      ...(now.orders.length > 0 && { orders: now.orders }),
      ...(now.signOffs.length > 0 && { signOffs: [...now.signOffs] }),
    })
    this.#publish(progress.state === before ? {} : { state: progress.state })
    this.#remember({ waitingFor: waitingFor || null, failed: now.failed.slice(0, MOST_NAMES) })
  }

  /** The result so far; `over` holds what the end adds. */
  result(over: Partial<RunResult>): RunResult {
    const { run, name, state, signOffs } = this.progress
    return {
      run,
      name,
      state,
      ...(this.#events.length > 0 && { events: [...this.#events] }),
      ...(signOffs && { signOffs }),
      exit: 0,
      verdict: 'not checked',
      rows: this.progress.tables.reduce((sum, table) => sum + table.rows, 0),
      tables: this.progress.tables.length,
      differences: [],
      findings: [],
      ...over,
    }
  }

  get steps(): StepProgress[] {
    return this.progress.steps
  }

  #find(name: StepName): StepProgress {
    return this.progress.steps.find(step => step.name === name)!
  }

  #publish(change: { phase?: string; state?: string; source?: string; target?: string }): void {
    setCurrentDetails(this.#story())
    const keys = Object.keys(change) as (keyof typeof change)[]
    if (!this.#indexed || keys.length === 0) return
    upsertSearchAttributes(keys.map(key => ({ key: SEARCH[key], value: change[key]! })))
  }

  /**
   * Readable with no worker alive. It also leaves a trace in the history of what orders are judged by: a task
   * without one is replayed together with the next, and there an order comes before what it was about.
   */
  #remember(memo: { waitingFor: string | null; failed: string[] }): void {
    const text = JSON.stringify(memo)
    if (text === this.#memo) return
    this.#memo = text
    upsertMemo(memo)
  }

  #story(): string {
    const { state, source, target, steps, waitingFor, orders = [], signOffs = [] } = this.progress
    const lines = [
      ...steps.map(step => `- ${step.name}: ${step.state}${step.detail ? ` (${step.detail})` : ''}`),
      ...signOffs.map(({ gate, decision, by }) => `- gate ${gate}: ${decision} by ${by}`),
      ...orders.map(order => `- ordered: ${order}`),
    ]
    const waits = waitingFor ? [`waiting for ${waitingFor}`, ''] : []
    return [`**${state}**: ${source} → ${target}`, '', ...waits, ...lines].join('\n')
  }
}

const now = () => new Date().toISOString()

/** What became of what a failed run had made: nothing was to be undone, all was, or the undo failed. */
export type Undone = 'kept' | 'taken back' | FailureFacts

/** The sentence that tells the user in what state a failed run leaves source and target. */
export function aftermath(facts: FailureFacts, name: string, touched: boolean, undone: Undone): string {
  if (!touched) return 'Nothing was written to the target; the source was only read.'
  if (typeof undone === 'object')
    return (
      'The source was only read. Taking back what this run made in the target was begun and did not succeed: ' +
      `${sentence(undone)} Then "longhaul rollback ${name}" goes on with it.`
    )
  if (undone === 'taken back')
    return 'Everything this run made in the target was taken back; the source was only read.'
  if (facts.code === 'target-replaced') return 'The source was only read.'
  if (facts.code === 'fenced')
    return 'What it has committed is part of that other run; the source was only read.'
  return (
    'The target keeps what was committed; the source was only read. ' +
    `Run the same command again to go on from there, or "longhaul rollback ${name}" to take it back.`
  )
}
