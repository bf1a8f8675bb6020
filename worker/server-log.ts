/** The log that the embedded server writes: kept small, and read when it died. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs'

const LARGEST = 4 * 1024 * 1024

/** Moves a log that has grown aside (one generation); the server goes on writing, as it appends. */
export function trimLog(path: string): void {
  if (!existsSync(path) || statSync(path).size < LARGEST) return
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
}

/** The last line of a log. */
export function lastWords(path: string): string {
  if (!existsSync(path)) return 'it left no log'
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(4096)
    const start = Math.max(0, fstatSync(file).size - buffer.length)
    const text = buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, start))
    return text.trim().split('\n').at(-1)?.slice(-400) || 'it said nothing'
  } finally {
    closeSync(file)
  }
}
