/** Pausing a run, and waiting until nothing of it is under way any more. */
import { setTimeout as sleep } from 'node:timers/promises'
import { pauseUpdate } from '../workflows/messages.ts'
import type { RunHandle } from './handle.ts'
import { type GivenOrder, giveOrder } from './order.ts'
import type { TableOrder } from './orders.ts'
import { atWork } from './pending.ts'
import { queryProgress } from './progress.ts'
import type { Temporal } from './stack.ts'

export interface PauseOptions extends TableOrder {
  /** Seconds to wait until it holds; absent: 60. */
  wait?: number
  /** Hears what is still under way, when that changes. */
  onStill?: (still: string[]) => void
}

export interface Paused extends GivenOrder {
  /** Nothing of it is under way: no session is open, no row is written until the resume. */
  holds: boolean
  /** What was still under way when the wait was over; it ends at its next boundary, and then the pause holds. */
  still: string[]
}

const PAUSE = 250
/** Between two activities a run looks at rest for a moment. */
const LOOKS = 2

/**
 * Pauses a run or one table, and waits until the chunks that are under way have ended. The order stands also
 * where the wait was too short.
 */
export async function pause(longhaul: Temporal, id: string, options: PauseOptions = {}): Promise<Paused> {
  const { wait = 60, onStill = () => {}, ...order } = options
  const given = await giveOrder(longhaul, id, pauseUpdate, order)
  const still = await rest(longhaul, given.run, order.table, { until: Date.now() + wait * 1000, onStill })
  return { ...given, holds: still.length === 0, still }
}

async function rest(
  longhaul: Temporal,
  run: RunHandle,
  table: string | undefined,
  { until, onStill }: { until: number; onStill: (still: string[]) => void },
): Promise<string[]> {
  const look = () => (table === undefined ? atWork(longhaul, run) : copying(longhaul, run, table))
  for (let [told, quiet] = ['', 0]; ; await sleep(PAUSE)) {
    const still = await Promise.race([look(), longhaul.failed])
    quiet = still.length === 0 ? quiet + 1 : 0
    if (quiet === LOOKS || (quiet === 0 && Date.now() >= until)) return still
    if (quiet === 0 && told !== still.join()) onStill(still)
    told = still.join()
  }
}

/** Other tables of its group may be under way: only the run itself knows whether this one is. */
async function copying(longhaul: Temporal, run: RunHandle, table: string): Promise<string[]> {
  const progress = await queryProgress(longhaul, run)
  if (!progress) return ['the answer of the run']
  return progress.tables.some(({ name, state }) => name === table && state === 'copying')
    ? [`copy of ${table}`]
    : []
}
