/** The real command line in a process of its own, with a state folder that nobody else uses. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../client/cli/main.ts', import.meta.url))

export interface Said {
  status: number | null
  stdout: string
  stderr: string
}

/** A folder that is gone after the tests of this file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-cli-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs `longhaul WORDS` to its end. */
export function longhaul(home: string, words: string[], env: NodeJS.ProcessEnv = {}): Said {
  const clean = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|LONGHAUL|PG)/.test(name))
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: 'utf8',
    env: { ...Object.fromEntries(clean), LONGHAUL_HOME: home, LONGHAUL_HOST: 'test-host', ...env },
    timeout: 120_000,
  })
  return { status, stdout, stderr }
}
