/** What will be done to a run, drawn before it begins: the same seed gives the same schedule, whatever happens. */
import { Random } from '../../examples/demo/random.ts'

/** Everything that can happen to a run, and how often, in relation to the others. */
export const WEIGHTS = {
  'kill worker': 8,
  'kill server': 3,
  'kill command': 3,
  'kill all': 2,
  'end worker in order': 2,
  'stop worker for a while': 3,
  'crash PostgreSQL': 3,
  'end one backend': 3,
  'end all backends': 2,
  'cut connections': 3,
  'leave connections half open': 2,
  'stall connections for good': 2,
  'stall everything for a while': 2,
  'slow everything down for a while': 1,
  'refuse connections for a while': 2,
  'lose the answer to a COMMIT': 6,
  'cut before a COMMIT': 3,
  'cut in mid-COPY': 3,
  'pause for a while': 3,
  'throttle for a while': 2,
} as const
export type FaultName = keyof typeof WEIGHTS

export interface Draw {
  /** Milliseconds after the fault before. */
  wait: number
  fault: FaultName
  /** From 0 up to and without 1: which one, how long, how many; each fault makes its own of it. */
  amount: number
}

/** What is done to one run, and from when on. */
export interface Schedule {
  /** Its beginning, or the moment at which it begins to write. */
  from: 'start' | 'first write'
  draws: Draw[]
}

const NAMES = Object.keys(WEIGHTS) as FaultName[]

/** The schedule of run number `run` (from 1) under a seed. */
export function drawRun(seed: number, run: number): Schedule {
  const random = new Random(seed * 1000 + run)
  const from = random.chance(0.2) ? 'start' : 'first write'
  const draws = Array.from({ length: random.integer(3, 8) }, () => ({
    // Often one upon the other, sometimes with time to recover.
    wait: Math.round(random.next() * (random.chance(0.5) ? 800 : 8000)),
    fault: pickWeighted(random),
    amount: random.next(),
  }))
  return { from, draws }
}

function pickWeighted(random: Random): FaultName {
  let left = random.next() * NAMES.reduce((sum, name) => sum + WEIGHTS[name], 0)
  for (const name of NAMES) {
    left -= WEIGHTS[name]
    if (left < 0) return name
  }
  return NAMES[0]!
}
