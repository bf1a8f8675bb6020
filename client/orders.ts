/** What an operator can tell a run that is under way; `docs/operating.md` shows each. */
import type { Edit, Gate } from '../model/control.ts'
import {
  approveUpdate,
  editUpdate,
  rejectUpdate,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
  throttleUpdate,
} from '../workflows/messages.ts'
import { openRollback, type RunHandle } from './handle.ts'
import { type By, type GivenOrder, giveOrder } from './order.ts'
import type { Temporal } from './stack.ts'

/** The whole run, or one table of it (its name in the source). */
export interface TableOrder extends By {
  table?: string
}

/** Lets a paused run, or a paused table, go on. */
export function resume(longhaul: Temporal, id: string, order: TableOrder = {}): Promise<GivenOrder> {
  return giveOrder(longhaul, id, resumeUpdate, order)
}

export interface Throttle extends By {
  /** Rows that all lanes together write in a second; null takes the limit away, absent leaves it. */
  rowsPerSecond?: number | null
  /** Lanes of all tables together; null: as the plan says. */
  concurrency?: number | null
}

/** Slows a run down, or lets it go as fast as it can; takes hold within a chunk. */
export function throttle(longhaul: Temporal, id: string, order: Throttle): Promise<GivenOrder> {
  return giveOrder(longhaul, id, throttleUpdate, order)
}

/** Leaves a table out: what was made of it is taken back, and the run ends with status 4. */
export function skip(longhaul: Temporal, id: string, order: By & { table: string }): Promise<GivenOrder> {
  return giveOrder(longhaul, id, skipUpdate, order)
}

/** Tries a table that failed once more, or all of them; of a run that has ended, its rollback that failed. */
export function retry(longhaul: Temporal, id: string, order: TableOrder = {}): Promise<GivenOrder> {
  const rollback = async (run: RunHandle) =>
    order.table === undefined ? openRollback(longhaul, run) : undefined
  return giveOrder(longhaul, id, retryUpdate, order, rollback)
}

/** A decision at a gate: the sign-off that stands in the report. */
export interface Decision {
  step: Gate
  /** Who decides. */
  by: string
  comment?: string
}

/** Lets a run pass the gate at which it waits. */
export function approve(longhaul: Temporal, id: string, decision: Decision): Promise<GivenOrder> {
  return giveOrder(longhaul, id, approveUpdate, decision)
}

/** Ends a run at the gate at which it waits. */
export function reject(longhaul: Temporal, id: string, decision: Decision): Promise<GivenOrder> {
  return giveOrder(longhaul, id, rejectUpdate, decision)
}

/** Changes how a paused run goes about its work; what it does needs a new plan. */
export function edit(longhaul: Temporal, id: string, change: Edit & By): Promise<GivenOrder> {
  return giveOrder(longhaul, id, editUpdate, change)
}
