/** The runner: what trials need is made once, then they take turns. */
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { follow, LONGHAUL } from '../test/end-to-end/cli.ts'
import { type Round, type TrialResults, toolCpu, toolMemory } from './results.ts'
import { playRound } from './round.ts'
import { parseScript } from './script.ts'
import { type Server, startServer } from './server.ts'
import { type SourceName, source } from './sources.ts'
import { type Stack, startTrialStack } from './stack.ts'
import type { Ground, Trial } from './trial.ts'

export interface Order {
  rows: number
  rounds: number
  /** Where sources are kept. */
  sources: string
  say: (line: string) => void
}

export interface Played {
  postgres: string
  trials: TrialResults[]
}

/** Plays all rounds, after one that does not count where there are several. */
export async function playRounds(trials: readonly Trial[], order: Order): Promise<Played> {
  const server = await startServer()
  const stack = await startTrialStack(server.env)
  const folder = sharedFolder(server)
  try {
    const grounds = await makeGrounds(trials, { server, stack, folder }, order)
    const results = await Promise.all(trials.map(skippedOrEmpty))
    const able = trials.filter((_, i) => !results[i]!.skipped)
    for (const trial of able) await trial.prepare?.(grounds.get(trial.source)!)
    for (let round = order.rounds > 1 ? 0 : 1; round <= order.rounds; round++)
      for (const trial of able) {
        const kept = results.find(({ name }) => name === trial.name)!
        await playOne(trial, grounds.get(trial.source)!, round, kept, order)
      }
    return { postgres: server.version, trials: results }
  } finally {
    await stack.stop()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function playOne(trial: Trial, ground: Ground, round: number, kept: TrialResults, { say }: Order) {
  const label = `${round === 0 ? 'warm-up' : `round ${round}`}, ${trial.name}`
  try {
    const played = await playRound(trial, ground, round)
    say(`${label}: ${figures(played)}`)
    if (round > 0) kept.rounds.push(played)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    say(`${label}: failed: ${why}`)
    if (round > 0) kept.failures.push(`round ${round}: ${why.split('\n')[0]}`)
  }
}

function figures(round: Round): string {
  const { seconds, cpu, copyAndFinish } = round
  const copy = copyAndFinish ? ` (copy and finish ${copyAndFinish.seconds.toFixed(2)} s)` : ''
  const used = `CPU ${toolCpu(round).toFixed(1)} s and PostgreSQL ${cpu.postgres.toFixed(1)} s`
  return `${seconds.toFixed(2)} s${copy}, ${used}, ${toolMemory(round)} MB`
}

async function skippedOrEmpty({ name, title, note, missing }: Trial): Promise<TrialResults> {
  const skipped = await missing?.()
  return { name, title, ...(note && { note }), ...(skipped && { skipped }), rounds: [], failures: [] }
}

type Place = Pick<Ground, 'server' | 'stack' | 'folder'>

/** Each source with the script that all its trials follow. */
async function makeGrounds(trials: readonly Trial[], place: Place, { rows, sources, say }: Order) {
  const grounds = new Map<SourceName, Ground>()
  for (const name of new Set(trials.map(trial => trial.source))) {
    say(`source ${name}`)
    const made = source(name, rows, sources)
    const script = parseScript(await planSql(made.path, place.server, place.stack))
    grounds.set(name, { ...place, source: made, script })
  }
  return grounds
}

async function planSql(path: string, server: Server, stack: Stack): Promise<string> {
  const words = ['plan', '--sql', '--quiet', '--from', `sqlite:${path}`, '--to', server.url('postgres')]
  const { status, out, err } = await follow(process.execPath, [LONGHAUL, ...words], { env: stack.env })
  if (status !== 0) throw new Error(`longhaul plan ended with status ${status}: ${err}`)
  return out
}

/** Under the folder of temporary files, owned by whom PostgreSQL runs as. */
function sharedFolder({ pid }: Server): string {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-bench-'))
  const { uid, gid } = statSync(`/proc/${pid}`)
  if (process.getuid?.() === 0) chownSync(folder, uid, gid)
  chmodSync(folder, 0o700)
  return folder
}
