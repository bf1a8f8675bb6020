/** One table from empty to indexed, or a batch of small ones: chunks, then primary key and indexes. */
import { CancellationScope, continueAsNew, patched, workflowInfo } from '@temporalio/workflow'
import { Work } from './carry.ts'
import { failureOf } from './failures.ts'
import { GroupOrders } from './group-orders.ts'
import type { CopyTableInput, CopyTableResult } from './messages.ts'
import { TablesApart } from './tables-apart.ts'

/**
 * All that lasts is in the ledger: which chunks there are, which are done. So a run of this workflow may end
 * anywhere and be continued as new, or by another worker.
 */
export async function copyTable(input: CopyTableInput): Promise<CopyTableResult> {
  const orders = new GroupOrders(input)
  const work = new Work(orders, input.limits, input.place.target)
  const apart = new TablesApart(input, orders)
  const group: Group = { input, orders, work, apart }
  const written = await apart.each(tables => copyTables(group, tables))
  const failures = await apart.each(tables => work.any.finishTables({ place: input.place, tables }))
  const { failed } = apart
  const left = [...apart.left].filter(table => !orders.isSkipped(table))
  const result: CopyTableResult = {
    written: written.reduce((sum, rows) => sum + rows, 0),
    failures: failures.flat(),
    ...(orders.figures.length > 0 && { figures: orders.figures }),
    ...(failed.length > 0 && { failed }),
    ...(left.length > 0 && { left }),
  }
  if (failed[0]) throw failureOf(failed[0].facts, result)
  return result
}

interface Group {
  input: CopyTableInput
  orders: GroupOrders
  work: Work
  apart: TablesApart
}

/**
 * Copies until all of these are done, skipped or left; a pause is waited for, but that of one table in a batch leaves
 * it, so that the others are finished without it. Returns the rows that are committed.
 */
async function copyTables(group: Group, tables: readonly string[]): Promise<number> {
  const { input, orders, work, apart } = group
  const { place } = input
  const planned = new Set<string>()
  let written = 0
  for (let left = [...tables]; ; ) {
    if (!orders.go) await orders.rest(() => orders.go)
    left = left.filter(table => !orders.isSkipped(table))
    if (left.length === 0) return written
    const open = left.filter(table => !orders.isPaused(table))
    const uncut = open.filter(table => !planned.has(table))
    if (open.length === 0 && input.tables.length > 1 && patched('paused tables are left')) {
      for (const table of left) apart.left.add(table)
      return written
    }
    if (open.length === 0) {
      await orders.rest(() => left.some(table => !orders.isPaused(table) || orders.isSkipped(table)))
    } else if (uncut.length > 0 && !(input.laneCuts && orders.lanes === 1)) {
      await work.on(place.host).planChunks({ place, tables: uncut })
      for (const table of uncut) planned.add(table)
    } else {
      const { state, total } = await round(group, open, uncut.length > 0)
      for (const table of uncut) planned.add(table)
      if (state === 'changed') continue
      written += total
      left = left.filter(table => !open.includes(table))
    }
  }
}

interface Round {
  state: 'done' | 'changed'
  total: number
}

/**
 * All lanes under the same orders: when these change the lanes end, and another round begins.
 *
 * @param cut not all of the tables are cut into chunks, and there is one lane
 */
async function round(group: Group, tables: string[], cut: boolean): Promise<Round> {
  const { orders, input } = group
  const { revision, lanes } = orders
  const holds = () => orders.revision === revision && orders.lanes === lanes && orders.go
  const owners = Array.from({ length: lanes }, (_, lane) => `${input.tables[0]}/${lane}`)
  // A single lane is a sweep from the start.
  if (owners.length > 1) {
    const rounds = await drained(owners.map(owner => copyLane(group, { tables, owner, sweep: false }, holds)))
    if (rounds.some(({ state }) => state === 'long')) return goOnAsNew(group)
    if (!holds()) return { state: 'changed', total: 0 }
  }
  // What a lane that is no more had claimed is taken over, until nothing is open.
  const { state, total } = await copyLane(
    group,
    { tables, owner: owners[0]!, sweep: true, ...(cut && { cut }) },
    holds,
  )
  return state === 'long' ? goOnAsNew(group) : { state, total }
}

async function copyLane(
  { input, orders, work }: Group,
  lane: { tables: string[]; owner: string; sweep: boolean; cut?: boolean },
  holds: () => boolean,
): Promise<{ state: Round['state'] | 'long'; total: number }> {
  const { place } = input
  for (;;) {
    const { more, total, figures = [] } = await work.on(place.host).copyChunks({ place, ...lane })
    orders.counted(figures)
    if (!more) return { state: 'done', total }
    if (workflowInfo().continueAsNewSuggested) return { state: 'long', total }
    if (!holds()) return { state: 'changed', total }
  }
}

const goOnAsNew = ({ input, orders, apart }: Group): Promise<never> =>
  continueAsNew<typeof copyTable>({
    ...input,
    ...orders.carried,
    ...(apart.failed.length > 0 && { failed: apart.failed }),
  })

/** Waits for all, also after one has failed or the workflow was cancelled: no lane writes on unseen. */
async function drained<T>(work: Promise<T>[]): Promise<T[]> {
  const settled = await CancellationScope.nonCancellable(() => Promise.allSettled(work))
  const failed = settled.find(s => s.status === 'rejected')
  if (failed) throw failed.reason
  return settled.map(s => (s as PromiseFulfilledResult<T>).value)
}
