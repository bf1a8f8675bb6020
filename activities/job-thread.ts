/** The thread's side of `jobs.ts`: opens what a job needs, runs it, tells how it went. */
import { flushCompileCache } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { parentPort } from 'node:worker_threads'
import { collectAll } from '../home/collect.ts'
import { Failure } from '../model/failure.ts'
import type { TablePlan } from '../model/plan.ts'
import type { PlanRequest, RowsWanted } from '../model/plan-request.ts'
import type { Cell } from '../model/types.ts'
import { whileWanted } from '../sessions/black-hole.ts'
import { isDatabaseError, toFailure } from '../sessions/errors.ts'
import { narrow } from '../stores/sqlite/narrow.ts'
import { snapshot } from '../stores/sqlite/snapshot.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import type { KeyRange } from '../stores/store.ts'
import { checkSnapshot, scanSnapshot } from './assess-job.ts'
import { digestBothCarried } from './carry/compare-job.ts'
import { carryLane } from './carry/lane.ts'
import { locateCarried } from './carry/locate-job.ts'
import { compareStale } from './carry/stale-job.ts'
import { findCollisions } from './collision-job.ts'
import { digestBoth } from './compare-job.ts'
import { copyLane } from './copy-lane.ts'
import { digestCopied } from './digest-job.ts'
import { digestThere } from './digest-there.ts'
import { findExampleValues } from './example-job.ts'
import { fileJobs } from './into-sqlite/jobs.ts'
import { tryIntoSqlite } from './into-sqlite/try-job.ts'
import type { FromThread, ToThread } from './jobs.ts'
import { countStrays } from './labels-job.ts'
import { locateInCopied } from './locate-job.ts'
import { type Progress, paced } from './progress.ts'
import { repairTables } from './repair-job.ts'
import { checkPlannedRules, tryRuleQueries } from './rules-job.ts'
import { ownNumber } from './thread-time.ts'
import { verifyExpressions } from './verify-job.ts'
import { compareViews } from './views-job.ts'

const jobs = {
  snapshot: (
    data: { source: string; dest: string; busySeconds: number },
    progress: Progress,
    signal: AbortSignal,
  ) => snapshot(data.source, data.dest, { progress, signal, busyTimeoutMs: data.busySeconds * 1000 }),
  check: checkSnapshot,
  scan: scanSnapshot,
  narrow: ({ snapshot, request, rows }: { snapshot: string; request: PlanRequest; rows: RowsWanted }) =>
    narrow(snapshot, request, rows),
  findExampleValues,
  findCollisions,
  countStrays,
  bounds,
  copyLane,
  carryLane,
  compareStale,
  digestBothCarried,
  locateCarried,
  digestCopied,
  digestBoth,
  digestThere,
  locateInCopied,
  compareViews,
  repairTables,
  checkRules: checkPlannedRules,
  tryRuleQueries,
  verify: verifyExpressions,
  ...fileJobs,
  tryIntoSqlite,
} as const
type LateJobs = typeof import('./late-jobs.ts').lateJobs
export type Jobs = typeof jobs & LateJobs

async function jobOf(name: keyof Jobs): Promise<Jobs[keyof Jobs]> {
  if (name in jobs) return jobs[name as keyof typeof jobs]
  const { lateJobs } = await import('./late-jobs.ts')
  return lateJobs[name as keyof LateJobs]
}

interface Cut {
  table: TablePlan
  rows: number
  range: KeyRange
}

async function bounds(data: { snapshot: string; cuts: Cut[] }): Promise<Cell[][][]> {
  const store = openSqlite(data.snapshot)
  try {
    return data.cuts.map(({ table, rows, range }) => [...store.bounds(table, rows, range)])
  } finally {
    store.close()
  }
}

const send = (message: FromThread) => parentPort!.postMessage(message)

send({ type: 'begun', number: ownNumber() })
// What was compiled is kept now, for threads to come: a worker that is killed would keep nothing.
flushCompileCache()

/** Ends the job that is under way. */
let stop = new AbortController()

parentPort!.on('message', (message: ToThread) => {
  if (message.type === 'stop') stop.abort()
  else void run(message.name, message.data as never)
})

async function run(name: keyof Jobs, data: never): Promise<void> {
  stop = new AbortController()
  const { signal } = stop
  const progress = paced(detail => send({ type: 'progress', detail }))
  try {
    const job = await jobOf(name)
    const result = await whileWanted(signal, async () => job(data, progress, signal))
    send({ type: 'done', result })
    void rest()
  } catch (error) {
    send(toldAs(error))
  }
}

/**
 * A thread that holds more than this collects its garbage, and where that leaves too much it ends. Two runs of 1,000
 * tables took the worker to 438 MB without, to 377 with; a fresh thread holds 32.
 */
const MUCH_BYTES = 40_000_000
const MOST_BYTES = 48_000_000
/** How often, and milliseconds apart, it is looked whether sockets and processes of a job have closed. */
const LOOKS = 50
const PAUSE = 20

/** Says that it may do another job, or ends this thread. */
async function rest(): Promise<void> {
  if (heldBytes() > MUCH_BYTES) collectAll()
  if (heldBytes() > MOST_BYTES) process.exit()
  for (let looks = 0; looks < LOOKS; looks++) {
    if (process.getActiveResourcesInfo().every(name => name === 'MessagePort')) return send({ type: 'ready' })
    await pause(PAUSE)
  }
  process.exit()
}

function heldBytes(): number {
  const { total_heap_size: heap, external_memory: outside } = getHeapStatistics()
  return heap + outside
}

/** Messages of errors that are not ours may quote values: name and place are all that leaves the thread. */
function toldAs(error: unknown): FromThread {
  if (error instanceof Failure) return { type: 'failed', facts: error.facts }
  if (isDatabaseError(error)) {
    return { type: 'failed', facts: toFailure(error, { doing: 'work on the target' }).facts }
  }
  if (!(error instanceof Error)) return { type: 'broken', name: typeof error, stack: undefined }
  return { type: 'broken', name: error.name, stack: error.stack }
}
