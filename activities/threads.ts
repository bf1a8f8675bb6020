/**
 * The threads that jobs run in. Each job has one to itself; one that ended its job in order waits for the next, since
 * a new one takes 110 ms to load its code. `job-thread.ts` is their side.
 */
import { SHARE_ENV, Worker } from 'node:worker_threads'
import { entry } from '../home/entry.ts'
import type { FromThread } from './jobs.ts'
import { timeOf } from './thread-time.ts'

/**
 * Megabytes of a thread's young generation. Cells die young: with the default a worker of four threads grew to 578 MB
 * on 2 million rows. From 16 to 6 took 20 MB more off, in the same time; 3 takes off no more.
 */
const YOUNG_MB = 6

/** As many as small runs use at a time. */
const MOST_WAITING = 2

const waiting: Worker[] = []
/** The system's numbers of the threads. */
const numbers = new WeakMap<Worker, number>()

/** A thread for one job; when it says that nothing of the job is left it waits for another. */
export function takeThread(): Worker {
  const thread = waiting.pop() ?? start()
  thread.ref()
  return thread
}

/** Ends a thread whose job did not end well. */
export async function endThread(thread: Worker): Promise<void> {
  forget(thread)
  await thread.terminate()
}

/** Loads the code of a thread before the first job asks for it. */
export function warmUp(): void {
  if (waiting.length === 0) keep(start())
}

/** Microseconds of CPU time that a thread has used. */
export async function workOf(thread: Worker): Promise<number> {
  const number = numbers.get(thread)
  if (number !== undefined) return timeOf(number)
  const { user, system } = await thread.cpuUsage()
  return user + system
}

function start(): Worker {
  const thread = new Worker(entry(import.meta.url, './job-thread.ts'), {
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    env: SHARE_ENV,
    stdout: false,
  })
  thread.on('message', (message: FromThread) => {
    if (message.type === 'begun' && message.number !== undefined) numbers.set(thread, message.number)
    if (message.type === 'ready') keep(thread)
  })
  // What ends a thread ends its job, which listens as well.
  thread.on('error', () => {})
  thread.once('exit', () => forget(thread))
  return thread
}

function keep(thread: Worker): void {
  thread.unref()
  if (waiting.length < MOST_WAITING) waiting.push(thread)
  else void thread.terminate()
}

function forget(thread: Worker): void {
  const at = waiting.indexOf(thread)
  if (at >= 0) waiting.splice(at, 1)
}
