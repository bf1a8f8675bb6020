/**
 * CPU times of threads as the system tells them. Node's `worker.cpuUsage()` is answered by the thread itself, which cannot while it
 * is in a call of SQLite: the check of a large table takes minutes.
 */
import { readFileSync, readlinkSync } from 'node:fs'

/** The system's number of the thread that asks; undefined where the system does not tell. */
export function ownNumber(): number | undefined {
  try {
    return Number(/\d+$/.exec(readlinkSync('/proc/thread-self'))?.[0])
  } catch {
    return undefined
  }
}

/** Microseconds that the thread of that number, of this process, has worked (proc(5), fields 14 and 15 of `stat`). */
export function timeOf(number: number): number {
  const stat = readFileSync(`/proc/self/task/${number}/stat`, 'latin1')
  // The second field is a name that may hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS
}

/** Linux counts in hundredths of a second, whatever the kernel's own clock. */
const TICK_MICROSECONDS = 10_000
