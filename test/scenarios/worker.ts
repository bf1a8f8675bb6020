/** A worker beside the one that a command has started: of the same host, with the same state folder. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../worker/main.ts', import.meta.url))

/** Starts `worker/main.ts` for the server that `TEMPORAL_ADDRESS` names. */
export function startSecondWorker(env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'inherit'] })
}
