/** The thread's side of `jobs.ts`: opens what a job needs, runs it, tells how it went. */
import { parentPort, workerData } from 'node:worker_threads'
import { Failure } from '../model/failure.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Cell } from '../model/types.ts'
import { whileWanted } from '../sessions/black-hole.ts'
import { isDatabaseError, toFailure } from '../sessions/errors.ts'
import { snapshot } from '../stores/sqlite/snapshot.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import type { KeyRange } from '../stores/store.ts'
import { assessSnapshot } from './assess-job.ts'
import { findCollisions } from './collision-job.ts'
import { copyLane } from './copy-lane.ts'
import { digestBoth, digestCopied } from './digest-job.ts'
import { digestThere } from './digest-there.ts'
import { findExampleValues } from './example-job.ts'
import type { FromThread } from './jobs.ts'
import { verifyExpressions } from './verify-job.ts'
import { compareViews } from './views-job.ts'

type Progress = (detail: unknown) => void

const jobs = {
  snapshot: (
    data: { source: string; dest: string; busySeconds: number },
    progress: Progress,
    signal: AbortSignal,
  ) => snapshot(data.source, data.dest, { progress, signal, busyTimeoutMs: data.busySeconds * 1000 }),
  assess: assessSnapshot,
  findExampleValues,
  findCollisions,
  bounds,
  copyLane,
  digestCopied,
  digestBoth,
  digestThere,
  compareViews,
  verify: verifyExpressions,
} as const
export type Jobs = typeof jobs

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

async function main(): Promise<void> {
  const { name, data } = workerData as { name: keyof Jobs; data: never }
  const stop = new AbortController()
  parentPort!.once('message', () => stop.abort())
  try {
    const result = await whileWanted(stop.signal, async () =>
      jobs[name](data, detail => send({ type: 'progress', detail }), stop.signal),
    )
    send({ type: 'done', result })
  } catch (error) {
    send(toldAs(error))
  }
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

await main()
