/** One table from empty to indexed, or a batch of small ones: chunks, then primary key and indexes. */
import { CancellationScope, continueAsNew, workflowInfo } from '@temporalio/workflow'
import type { CopyTableInput, CopyTableResult } from './messages.ts'
import { anyWork, hostWork } from './proxies.ts'

/**
 * All that lasts is in the ledger: which chunks there are, which are done. So a run of this workflow may end
 * anywhere and be continued as new, or by another worker.
 */
export async function copyTable(input: CopyTableInput): Promise<CopyTableResult> {
  const { place, tables } = input
  const work = hostWork(place.host, input.limits)
  await work.planChunks({ place, tables })
  const lanes = Array.from({ length: input.lanes }, (_, lane) => `${tables[0]}/${lane}`)
  // A single lane is a sweep from the start.
  const outcomes = lanes.length > 1 ? await drained(lanes.map(owner => copyLane(input, owner))) : []
  if (outcomes.includes('history is long')) return continueAsNew<typeof copyTable>(input)
  const written = await sweep(input, lanes[0]!)
  const failures = await anyWork(input.limits).finishTables({ place, tables })
  return { written, failures }
}

/** What a lane that is no more had claimed is taken over, until nothing is open. */
async function sweep(input: CopyTableInput, owner: string): Promise<number> {
  const { place, tables, limits } = input
  for (;;) {
    const { more, total } = await hostWork(place.host, limits).copyChunks({
      place,
      tables,
      owner,
      sweep: true,
    })
    if (!more) return total
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof copyTable>(input)
  }
}

async function copyLane(input: CopyTableInput, owner: string): Promise<'done' | 'history is long'> {
  const { place, tables } = input
  const work = hostWork(place.host, input.limits)
  for (;;) {
    const { more } = await work.copyChunks({ place, tables, owner, sweep: false })
    if (!more) return 'done'
    if (workflowInfo().continueAsNewSuggested) return 'history is long'
  }
}

/** Waits for all, also after one has failed or the workflow was cancelled: no lane writes on unseen. */
async function drained<T>(work: Promise<T>[]): Promise<T[]> {
  const settled = await CancellationScope.nonCancellable(() => Promise.allSettled(work))
  const failed = settled.find(s => s.status === 'rejected')
  if (failed) throw failed.reason
  return settled.map(s => (s as PromiseFulfilledResult<T>).value)
}
