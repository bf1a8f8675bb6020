/**
 * Preloaded by a worker: the process kills itself at the edge of an activity, as
 * `kill -9` would. `LONGHAUL_TEST_CRASH` names the folder that says where; see `crash-points.ts`.
 */
import { existsSync, openSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { altered, type Line } from './altered.ts'
import type { Phase } from './crash-points.ts'

const folder = process.env.LONGHAUL_TEST_CRASH

/** Lines of the edge, and the same with a point at which to crash. */
const LINES: Line[] = [
  ["runLog.info('begins')", "runLog.info('begins'); globalThis.crash(name, 'before')"],
  [
    'return result',
    `globalThis.crash(name, 'after')
      globalThis.crashOnceReported(name, activityInfo().taskToken)
      return result`,
  ],
]

/** Kills this process, unless this point was passed before, by whichever worker. */
function crash(activity: string, phase: Phase): void {
  const point = `${activity}:${phase}`
  const wanted = join(folder!, 'points')
  if (!existsSync(wanted) || !readFileSync(wanted, 'utf8').split('\n').includes(point)) return
  try {
    openSync(join(folder!, point), 'wx')
  } catch {
    return
  }
  process.kill(process.pid, 'SIGKILL')
  // The signal may come a moment later, in which nothing more may happen.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

/** Tasks whose activity is over and whose report has not been acknowledged, by token. */
const unreported: { activity: string; token: Buffer }[] = []

/** The SDK's call to its core resolves when the server has acknowledged the report. */
function watchReports(base: string): void {
  const require = createRequire(base)
  const { native } = createRequire(require.resolve('@temporalio/worker'))('@temporalio/core-bridge') as {
    native: Record<'workerCompleteActivityTask', (worker: unknown, completion: Buffer) => Promise<void>>
  }
  const report = native.workerCompleteActivityTask
  native.workerCompleteActivityTask = async (worker, completion) => {
    await report(worker, completion)
    const at = unreported.findIndex(({ token }) => completion.includes(token))
    if (at >= 0) crash(unreported.splice(at, 1)[0]!.activity, 'reported')
  }
}

if (folder) {
  Object.assign(globalThis, {
    crash,
    crashOnceReported: (activity: string, token: Uint8Array) =>
      unreported.push({ activity, token: Buffer.from(token) }),
  })
  altered('/activities/edge.ts', LINES, watchReports)
}
