/** Memory given back at once: V8 waits until a hundred megabytes of large values have gathered. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes that are worth a collection (1 to 2 ms) when nobody needs them any more. */
export const WORTH_COLLECTING = 16 * 1024 * 1024

type Collect = (options: { type: 'minor' } | { type: 'major'; flavor: 'last-resort' }) => void
let gc: Collect | undefined

/** Collects this thread's young garbage, such as pieces of a value that were used. */
export function collect(): void {
  collector()({ type: 'minor' })
}

/** Collects all of this thread's garbage, and code that was long not run, and gives the memory back: 50 ms, for a thread that has nothing to do. */
export function collectAll(): void {
  collector()({ type: 'major', flavor: 'last-resort' })
}

function collector(): Collect {
  if (!gc) {
    setFlagsFromString('--expose-gc')
    gc = runInNewContext('gc') as Collect
  }
  return gc
}
