/**
 * Jobs that block or burn CPU, and so run in a thread of their own: heartbeats go on beside them.
 * `job-thread.ts` has the code, this file what goes in and out.
 */
import type { Worker } from 'node:worker_threads'
import { CancelledFailure, Context } from '@temporalio/activity'
import { Failure, type FailureFacts } from '../model/failure.ts'
import type { Jobs } from './job-thread.ts'
import { endThread, takeThread, workOf } from './threads.ts'

/** Activity to thread: a job, or the order to stop the one that is under way. */
export type ToThread = { type: 'job'; name: keyof Jobs; data: unknown } | { type: 'stop' }

/** Thread to activity. */
export type FromThread =
  | { type: 'progress'; detail: unknown }
  | { type: 'done'; result: unknown }
  | { type: 'failed'; facts: FailureFacts }
  | { type: 'broken'; name: string; stack: string | undefined }
  /** First of all: the system's number of the thread, where it has one. */
  | { type: 'begun'; number: number | undefined }
  /** After `done`: nothing of the job is left, and the thread may do another. */
  | { type: 'ready' }

type Outcome = Extract<FromThread, { type: 'done' | 'failed' | 'broken' }>

/** How often a silent thread is looked at. */
const LOOK_MS = 1000
/** CPU time between two looks that means work; the question itself costs the thread a little, too. */
const WORK_MICROSECONDS = 20_000

/**
 * Runs one job in a thread. Progress of the job becomes heartbeats; so does CPU time that the thread used,
 * since an engine's long call reports nothing. `heard` gets the progress as well. On cancellation the job is asked to stop,
 * and waited for; when `unwanted` is aborted it is ended at once, whatever it does.
 */
export async function runJob<K extends keyof Jobs>(
  name: K,
  data: Parameters<Jobs[K]>[0],
  heard: (detail: unknown) => void = () => {},
  unwanted?: AbortSignal,
): Promise<Awaited<ReturnType<Jobs[K]>>> {
  const context = Context.current()
  const thread = takeThread()
  const send = (message: ToThread) => thread.postMessage(message)
  const stop = () => send({ type: 'stop' })
  context.cancellationSignal.addEventListener('abort', stop, { once: true })
  const end = () => void endThread(thread)
  unwanted?.addEventListener('abort', end, { once: true })
  const watch = watchThread(thread, context)
  let well = false
  try {
    send({ type: 'job', name, data })
    const message = await outcome(thread, detail => {
      heard(detail)
      context.heartbeat(detail)
    })
    if (context.cancellationSignal.aborted) throw new CancelledFailure('cancelled')
    if (message.type === 'failed') throw new Failure(message.facts)
    if (message.type === 'broken')
      throw Object.assign(new Error(), { name: message.name, stack: message.stack })
    well = true
    return message.result as Awaited<ReturnType<Jobs[K]>>
  } finally {
    clearInterval(watch)
    unwanted?.removeEventListener('abort', end)
    context.cancellationSignal.removeEventListener('abort', stop)
    if (!well) await endThread(thread)
  }
}

async function outcome(thread: Worker, progress: (detail: unknown) => void): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const hear = (message: FromThread) => {
    if (message.type === 'progress') progress(message.detail)
    else if (message.type !== 'ready' && message.type !== 'begun') resolve(message)
  }
  const exit = (code: number) =>
    reject(Object.assign(new Error(), { name: 'ThreadExit', code: `exit ${code}` }))
  thread.on('message', hear).on('error', reject).on('exit', exit)
  try {
    return await promise
  } finally {
    thread.off('message', hear).off('error', reject).off('exit', exit)
  }
}

function watchThread(thread: Worker, context: Context): NodeJS.Timeout {
  let before = Number.POSITIVE_INFINITY
  const look = async () => {
    const now = await workOf(thread).catch(() => before)
    if (now > before + WORK_MICROSECONDS) context.heartbeat()
    before = now
  }
  // What its earlier jobs have used is no sign of life of this one.
  void look()
  return setInterval(look, LOOK_MS)
}
