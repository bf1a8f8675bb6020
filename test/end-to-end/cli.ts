/** The command line as a user types it: a process of its own, followed to its end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const LONGHAUL = fileURLToPath(new URL('../../bin/longhaul.mjs', import.meta.url))

export interface Said {
  /** The exit status, or the signal. */
  status: number | string
  out: string
  err: string
  /** Both, for messages of a test and for what may stand in either. */
  all: string
}

export interface Surroundings {
  env: NodeJS.ProcessEnv
  cwd?: string
  /** Somebody else's process, which only root can start. */
  owner?: { uid: number; gid: number }
}

/** Runs `longhaul WORDS` to its end; nobody answers its questions. */
export function longhaul(words: string[], around: Surroundings): Promise<Said> {
  return follow(process.execPath, [LONGHAUL, ...words], around)
}

/** Runs any program to the end of its output. */
export function follow(program: string, words: string[], around: Surroundings): Promise<Said> {
  return heard(begin(program, words, around))
}

/** Starts `longhaul WORDS`, to be interrupted. */
export function begun(words: string[], around: Surroundings): { child: ChildProcess; said: Promise<Said> } {
  const child = begin(process.execPath, [LONGHAUL, ...words], around)
  return { child, said: heard(child) }
}

function begin(program: string, words: string[], { env, cwd, owner }: Surroundings) {
  return spawn(program, words, { env, cwd, ...owner, stdio: ['ignore', 'pipe', 'pipe'] })
}

function heard(child: ReturnType<typeof begin>): Promise<Said> {
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', chunk => (out += chunk))
  child.stderr.setEncoding('utf8').on('data', chunk => (err += chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ status: code ?? signal!, out, err, all: out + err }))
  })
}
