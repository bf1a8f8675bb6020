/** Which orders a run takes: each rule throws with the reason and what to do instead, and changes nothing. */
import type { ApplicationFailure } from '@temporalio/workflow'
import type { Edit } from '../model/control.ts'
import { tablesText, tableText } from '../model/orders-text.ts'
import type { Mode } from '../model/payloads.ts'
import { HOW_BOUNDS } from '../model/plan.ts'
import type { StepState, TableProgress } from '../model/run.ts'
import { failureOf } from './failures.ts'
import type { By, OrderBook, Throttle } from './order-book.ts'

/** A run as its rules see it. */
export interface Run {
  name: string
  mode: Mode
  book: OrderBook
  /** What its plan says; none before there is one. */
  tables: readonly TableProgress[]
  /** How far the copy step is. */
  copy: StepState
  /** The ledger is open. */
  writes: boolean
}

/** Longest words of an operator that are kept. */
const LONGEST = { by: 200, comment: 2000 } as const
/** More lanes than any server has room for. */
const MOST_LANES = 1000

/** The run, or a table that has chunks left. */
export function mayPause(run: Run, order: { table?: string } & By): void {
  mustTakeOrders(run, order)
  const { orders } = run.book
  if (order.table === undefined) {
    if (orders.paused)
      throw refused(run, 'it is paused already', `Lift that with "longhaul resume ${run.name}"`)
    return
  }
  const { state, name } = tableOf(run, order.table)
  if (orders.pausedTables.includes(name))
    throw refused(run, `${tableText(name)} is paused already`, lifting(run, name))
  if (OVER.has(state) || orders.skippedTables.includes(name))
    throw refused(run, `${tableText(name)} is ${wordFor(run, name, state)}, so there is nothing to pause`)
}

/** What is paused: the run as a whole and its tables are paused and resumed each for itself. */
export function mayResume(run: Run, order: { table?: string } & By): void {
  mustTakeOrders(run, order)
  const { paused, pausedTables } = run.book.orders
  if (order.table !== undefined) {
    const { name } = tableOf(run, order.table)
    if (!pausedTables.includes(name)) throw refused(run, `${tableText(name)} is not paused`)
  } else if (!paused) {
    const [table] = pausedTables
    throw table === undefined
      ? refused(run, 'it is not paused')
      : refused(run, `it is not paused as a whole, only ${tablesText(pausedTables)}`, lifting(run, table))
  }
}

/** Rows a second and lanes; null takes a limit away. */
export function mayThrottle(run: Run, order: Throttle & By): void {
  mustTakeOrders(run, order)
  const { rowsPerSecond: rows, concurrency: lanes } = order
  if (run.mode !== 'full') throw refused(run, 'it copies no rows, so there is nothing to slow down')
  if (rows === undefined && lanes === undefined)
    throw refused(run, 'neither a limit of rows a second nor a number of lanes was given')
  if (rows !== undefined && rows !== null && !(Number.isFinite(rows) && rows >= 1))
    throw refused(run, 'a limit of rows a second is a number from 1 on', 'null (off) takes it away')
  if (lanes !== undefined && lanes !== null) mustCount(run, 'a number of lanes', lanes, [1, MOST_LANES])
}

/** A table that is not finished, also one that has failed. */
export function maySkip(run: Run, order: { table?: string } & By): void {
  mustTakeOrders(run, order)
  const { name, state } = tableOf(run, order.table)
  if (run.mode !== 'full') throw refused(run, 'it copies no tables')
  if (run.book.orders.skippedTables.includes(name))
    throw refused(run, `${tableText(name)} is skipped already`)
  if (OVER.has(state) || run.copy === 'done' || run.copy === 'skipped')
    throw refused(
      run,
      `${tableText(name)} is finished`,
      `Take it back with "longhaul rollback ${run.name} --tables ${name}" once the run has ended`,
    )
}

/** A table that has failed, all that have, or an undo that is parked. */
export function mayRetry(run: Run, order: { table?: string } & By): void {
  const { book } = run
  mustBeWords(run, order)
  if (order.table === undefined && book.parked) return
  mustTakeOrders(run, order)
  if (order.table === undefined) {
    if (waitingToRetry(book).length === 0) throw refused(run, 'no table of it has failed')
    return
  }
  const { name } = tableOf(run, order.table)
  if (book.retried.has(name)) throw refused(run, `${tableText(name)} is being tried again already`)
  if (!book.failed.has(name)) throw refused(run, `${tableText(name)} has not failed`)
}

/** Failed tables that nobody has asked for again. */
export const waitingToRetry = ({ failed, retried }: OrderBook): string[] =>
  [...failed.keys()].filter(table => !retried.has(table))

/** At the gate at which it stands; who decides has to be named. */
export function mayDecide(run: Run, order: { step?: string; by?: string; comment?: string }): void {
  mustTakeOrders(run, order)
  const { gate, signOffs } = run.book
  if (!order.by?.trim()) throw refused(run, 'a decision at a gate needs a name', 'Give it with --by')
  if (gate !== undefined && order.step === gate) return
  const done = signOffs.find(signOff => signOff.gate === order.step)
  if (done) throw refused(run, `${order.step} was ${done.decision} by ${done.by} already`)
  throw refused(
    run,
    gate === undefined
      ? 'it does not stand at a gate now'
      : `it stands at the gate ${gate}, and not at ${JSON.stringify(order.step ?? '')}`,
  )
}

/** Of a paused run that writes: how it goes about its work. */
export function mayEdit(run: Run, order: Edit & By): void {
  mustTakeOrders(run, order)
  const { orders, editing } = run.book
  if (run.mode !== 'full') throw refused(run, 'it copies no rows')
  if (!orders.paused)
    throw refused(run, 'only a paused run can be changed', `Pause it with "longhaul pause ${run.name}" first`)
  if (editing) throw refused(run, 'another change of it is being written', 'Try again in a moment')
  if (!run.writes) throw refused(run, 'it has not begun to write', 'Change its plan file, and start it again')
  const { chunkRows, chunkBytes, tables, lanes, onError = [] } = order
  const given = { chunkRows, chunkBytes, tables, lanes }
  const numbers = (Object.keys(given) as (keyof typeof given)[]).filter(name => given[name] !== undefined)
  if (numbers.length + onError.length === 0) throw refused(run, 'nothing to change was given')
  for (const name of numbers) mustCount(run, name, given[name]!, HOW_BOUNDS[name])
  for (const { object, policy } of onError) {
    if (!run.tables.some(({ name }) => object === name || object.startsWith(`${name}.`)))
      throw refused(run, `it has no table or column ${JSON.stringify(object)}`)
    if (policy !== 'stop' && policy !== 'quarantine')
      throw refused(run, `onError of ${JSON.stringify(object)} is stop or quarantine`)
  }
}

const lifting = ({ name }: Run, table: string) => `Lift that with "longhaul resume ${name} --table ${table}"`

const OVER: ReadonlySet<string> = new Set(['finished', 'validated', 'differs', 'skipped'])

const wordFor = ({ book }: Run, table: string, state: string) =>
  book.orders.skippedTables.includes(table) ? 'skipped' : OVER.has(state) ? 'finished' : state

function mustTakeOrders(run: Run, order: By): void {
  mustBeWords(run, order)
  if (run.book.over !== undefined) throw refused(run, run.book.over)
}

/** Any tool may send anything. */
function mustBeWords(run: Run, order: By): void {
  if (typeof order !== 'object' || order === null)
    throw refused(run, 'an order is an object with named fields')
  for (const [field, longest] of Object.entries(LONGEST)) {
    const text: unknown = order[field as keyof By]
    if (text !== undefined && (typeof text !== 'string' || text.length > longest))
      throw refused(run, `${field} is a text of at most ${longest} characters`)
  }
}

function tableOf(run: Run, table: unknown): TableProgress {
  if (typeof table !== 'string') throw refused(run, 'no table was named')
  if (run.tables.length === 0)
    throw refused(run, 'its tables are not known yet', 'Try again once preflight is over')
  const found = run.tables.find(({ name }) => name === table)
  if (found) return found
  throw refused(run, `it has no ${tableText(table)}`, `See its tables with "longhaul show ${run.name}"`)
}

function mustCount(run: Run, what: string, value: number, [least, most]: readonly [number, number]): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw refused(run, `${what} is a whole number from ${least} to ${most}`)
}

/** The validator's no. */
export function refused({ name }: { name: string }, message: string, remedy?: string): ApplicationFailure {
  return failureOf({ code: 'usage', object: `run ${name}`, message, ...(remedy && { remedy }) })
}
