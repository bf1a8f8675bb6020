/** Writes rows in quarantine after their plan was corrected, and settles the run's balance. */
import type { ReplayInput, ReplayResult } from './messages.ts'
import { anyWork, hostWork } from './proxies.ts'

export async function replay(input: ReplayInput): Promise<ReplayResult> {
  const work = hostWork(input.host, input.limits)
  const { place, before } = await work.openReplay(input)
  const { tables, left } = await work.replayRows({ place, settings: input.settings })
  if (tables.length > 0) await anyWork(input.limits).validateTables({ place, tables })
  return { replayed: before - left, left, result: await work.settleReplay({ place }) }
}
