/** One lane's share of the copying: chunk after chunk, for about a minute, then the workflow is asked again. */
import type { TableFigures } from '../model/control.ts'
import type { RunPlace } from '../model/payloads.ts'
import { needSnapshot } from './artifacts.ts'
import type { LaneResult } from './copy-lane.ts'
import type { Work } from './edge.ts'
import { runTargetJob } from './watch.ts'

/** Long enough that an activity's cost vanishes, short enough that a history shows where a run stands. */
export const BUDGET_MS = 60_000

export interface CopyInput {
  place: RunPlace
  tables: string[]
  /** Stable name of the lane: its own unfinished chunks are taken up again. */
  owner: string
  /** Take over what any lane has left unfinished. */
  sweep: boolean
  /** Tables among these may not be cut into chunks yet, and this lane is the only one. */
  cut?: boolean
}

export interface Copied {
  /** The time was over, orders changed or a table is paused before the chunks were all copied. */
  more: boolean
  /** Rows of these tables that are committed. */
  total: number
  /** How far each of these tables is; absent in histories of versions that did not tell. */
  figures?: TableFigures[]
}

/** Fails with `paused` where the run is held from the start. */
export async function copyChunks({ home, log }: Work, input: CopyInput): Promise<Copied> {
  const snapshot = needSnapshot(home, input.place.run)
  const lane = { ...input, home, snapshot, budgetMs: BUDGET_MS }
  return toldOf(log, await runTargetJob(home, input.place, 'copyLane', lane))
}

/** Logs what a lane did, and gives what the workflow hears of it. */
export function toldOf(log: Work['log'], { cuts, chunks, ...copied }: LaneResult): Copied {
  for (const cut of cuts) log.info(cut, 'chunks planned')
  for (const chunk of chunks) log.info(chunk, 'chunk copied')
  return copied
}
