/** The lines that a run adds to its log, for `--verbose`. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { runFolder } from '../../home/home.ts'

interface LogLine {
  time?: number
  level?: number
  activity?: string
  msg?: string
}

export class LogTail {
  readonly #home: string
  #path = ''
  #offset = 0
  #rest = ''

  constructor(home: string) {
    this.#home = home
  }

  /** What was written since the last look, as lines for readers. */
  next(run: string): string[] {
    const path = join(runFolder(run, this.#home), 'log.jsonl')
    if (path !== this.#path) this.#begin(path)
    const lines = (this.#rest + this.#read()).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.filter(Boolean).map(readable)
  }

  #begin(path: string): void {
    this.#path = path
    this.#offset = 0
    this.#rest = ''
  }

  #read(): string {
    let file: number
    try {
      file = openSync(this.#path, 'r')
    } catch {
      return ''
    }
    try {
      const buffer = Buffer.alloc(Math.max(fstatSync(file).size - this.#offset, 0))
      const read = readSync(file, buffer, 0, buffer.length, this.#offset)
      this.#offset += read
      return buffer.toString('utf8', 0, read)
    } finally {
      closeSync(file)
    }
  }
}

const LEVELS: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

/** `12:30:01 info takeSnapshot: done {"ms":12}`. */
function readable(line: string): string {
  try {
    const {
      time,
      level,
      activity,
      msg,
      run: _run,
      host: _host,
      ...rest
    } = JSON.parse(line) as LogLine & Record<string, unknown>
    const clock = time ? new Date(time).toISOString().slice(11, 19) : ''
    const facts = Object.keys(rest).length ? ` ${JSON.stringify(rest)}` : ''
    return `${clock} ${LEVELS[level ?? 30] ?? ''} ${activity ? `${activity}: ` : ''}${msg ?? ''}${facts}`
  } catch {
    return line
  }
}
