/** One run under its schedule: what was done to it, what was seen, and how it ended. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ended } from '../scenarios/cli.ts'
import type { ScratchPostgres } from '../support/postgres.ts'
import { checked } from './checks.ts'
import type { FaultName, Schedule } from './draw.ts'
import { FAULTS } from './faults.ts'
import { ProgressWatch } from './progress.ts'
import { Stage } from './stage.ts'

/** Beyond the time of a clean run, after the last fault: promise P4, with the longest back-off of a minute. */
const ALLOWANCE = 60_000 + 60_000
/** A run that has not ended by then never will. */
const PATIENCE = 300_000

export interface Observed {
  fault: FaultName
  /** Milliseconds since the beginning of the run: when it began, and when it was over. */
  at: number
  until: number
  what: string
  /** Milliseconds until something more was committed; absent where there was nothing to copy any more. */
  progressAfter?: number
}

export interface RunRecord {
  run: number
  schedule: Schedule
  observed: Observed[]
  /** Draws that found the run at its end. */
  left: number
  starts: number
  /** Ends of the command that the program did not bring about, before the last one. */
  ends: string[]
  seconds: number
  /** From the last fault to the end. */
  secondsAfter: number
  lost: number
  doubled: number
  violations: string[]
}

/** @param cleanMs how long a run without faults takes; without it this is that run */
export async function chaosRun(
  postgres: ScratchPostgres,
  source: string,
  run: number,
  schedule: Schedule,
  cleanMs?: number,
): Promise<RunRecord> {
  const stage = await Stage.open(postgres, source)
  const began = performance.now()
  const clock = () => Math.round(performance.now() - began)
  const watch = new ProgressWatch(stage, clock)
  const over = new AbortController()
  try {
    const ends: string[] = []
    const playing = play(stage, watch, schedule, clock, over.signal)
    const ended = await followed(stage, watch, ends)
    const time = clock()
    over.abort()
    const observed = await playing
    await watch.end()
    for (const fault of observed) {
      const again = watch.again(fault.at)
      if (again !== undefined) fault.progressAfter = again
    }
    const last = Math.max(0, ...observed.map(fault => fault.until).filter(at => at < time))
    const found = ended
      ? await checked(stage, ended)
      : { lost: 0, doubled: 0, violations: ['it did not end'] }
    const late = cleanMs !== undefined && time - last > cleanMs + ALLOWANCE
    return {
      ...{ run, schedule, observed, starts: stage.starts, ends },
      left: schedule.draws.length - observed.length,
      seconds: time / 1000,
      secondsAfter: (time - last) / 1000,
      ...found,
      violations: [
        ...found.violations,
        ...(found.lost + found.doubled > 0 ? [`${found.lost} rows lost, ${found.doubled} doubled`] : []),
        ...(late ? [`it took ${(time - last) / 1000} s after the last fault`] : []),
        ...ends.filter(end => !isExpected(end)),
      ],
    }
  } finally {
    over.abort()
    await watch.end()
    await stage.close()
  }
}

/** Faults one after the other; those that last go on beside the next ones. */
async function play(
  stage: Stage,
  watch: ProgressWatch,
  { from, draws }: Schedule,
  clock: () => number,
  signal: AbortSignal,
): Promise<Observed[]> {
  const done: Promise<Observed>[] = []
  if (from === 'first write') while (!watch.begun && !signal.aborted) await sleep(20)
  for (const { wait, fault, amount } of draws) {
    await sleep(wait, undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    const at = clock()
    done.push(FAULTS[fault](stage, amount).then(what => ({ fault, at, until: clock(), what })))
  }
  return Promise.all(done)
}

const WAITS = 6

/** Starts the command as often as it is killed, or says that it waits, until it ends well. */
async function followed(stage: Stage, watch: ProgressWatch, ends: string[]): Promise<Ended | undefined> {
  const limit = performance.now() + PATIENCE
  for (;;) {
    const left = Math.max(0, limit - performance.now())
    const ended = await Promise.race([stage.follow(), sleep(left, 'too late' as const, { ref: false })])
    if (ended === 'too late') return undefined
    if (ended?.status === 0) return ended
    if (ended) ends.push(endOf(ended, watch.begun))
    // Somebody comes and types it again.
    await sleep(500)
  }
}

/** Preflight tells the user soon that the target is away; the target is as it was, and that is a good end. */
const isExpected = (end: string) => /^(status 3 before the first write|status 6)/.test(end)

function endOf({ status, err, out }: Ended, begun: boolean): string {
  if (status === WAITS) return 'status 6'
  const place = begun ? 'after' : 'before'
  return `status ${status} ${place} the first write: ${`${err}\n${out}`.trim().slice(-600)}`
}
