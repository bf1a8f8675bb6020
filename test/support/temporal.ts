/** A state folder of a test's own, and the real embedded stack in it. */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entry } from '../../home/entry.ts'
import { registerUser, type StackMessage, type StackPlace } from '../../home/stack.ts'
import { workerEnvironment } from '../../home/worker-environment.ts'
import { guard } from './watchdog.ts'

export interface ScratchHome {
  /** The LONGHAUL_HOME. */
  home: string
  /** The environment for commands: this home, no TEMPORAL_* and no LONGHAUL_* of the machine. */
  env: NodeJS.ProcessEnv
  /** Ends whatever runs in this home and deletes it. Happens as well when this process is killed. */
  stop(): Promise<void>
}

export function scratchHome(): ScratchHome {
  const home = mkdtempSync(join(tmpdir(), 'longhaul-home-'))
  const watchdog = guard({ kind: 'home', folder: home })
  const ours = /^(TEMPORAL_|LONGHAUL_(?!TEST_)|PG|DATABASE_URL)/
  const clean = Object.entries(process.env).filter(([name]) => !ours.test(name))
  return { home, env: { ...Object.fromEntries(clean), LONGHAUL_HOME: home }, stop: watchdog.end }
}

export interface ScratchStack extends ScratchHome, StackPlace {
  /** The worker process, to be killed. */
  worker: ChildProcess
  /** Starts a worker again, after the last one was killed. */
  startWorker(): Promise<ChildProcess>
}

/** Temporal server and worker as a command starts them, in a home of their own or in the one given. */
export async function startStack(
  scratch = scratchHome(),
  env: NodeJS.ProcessEnv = {},
): Promise<ScratchStack> {
  const release = registerUser(scratch.home)
  const start = () => startWorker({ ...scratch.env, ...env })
  const { worker, place } = await start()
  const stack: ScratchStack = {
    ...scratch,
    ...place,
    worker,
    startWorker: async () => (stack.worker = (await start()).worker),
    stop: async () => {
      release()
      await scratch.stop()
    },
  }
  return stack
}

/** Forks `worker/main.ts --embedded`; settles when it is ready, with its lines in the error if not. */
export async function startWorker(
  env: NodeJS.ProcessEnv,
): Promise<{ worker: ChildProcess; place: StackPlace }> {
  const main = entry(import.meta.url, '../../worker/main.ts')
  const worker = fork(main, ['--embedded'], {
    env: workerEnvironment(env),
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const place = await new Promise<StackPlace>((resolve, reject) => {
    worker.on('message', (message: StackMessage) => {
      if (message.type === 'ready') resolve(message)
      if (message.type === 'failed') reject(new Error(`the worker failed: ${message.facts.message}`))
    })
    worker.once('exit', (code, signal) => reject(new Error(`the worker ended: ${code ?? signal}`)))
    worker.once('error', reject)
  })
  worker.unref()
  worker.channel?.unref()
  return { worker, place }
}
