/**
 * Which process is meant by a pid: pids are given out again, so a record of a process keeps the moment
 * at which it started as well.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessMark {
  pid: number
  /** Opaque; equal for as long as the pid means the same process. */
  pidStart: string
}

/** The mark of a process that lives, or undefined. A zombie has no mark: it does nothing any more. */
export function markOf(pid: number): ProcessMark | undefined {
  if (!exists(pid)) return undefined
  const pidStart = startFromProc(pid) ?? ps(pid, 'lstart=')
  return pidStart === 'gone' ? undefined : { pid, pidStart }
}

export function isAlive({ pid, pidStart }: ProcessMark): boolean {
  return markOf(pid)?.pidStart === pidStart
}

/** The words with which a process was started, empty where that cannot be seen. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ps(pid, 'args=')
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Clock ticks since boot, and which boot; undefined where there is no /proc. */
function startFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold blanks and brackets; state is the first field after it, start the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return 'gone'
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`
  } catch {
    return undefined
  }
}

function ps(pid: number, column: string): string {
  try {
    const words = ['-ww', '-o', column, '-p', String(pid)]
    return execFileSync('ps', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return ''
  }
}
