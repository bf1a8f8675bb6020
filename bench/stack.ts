/** The stack of longhaul for the trials: what `longhaul up` keeps running. */

import { startStack } from '../test/support/temporal.ts'
import { runningServer } from '../worker/temporal-process.ts'

export interface Stack {
  worker: number
  temporal: number
  /** The environment of the commands. */
  env: NodeJS.ProcessEnv
  stop(): Promise<void>
}

/** @param login the password of the target, by environment */
export async function startTrialStack(login: NodeJS.ProcessEnv): Promise<Stack> {
  const stack = await startStack(undefined, login)
  return {
    worker: stack.worker.pid!,
    temporal: runningServer(stack.home)?.pid ?? 0,
    env: { ...stack.env, ...login },
    stop: stack.stop,
  }
}
