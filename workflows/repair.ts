/** Repairs rows that differ, or counts them, and proves what came of it: works on a run that has ended. */
import { workflowInfo } from '@temporalio/workflow'
import type { TableSeen } from '../activities/repair-job.ts'
import { isEndedByCancel } from './failures.ts'
import type { RepairInput, RepairResult } from './messages.ts'
import { hostWork } from './proxies.ts'

type Visit = (tables: string[]) => Promise<TableSeen[]>

export async function repair(input: RepairInput): Promise<RepairResult> {
  const { run, target, kinds, host, limits } = input
  const work = hostWork(host, limits)
  const { place, groups } = await work.openRepair(input)
  const tables = groups.flat()
  const what = { run, target, kinds, at: workflowInfo().startTime.toISOString(), ...(place && { place }) }
  const visit: Visit = some => work.repairTables({ ...what, tables: some })
  if (kinds.length === 0)
    return { tables: (await visitAll(groups, visit)).map(counted), looked: tables.length }
  const reasons: Record<string, string[]> = {}
  const settle = () => work.settleRepair({ ...what, tables, reasons })
  try {
    await sweep(groups, visit, reasons)
  } catch (error) {
    // What was done before is done: the run says so, and can be repaired again.
    if (!isEndedByCancel(error)) await settle().catch(() => {})
    throw error
  }
  return settle()
}

/** A rule of the target may be in the way until rows of another table are there, or gone: then these tables come again. */
async function sweep(groups: string[][], visit: Visit, reasons: Record<string, string[]>): Promise<void> {
  let left = groups
  for (let round = 0; left.length > 0; round++) {
    const seen = await visitAll(left, visit)
    for (const { table, reasons: why } of seen) reasons[table] = why
    const blocked = new Set(seen.filter(table => table.blocked).map(({ table }) => table))
    const changed = seen.some(({ done }) => done.missing + done.different + done.surplus > 0)
    // An attempt that was killed has told nobody what it did.
    left =
      changed || round === 0
        ? left.map(group => group.filter(table => blocked.has(table))).filter(group => group.length > 0)
        : []
  }
}

async function visitAll(groups: string[][], visit: Visit): Promise<TableSeen[]> {
  const seen: TableSeen[] = []
  for (const group of groups) seen.push(...(await visit(group)))
  return seen
}

const counted = ({ table, found, done, reasons }: TableSeen) => ({
  ...{ table, done, left: found, verdict: 'different' as const, reasons },
})
