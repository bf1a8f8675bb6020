/** The faults: what each does to a stage, and what it says of it. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ended } from '../scenarios/cli.ts'
import type { Moment } from '../support/proxy.ts'
import type { FaultName } from './draw.ts'
import type { Stage } from './stage.ts'

/**
 * Does it and says in words what was done, or what was not there to do it to. A fault that lasts returns when it
 * is over.
 */
export type Fault = (stage: Stage, amount: number) => Promise<string>

/** From `least` up to `most`, by the amount that was drawn. */
const between = (amount: number, least: number, most: number) => least + amount * (most - least)
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`

const away = new WeakSet<Stage['cluster']>()

export const FAULTS: Record<FaultName, Fault> = {
  'kill worker': async stage => sent(stage, ['worker'], 'SIGKILL'),
  'kill server': async stage => sent(stage, ['server'], 'SIGKILL'),
  'kill command': async stage => sent(stage, ['command'], 'SIGKILL'),
  'kill all': async stage => sent(stage, ['command', 'worker', 'server'], 'SIGKILL'),
  'end worker in order': async stage => sent(stage, ['worker'], 'SIGTERM'),
  'stop worker for a while': async (stage, amount) => {
    const pid = stage.signal('worker', 'SIGSTOP')
    if (pid === undefined) return NOTHING
    const time = between(amount, 500, 20_000)
    await sleep(time)
    try {
      process.kill(pid, 'SIGCONT')
      return `stopped ${pid} for ${seconds(time)}`
    } catch {
      return `stopped ${pid}, which was killed meanwhile`
    }
  },
  'crash PostgreSQL': async ({ cluster }, amount) => {
    // One that is away, or recovers, is not crashed and started a second time beside that.
    if (away.has(cluster)) return NOTHING
    away.add(cluster)
    const time = between(amount, 0, 4000)
    await cluster.crash()
    await sleep(time)
    await cluster.start()
    away.delete(cluster)
    return `away for ${seconds(time)}`
  },
  'end one backend': (stage, amount) => terminated(stage, pids => [pids[Math.floor(amount * pids.length)]!]),
  'end all backends': stage => terminated(stage, pids => pids),
  'cut connections': async ({ proxy }) => `${proxy.strikeNow('cut')} connections`,
  'leave connections half open': async ({ proxy }) => `${proxy.strikeNow('half-open')} connections`,
  'stall connections for good': async ({ proxy }) => `${proxy.strikeNow('stall')} connections`,
  'stall everything for a while': async ({ proxy }, amount) => {
    const time = between(amount, 500, 25_000)
    proxy.stall()
    await sleep(time)
    proxy.flow()
    return seconds(time)
  },
  'slow everything down for a while': async ({ proxy }, amount) => {
    proxy.slow(between(amount, 2, 60))
    await sleep(5000)
    proxy.slow(0)
    return `${Math.round(between(amount, 2, 60))} ms a chunk`
  },
  'refuse connections for a while': async ({ proxy }, amount) => {
    const time = between(amount, 500, 8000)
    proxy.refuse(true)
    proxy.strikeNow('cut')
    await sleep(time)
    proxy.refuse(false)
    return seconds(time)
  },
  'lose the answer to a COMMIT': (stage, amount) =>
    met(stage, { at: 'answer', nth: 1 + Math.floor(amount * 12) }),
  'cut before a COMMIT': (stage, amount) => met(stage, { at: 'commit', nth: 1 + Math.floor(amount * 12) }),
  'cut in mid-COPY': (stage, amount) =>
    met(stage, { at: 'rows', bytes: Math.floor(between(amount, 1, 60_000)) }),
  'pause for a while': async (stage, amount) => {
    const paused = await ordered(stage, 'pause')
    await sleep(between(amount, 0, 6000))
    return `${paused}, then ${await insisted(stage, 'resume')}`
  },
  'throttle for a while': async (stage, amount) => {
    const rows = Math.floor(between(amount, 500, 20_000))
    const throttled = await ordered(stage, 'throttle', '--rows-per-second', String(rows))
    await sleep(between(amount, 500, 6000))
    return `${throttled}, then ${await insisted(stage, 'throttle', '--rows-per-second', 'off')}`
  },
}

/** Sessions that work for a run. */
const WORKERS = /^longhaul [0-9a-f]{8}-/
const NOTHING = 'nothing was there'
/** A condition that was not met by then is given up: the run has passed those places. */
const PATIENCE = 20_000

function sent(stage: Stage, to: Parameters<Stage['signal']>[0][], signal: NodeJS.Signals): string {
  const reached = to.flatMap(which => stage.signal(which, signal) ?? [])
  return reached.length > 0 ? `${signal} to ${reached.join(', ')}` : NOTHING
}

async function terminated(stage: Stage, choose: (pids: number[]) => number[]): Promise<string> {
  try {
    const client = await stage.session()
    const { rows } = await client.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE usename = $1 ORDER BY pid',
      [stage.role],
    )
    const pids = rows.length > 0 ? choose(rows.map(({ pid }) => pid)) : []
    await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids])
    await client.end()
    return pids.length > 0 ? `ended ${pids.length} of ${rows.length}` : NOTHING
  } catch {
    return 'PostgreSQL was away'
  }
}

async function met({ proxy }: Stage, moment: Moment): Promise<string> {
  const late = AbortSignal.timeout(PATIENCE)
  const struck = proxy.strike(moment, 'cut', WORKERS, late)
  const hit = await Promise.race([struck, once(late, 'abort')])
  if (Array.isArray(hit)) return 'not met'
  return hit.sql?.trim().replaceAll(/\s+/g, ' ').slice(0, 40) ?? 'in mid-COPY'
}

async function ordered(stage: Stage, ...words: string[]): Promise<string> {
  return `${words[0]}: ${told(await stage.operate(...words))}`
}

/** What holds a run has to be taken away again, or the harness and not longhaul keeps it from its end. */
async function insisted(stage: Stage, ...words: string[]): Promise<string> {
  for (let tries = 1; ; tries++) {
    const ended = await stage.operate(...words)
    if (ended.status === 0 || ended.status === 2 || tries === 20)
      return `${words[0]}: ${told(ended)}${tries > 1 ? ` (try ${tries})` : ''}`
    await sleep(1000)
  }
}

/** With its reason where it was refused. */
function told({ status, err }: Ended): string {
  return status === 0 ? 'done' : `status ${status} (${err.trim().split('\n').at(-1)})`
}
