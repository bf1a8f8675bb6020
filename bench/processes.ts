/** Processor time and memory of processes and their descendants, from `/proc` (Linux). */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'

/** Clock ticks a second: `sysconf(_SC_CLK_TCK)`, 100 on every Linux that Node.js runs on. */
const TICKS = 100

/** The process and all below it, of those that live. */
export function treeOf(root: number, without: readonly number[] = []): number[] {
  if (without.includes(root)) return []
  return [root, ...childrenOf(root).flatMap(child => treeOf(child, without))]
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap(task =>
      read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

/** Seconds of processor that a process has used, and its children that ended and were waited for; 0 when it is gone. */
export function cpuOf(pid: number): number {
  const { own, reaped } = timesOf(pid)
  return own + reaped
}

/** Seconds of processor of a process's children that ended and were waited for. */
export const reapedBy = (pid: number): number => timesOf(pid).reaped

function timesOf(pid: number): { own: number; reaped: number } {
  const stat = read(`/proc/${pid}/stat`)
  // The name before it may hold blanks and brackets. proc(5): utime, stime, cutime, cstime are fields 14 to 17.
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number)
  return { own: (user + system) / TICKS, reaped: (childUser + childSystem) / TICKS }
}

/** Resident memory, bytes. */
interface Memory {
  now: number
  /** Since the start, or since it was reset. */
  most: number
  /** What is in no file. */
  own: number
  program: string
}

export function memoryOf(pid: number): Memory {
  const status = read(`/proc/${pid}/status`)
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { now: field('VmRSS'), most: field('VmHWM'), own: field('RssAnon'), program: programOf(pid) }
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return ''
  }
}

/** proc(5), clear_refs: 5 resets the most to what it is now. */
export function resetMost(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** A process may end between two looks. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
