/**
 * What a test left running must be gone even when the test was killed with `kill -9`. So the cleaning is
 * done by a process of its own, which waits for the pipe from the test to close and then clears away the
 * one thing it was given. An orderly end takes the same way: `guard().end()` closes the pipe and waits.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { clearAway, type Thing } from './clear-away.ts'

export interface Guard {
  /** Clears the thing away now. */
  end(): Promise<void>
}

/** Sees to it that the thing is cleared away when this process ends, however it ends. */
export function guard(thing: Thing): Guard {
  const script = fileURLToPath(import.meta.url)
  const child = spawn(process.execPath, [script, JSON.stringify(thing)], {
    // A session of its own: Ctrl-C ends the test, and the watchdog cleans up after it.
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  child.unref()
  ;(child.stdin as unknown as { unref(): void }).unref()
  const end = async () => {
    child.ref()
    child.stdin.end()
    await ended
  }
  return { end }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const thing = JSON.parse(process.argv[2]!) as Thing
  process.stdin.resume()
  await once(process.stdin, 'close')
  await clearAway(thing)
}
