/** What a run must not leave behind: processes, sessions, half-written files. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import type { Client } from 'pg'
import { until } from './until.ts'

/** Nothing of longhaul runs any more for this home, and nothing half-made lies in it. */
export async function assertNothingLeft(home: string, client: Client): Promise<void> {
  await until(
    `processes of the home are gone: ${processesOf(home)}`,
    () => (processesOf(home).length === 0 ? true : undefined),
    40_000,
  )
  const { rows } = await client.query(
    `SELECT pid, application_name, state, query FROM pg_stat_activity
      WHERE application_name LIKE 'longhaul%' AND datname = current_database()`,
  )
  assert.deepEqual(rows, [], 'sessions of longhaul')
  assert.deepEqual(halfMade(home), [], 'half-made files')
}

/** Files and folders that are there only while something is being written. */
export function halfMade(home: string): string[] {
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
  return files.filter(name => /\.tmp$|\.snapshot-/.test(name))
}

/** Command lines of the processes that belong to a home, but not those that clear up after tests. */
export function processesOf(home: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => ({ pid, words: read(`/proc/${pid}/cmdline`), env: read(`/proc/${pid}/environ`) }))
    .filter(({ words, env }) => words.includes(home) || env.includes(`LONGHAUL_HOME=${home}\0`))
    .filter(({ words }) => words !== '' && !words.includes('watchdog.ts'))
    .map(({ pid, words }) => `${pid} ${words.replaceAll('\0', ' ')}`)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
