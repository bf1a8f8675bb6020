/** The command line as a process of its own, to be watched and killed. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LONGHAUL = fileURLToPath(new URL('../../bin/longhaul.mjs', import.meta.url))

export interface Ended {
  /** The exit status, or the signal. */
  status: number | string
  out: string
  err: string
}

export interface Command {
  pid: number
  /** What it said so far on standard error. */
  said(): string
  kill(): void
  ended: Promise<Ended>
}

/** Starts `longhaul WORDS`. Its output goes into memory; nobody answers its questions. */
export function spawnCli(words: string[], env: NodeJS.ProcessEnv): Command {
  const child = spawn(process.execPath, [LONGHAUL, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', chunk => (out += chunk))
  child.stderr.setEncoding('utf8').on('data', chunk => (err += chunk))
  const ended = new Promise<Ended>(resolve =>
    child.once('exit', (code, signal) => {
      // Not on `close`: a worker that outlives its killed command may have inherited these pipes.
      setImmediate(() => resolve({ status: code ?? signal!, out, err }))
    }),
  )
  return { pid: child.pid!, said: () => err, kill: () => void child.kill('SIGKILL'), ended }
}
