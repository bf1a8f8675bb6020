/** Why and when a worker process ends: a signal, or nobody left who needs it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { liveUsers, readStack, type StackMessage } from '../home/stack.ts'
import { EXIT } from '../model/failure.ts'

const PAUSE = 500

/** Tells the command that forked us, if one did and still lives; settles when the message is on its way. */
export function tell(message: StackMessage): Promise<void> {
  return new Promise(resolve => {
    if (process.connected) process.send?.(message, undefined, {}, () => resolve())
    else resolve()
  })
}

export const wasForked = process.channel !== undefined

let signals = 0

/** Settles on SIGTERM or SIGINT. A second signal ends the process at once. */
export function signalled(): Promise<void> {
  return new Promise(resolve => {
    const onSignal = () => {
      if (++signals > 1) process.exit(EXIT.interrupted)
      resolve()
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}

/** Settles when the command that forked us is gone, however it went. Never, if none did. */
export function orphaned(): Promise<void> {
  return new Promise(resolve => {
    if (!wasForked) return
    if (!process.connected) resolve()
    process.on('disconnect', resolve)
  })
}

/** Whether anybody wants this process to go on. */
export function isWanted(home: string): boolean {
  return signals === 0 && (!wasForked || process.connected || liveUsers(home).length > 0)
}

/** Waits until no process uses the stack of this home. */
export async function unused(home: string): Promise<void> {
  while (liveUsers(home).length > 0) await sleep(PAUSE)
}

/** Waits until no stack runs in this home. */
export async function withoutStack(home: string): Promise<void> {
  while (readStack(home)) await sleep(PAUSE)
}
