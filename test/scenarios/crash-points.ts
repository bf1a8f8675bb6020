/** Where workers of a scene kill themselves: at the edges of activities, each point once. */
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Before the effect; after it, but before its report; after the server has acknowledged the report. */
export const PHASES = ['before', 'after', 'reported'] as const
export type Phase = (typeof PHASES)[number]
export type CrashPoint = `${string}:${Phase}`

export interface CrashPoints {
  /** The environment for commands, whose workers then crash. */
  env: NodeJS.ProcessEnv
  /** The points at which a worker has killed itself. */
  struck(): CrashPoint[]
}

/** @param folder where the points are kept; it outlives the workers */
export function crashPoints(
  folder: string,
  env: NodeJS.ProcessEnv,
  points: readonly CrashPoint[],
): CrashPoints {
  const own = mkdtempSync(join(folder, 'crash-'))
  writeFileSync(join(own, 'points'), points.join('\n'))
  const hook = new URL('crash-hook.ts', import.meta.url).href
  const options = [env.NODE_OPTIONS, `--import=${hook}`].filter(Boolean).join(' ')
  return {
    env: { ...env, NODE_OPTIONS: options, LONGHAUL_TEST_CRASH: own },
    struck: () => (existsSync(own) ? readdirSync(own) : []).filter(isPoint),
  }
}

const isPoint = (name: string): name is CrashPoint => PHASES.some(phase => name.endsWith(`:${phase}`))
