/**
 * Jobs that block or burn CPU, and so run in a thread of their own: heartbeats go on beside them.
 * `job-thread.ts` has the code, this file what goes in and out.
 */
import { Worker } from 'node:worker_threads'
import { CancelledFailure, Context } from '@temporalio/activity'
import { entry } from '../home/entry.ts'
import { Failure, type FailureFacts } from '../model/failure.ts'
import type { Jobs } from './job-thread.ts'

/** Thread to activity. */
export type FromThread =
  | { type: 'progress'; detail: unknown }
  | { type: 'done'; result: unknown }
  | { type: 'failed'; facts: FailureFacts }
  | { type: 'broken'; name: string; stack: string | undefined }

/**
 * Cells die young: with the default a worker of four threads grew to 578 MB on 2 million rows, with this to
 * 326 MB, in the same time.
 */
const YOUNG_MB = 16

/** How often a silent thread is looked at. */
const LOOK_MS = 1000
/** CPU time between two looks that means work; the question itself costs the thread a little, too. */
const WORK_MICROSECONDS = 20_000

/**
 * Runs one job in a thread. Progress of the job becomes heartbeats; so does CPU time that the thread used,
 * since an engine's long call reports nothing. `heard` gets the progress as well. On cancellation the job is asked to stop, and waited for.
 */
export async function runJob<K extends keyof Jobs>(
  name: K,
  data: Parameters<Jobs[K]>[0],
  heard: (detail: unknown) => void = () => {},
): Promise<Awaited<ReturnType<Jobs[K]>>> {
  const context = Context.current()
  const thread = new Worker(entry(import.meta.url, './job-thread.ts'), {
    workerData: { name, data },
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    stdout: false,
  })
  const stop = () => thread.postMessage('stop')
  context.cancellationSignal.addEventListener('abort', stop, { once: true })
  const watch = watchThread(thread, context)
  try {
    const message = await outcome(thread, detail => {
      heard(detail)
      context.heartbeat(detail)
    })
    if (context.cancellationSignal.aborted) throw new CancelledFailure('cancelled')
    if (message.type === 'failed') throw new Failure(message.facts)
    if (message.type === 'done') return message.result as Awaited<ReturnType<Jobs[K]>>
    throw Object.assign(new Error(), { name: message.name, stack: message.stack })
  } finally {
    clearInterval(watch)
    context.cancellationSignal.removeEventListener('abort', stop)
    await thread.terminate()
  }
}

function outcome(
  thread: Worker,
  progress: (detail: unknown) => void,
): Promise<Exclude<FromThread, { type: 'progress' }>> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: FromThread) => {
      if (message.type === 'progress') progress(message.detail)
      else resolve(message)
    })
    thread.once('error', reject)
    thread.once('exit', code =>
      reject(Object.assign(new Error(), { name: 'ThreadExit', code: `exit ${code}` })),
    )
  })
}

function watchThread(thread: Worker, context: Context): NodeJS.Timeout {
  let before = 0
  return setInterval(async () => {
    const { user, system } = await thread.cpuUsage().catch(() => ({ user: before, system: 0 }))
    if (user + system > before + WORK_MICROSECONDS) context.heartbeat()
    before = user + system
  }, LOOK_MS)
}
