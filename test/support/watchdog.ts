/**
 * What a test left running must be gone even when the test was killed with `kill -9`. So the cleaning is
 * done by a process of its own, one for all things of a test's process: it waits for the pipe from the test to
 * close and then clears away what is left. An orderly end takes the same way: `guard().end()` asks for one thing.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { clearAway, type Thing } from './clear-away.ts'

export interface Guard {
  /** Clears the thing away now. */
  end(): Promise<void>
}

/** A thing to look after, or the number of one to clear away now; the answer is its number. */
type Order = { no: number; thing?: Thing }

let watchdog: Watchdog | undefined

/** Sees to it that the thing is cleared away when this process ends, however it ends. */
export function guard(thing: Thing): Guard {
  watchdog ??= startWatchdog()
  return watchdog(thing)
}

type Watchdog = (thing: Thing) => Guard

function startWatchdog(): Watchdog {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    // A session of its own: Ctrl-C ends the test, and the watchdog cleans up after it.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error('the watchdog of the tests has ended')),
  )
  ended.catch(() => {})
  const waiting = new Map<number, () => void>()
  createInterface({ input: child.stdout! }).on('line', line => waiting.get(Number(line))?.())
  const order = (what: Order) => child.stdin!.write(`${JSON.stringify(what)}\n`)
  let last = 0
  hold(child, false)
  return thing => {
    const no = ++last
    order({ no, thing })
    const end = async () => {
      const done = new Promise<void>(resolve => waiting.set(no, resolve))
      hold(child, true)
      order({ no })
      await Promise.race([done, ended])
      waiting.delete(no)
      if (waiting.size === 0) hold(child, false)
    }
    let gone: Promise<void> | undefined
    return { end: () => (gone ??= end()) }
  }
}

/** Whether the process of the test stays for as long as its watchdog is there. */
function hold(child: ChildProcess, whether: boolean): void {
  const word = whether ? 'ref' : 'unref'
  for (const part of [child, child.stdin as Socket, child.stdout as Socket]) part[word]()
}

async function watch(): Promise<void> {
  const things = new Map<number, Thing>()
  const end = async (no: number) => {
    const thing = things.get(no)
    things.delete(no)
    if (thing) await clearAway(thing).catch(console.error)
    process.stdout.write(`${no}\n`)
  }
  const lines = createInterface({ input: process.stdin })
  lines.on('line', line => {
    const { no, thing } = JSON.parse(line) as Order
    if (thing) things.set(no, thing)
    else void end(no)
  })
  await once(lines, 'close')
  await Promise.all([...things.keys()].map(end))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Whom the answers went to may be gone.
  process.stdout.on('error', () => {})
  await watch()
}
