/** Which tables are so small that many are copied in one transaction. */
import { needsConforming } from '../model/conforming.ts'
import type { TablePlan } from '../model/plan.ts'

/** Beyond that a commit of its own is no part of a table's time worth saving. */
const SMALL_BYTES = 256 * 1024
/** What is done anew where somebody is killed, and what an order waits for: some tenths of a second. */
const TOGETHER_BYTES = 2 * 1024 * 1024
/** More would hold more locks than a server of default size has room for beside others. */
const TOGETHER = 50

/** Those of the tables that are copied together, in their order, so many at a time; never one alone. */
export function smallOnes(tables: readonly TablePlan[]): TablePlan[][] {
  const parts: TablePlan[][] = []
  let bytes = 0
  for (const table of tables) {
    if (table.bytes > SMALL_BYTES || needsConforming(table)) continue
    bytes += table.bytes
    const part = parts.at(-1)
    if (part && part.length < TOGETHER && bytes <= TOGETHER_BYTES) part.push(table)
    else {
      parts.push([table])
      bytes = table.bytes
    }
  }
  return parts.filter(part => part.length > 1)
}
