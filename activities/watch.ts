/** Heartbeats for work that the server does: an index build, a foreign key, a COPY behind somebody's lock. */
import { CancelledFailure, Context } from '@temporalio/activity'
import { activity, type Backend, NOBODY } from '../stores/postgres/backend.ts'
import type { Jobs } from './job-thread.ts'
import { runJob } from './jobs.ts'
import { openMonitor, type Watched } from './monitor.ts'
import { isBackend } from './progress.ts'

const LOOK_MS = 2000

/** Out of a pool the session may serve somebody else by now. */
const CANCEL = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name LIKE 'longhaul%'`

/** Does `work` on the session `me`, with a heartbeat for as long as the server is at it. */
export function watched<T>(home: string, place: Watched, me: Backend, work: () => Promise<T>): Promise<T> {
  return watching(home, place, () => me.pid, work)
}

/** Runs a job whose thread has a session of its own on the target, and tells its process id as progress. */
export function runTargetJob<K extends keyof Jobs>(
  home: string,
  place: Watched,
  name: K,
  data: Parameters<Jobs[K]>[0],
): Promise<Awaited<ReturnType<Jobs[K]>>> {
  let pid: number | undefined
  const heard = (detail: unknown) => {
    if (isBackend(detail)) pid = detail.backend
  }
  return watching(
    home,
    place,
    () => pid,
    () => runJob(name, data, heard),
  )
}

/**
 * A second session asks the server what the first one does. A server that waits for us proves nothing, and
 * no answer means no heartbeat.
 */
async function watching<T>(
  home: string,
  place: Watched,
  pid: () => number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const context = Context.current()
  const monitor = await openMonitor(home, place)
  let asking = false
  const look = setInterval(async () => {
    const backend = pid()
    if (asking || !backend) return
    asking = true
    const seen = await monitor.ask(client => activity(client, backend)).catch(() => undefined)
    asking = false
    if (seen?.state === 'active' && !seen.waitsFor?.startsWith('Client')) context.heartbeat(seen)
  }, LOOK_MS)
  // The server works on for nobody, and holds its locks, unless it is told to stop.
  const stop = () => {
    monitor.ask(client => client.query(CANCEL, [pid() ?? NOBODY])).catch(() => {})
  }
  context.cancellationSignal.addEventListener('abort', stop, { once: true })
  try {
    return await work()
  } catch (error) {
    throw context.cancellationSignal.aborted ? new CancelledFailure('cancelled') : error
  } finally {
    clearInterval(look)
    context.cancellationSignal.removeEventListener('abort', stop)
    await monitor.close()
  }
}
