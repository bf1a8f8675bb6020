/**
 * Activities without a database: tables of chunks, orders in a ledger, and lanes that obey them as the real ones
 * do. A test decides when a chunk ends.
 */
import { ApplicationFailure, CancelledFailure, Context, heartbeat } from '@temporalio/activity'
import type { Activities } from '../../activities/index.ts'
import { NO_ORDERS, type Orders } from '../../model/control.ts'
import type { PostgresEndpoint } from '../../model/endpoint.ts'
import { canRetry, type FailureCode, type FailureFacts, failureType, sentence } from '../../model/failure.ts'
import { packed } from '../../model/packed-summary.ts'
import type { PlanSummary } from '../../model/payloads.ts'
import type { RollbackCheck } from '../../model/rollback.ts'
import type { RunResult, TableResult } from '../../model/run.ts'

interface Table {
  rows: number
  chunks: number
  done: number
  claimed: number
  failure?: FailureFacts
}

export interface Call {
  name: string
  tables: string[]
}

/** Each chunk has so many rows. */
const ROWS = 100

export class FakeTarget {
  readonly summary: PlanSummary
  readonly tables = new Map<string, Table>()
  orders: Orders = NO_ORDERS
  state: 'running' | 'paused' | 'waiting' = 'running'
  /** What was called, in order; a try that fails counts. */
  readonly calls: Call[] = []
  readonly notes: Parameters<Activities['noteOrders']>[0][] = []
  readonly reports: RunResult[] = []
  readonly rollbacks: Parameters<Activities['rollBack']>[0][] = []
  readonly dumps: Parameters<Activities['backUpBefore']>[0][] = []
  /** Lanes at work now, and the most there ever were. */
  lanes = 0
  mostLanes = 0
  /** Chunks that a lane copies before the workflow is asked again. */
  budget = Number.POSITIVE_INFINITY
  readonly check: RollbackCheck = {
    ...{ safe: true, loses: false, refusals: [], warnings: [], tables: [], more: 0 },
    state: 'failed',
  }
  /** Activities fail with these as long as they are here. */
  readonly failures = new Map<string, FailureFacts>()
  #closed = new Set<string>()
  #waiting: { name: string; go: () => void }[] = []
  /** Chunks may end although they are held. */
  #passes = 0

  /** @param groups chunks of each table, by group */
  constructor(groups: Record<string, number>[], over: Partial<PlanSummary> & { lanes?: number } = {}) {
    const { lanes = 1, ...summary } = over
    for (const group of groups)
      for (const [name, chunks] of Object.entries(group))
        this.tables.set(name, { rows: chunks * ROWS, chunks, done: 0, claimed: 0 })
    const names = [...this.tables].map(([name, { rows }]) => ({ name, rows }))
    this.summary = {
      hash: 'h',
      groups: groups.map(group => ({ tables: Object.keys(group), rows: 0, lanes })),
      tables: names,
      views: 0,
      sideBySide: 4,
      onFailure: 'keep',
      scope: 'all',
      counts: { refused: 0, consent: 0, incomplete: 0, warning: 0, note: 0 },
      refusals: [],
      incomplete: [],
      ...summary,
    }
  }

  /** From now on this waits until it is opened: an activity by its name, chunks as `chunk`, or of one table. */
  close(...names: string[]): void {
    for (const name of names) this.#closed.add(name)
  }

  open(...names: string[]): void {
    for (const name of names) this.#closed.delete(name)
    this.#release(({ name }) => names.includes(name))
  }

  /** Lets so many chunks end that wait now, or come. */
  pass(chunks: number): void {
    this.#passes += chunks
    this.#release(({ name }) => name.startsWith('chunk') && this.#passes-- > 0)
    this.#passes = Math.max(0, this.#passes)
  }

  /** How many of these wait. */
  held(name: string): number {
    return this.#waiting.filter(one => one.name === name).length
  }

  called(name: string): number {
    return this.calls.filter(call => call.name === name).length
  }

  get done(): number {
    return [...this.tables.values()].reduce((sum, { done }) => sum + done, 0)
  }

  #release(which: (one: { name: string }) => boolean): void {
    const all = this.#waiting
    this.#waiting = []
    for (const one of all)
      if (which(one)) one.go()
      else this.#waiting.push(one)
  }

  async #gate(...names: string[]): Promise<void> {
    const name = names.find(one => this.#closed.has(one))
    if (name === undefined) return
    if (name.startsWith('chunk') && this.#passes > 0) {
      this.#passes--
      return
    }
    const beat = setInterval(() => heartbeat(), 200)
    const { cancellationSignal } = Context.current()
    try {
      await new Promise<void>((go, fail) => {
        this.#waiting.push({ name, go })
        const cancel = () => fail(new CancelledFailure('cancelled'))
        if (cancellationSignal.aborted) cancel()
        cancellationSignal.addEventListener('abort', cancel)
      })
    } finally {
      clearInterval(beat)
      this.#waiting = this.#waiting.filter(one => one.name !== name || !cancellationSignal.aborted)
    }
  }

  async #call(name: string, tables: readonly string[] = []): Promise<void> {
    this.calls.push({ name, tables: [...tables] })
    await this.#gate(name)
    const failure = this.failures.get(name)
    if (failure) throw thrown(failure)
  }

  #mustGo(): void {
    if (this.state !== 'running') throw thrown({ code: 'paused', message: 'it is held' })
  }

  #held(table: string): boolean {
    const { paused, pausedTables, skippedTables } = this.orders
    return paused || pausedTables.includes(table) || skippedTables.includes(table)
  }

  async #lane(tables: string[]): Promise<boolean> {
    this.#mustGo()
    const { revision } = this.orders
    let left = this.budget
    for (const name of tables) {
      const table = this.tables.get(name)!
      while (!this.#held(name) && table.claimed < table.chunks) {
        if (this.orders.revision !== revision || this.state !== 'running' || left-- <= 0) return true
        if (table.failure) throw thrown(table.failure)
        table.claimed++
        try {
          await this.#gate(`chunk ${name}`, 'chunk')
          table.done++
        } catch (error) {
          table.claimed--
          throw error
        }
      }
    }
    return tables.some(name => this.tables.get(name)!.done < this.tables.get(name)!.chunks)
  }

  /** All of what a worker offers and a run calls. */
  get activities(): Partial<Activities> {
    const figures = (tables: string[]) =>
      tables.map(name => {
        const { chunks, done } = this.tables.get(name)!
        return { name, written: done * ROWS, bytes: done * ROWS, chunks, chunksDone: done }
      })
    return {
      attach: async ({ run }) => {
        await this.#call('attach')
        return { run }
      },
      openStage: async () => {
        await this.#call('openStage')
        return {}
      },
      writeFiles: async () => {
        await this.#call('writeFiles')
        const files = 3
        const done = this.called('writeFiles')
        return { more: done < files, files, done, failed: 0 }
      },
      takeSnapshot: () => this.#call('takeSnapshot') as never,
      assess: () => this.#call('assess') as never,
      makePlan: async () => {
        await this.#call('makePlan')
        return packed(this.summary)
      },
      openLedger: async ({ run, request }) => {
        await this.#call('openLedger')
        return { run, epoch: '1', target: request.target as PostgresEndpoint, host: request.source.host }
      },
      prepareWayBack: async () => {
        await this.#call('prepareWayBack')
        return 'nothing was there'
      },
      dumpTarget: async () => {
        await this.#call('dumpTarget')
        return 'dumped'
      },
      createTables: async () => {
        await this.#call('createTables')
        this.#mustGo()
      },
      planChunks: ({ tables }) => this.#call('planChunks', tables),
      copyChunks: async ({ tables }) => {
        await this.#call('copyChunks', tables)
        this.mostLanes = Math.max(this.mostLanes, ++this.lanes)
        try {
          const more = await this.#lane(tables)
          return {
            more,
            total: figures(tables).reduce((sum, t) => sum + t.written, 0),
            figures: figures(tables),
          }
        } finally {
          this.lanes--
        }
      },
      finishTables: async ({ tables }) => {
        await this.#call('finishTables', tables)
        this.#mustGo()
        const open = tables.find(name => this.tables.get(name)!.done < this.tables.get(name)!.chunks)
        if (open) throw thrown({ code: 'internal', message: `${open} is not copied` })
        return []
      },
      leaveOut: async ({ table }) => {
        await this.#call('leaveOut', [table])
        this.#mustGo()
        Object.assign(this.tables.get(table)!, { done: 0, claimed: 0 })
        return 'taken back'
      },
      finishKeys: async () => {
        await this.#call('finishKeys')
        this.#mustGo()
        return []
      },
      validateTables: async ({ tables }) => {
        await this.#call('validateTables', tables)
        return tables.map(name => this.#result(name))
      },
      compareTables: async ({ tables }) => {
        await this.#call('compareTables', tables)
        return tables.map(name => this.#result(name))
      },
      locateDifferences: async ({ tables }) => {
        await this.#call('locateDifferences', tables)
        return {}
      },
      compareSchema: async () => {
        await this.#call('compareSchema')
        return []
      },
      checkRules: async () => {
        await this.#call('checkRules')
        return []
      },
      noteOrders: async note => {
        await this.#call('noteOrders')
        this.notes.push(note)
        this.orders = note.orders
        this.state = note.state
      },
      applyEdit: async ({ edit, revision }) => {
        await this.#call('applyEdit')
        if (this.lanes > 0) throw thrown({ code: 'internal', message: 'a lane is at work' })
        const lanes = edit.lanes ?? this.summary.groups[0]!.lanes
        const groups = this.summary.groups.map(group => ({ ...group, lanes }))
        return packed({ ...this.summary, groups, revision })
      },
      rollBack: async asked => {
        this.rollbacks.push(asked)
        await this.#call('rollBack')
        return { undone: 3, rows: 0, verified: [], differences: [] }
      },
      checkRollback: async () => {
        await this.#call('checkRollback')
        return this.check
      },
      backUpBefore: async asked => {
        this.dumps.push(asked)
        await this.#call('backUpBefore')
        return { text: 'no dump is needed' }
      },
      reportRollback: async () => {
        await this.#call('reportRollback')
        return { markdown: 'm', json: 'j', host: 'h' }
      },
      release: async () => {},
      report: async ({ result }) => {
        await this.#call('report')
        this.reports.push(result)
        return result
      },
      present: async () => {
        await this.#call('present')
        return 'h'
      },
    }
  }

  #result(name: string): TableResult {
    const { rows, done } = this.tables.get(name)!
    const written = done * ROWS
    return {
      ...{
        name,
        target: name,
        expected: rows,
        read: written,
        written,
        skipped: 0,
        quarantined: 0,
        altered: 0,
      },
      ...{ counted: written, sourceDigest: 's', targetDigest: 's', seconds: 0, bytes: 0 },
      verdict: written === rows ? 'equal' : 'different',
    }
  }
}

/** A failure as it leaves the edge of the activities. */
export function thrown(facts: FailureFacts): ApplicationFailure {
  return ApplicationFailure.create({
    type: failureType(facts.code),
    message: sentence(facts),
    nonRetryable: !canRetry(facts.code),
    details: [facts],
  })
}

export const failing = (code: FailureCode, message: string, object?: string): FailureFacts => ({
  ...{ code, message },
  ...(object !== undefined && { object }),
})
