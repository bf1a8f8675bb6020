/** Where a command writes: results to standard output, everything else to standard error. */
import type { WriteStream } from 'node:tty'
import { escapeControls } from '../../model/name-text.ts'

/** The least of a stream that a command needs; `process.stdout` has it. */
export type Stream = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows'>>

export interface Verbosity {
  /** One JSON document on standard output, and nothing else there. */
  json?: boolean
  quiet?: boolean
  verbose?: boolean
}

export class Output {
  readonly verbosity: Verbosity
  readonly #stdout: Stream
  readonly #stderr: Stream
  /** Lines of the live view that stand on the terminal now. */
  #drawn: string[] = []

  constructor(stdout: Stream, stderr: Stream, verbosity: Verbosity = {}) {
    this.#stdout = stdout
    this.#stderr = stderr
    this.verbosity = verbosity
  }

  /** The same places with another verbosity. */
  with(verbosity: Verbosity): Output {
    return new Output(this.#stdout, this.#stderr, verbosity)
  }

  /** A result, for readers; programs get `document`. */
  print(text: string): void {
    if (!this.verbosity.json) this.#stdout.write(`${printable(text)}\n`)
  }

  /** A result that has to stay as it is, byte for byte; only a terminal is spared its control characters. */
  verbatim(text: string): void {
    if (!this.verbosity.json) this.#stdout.write(this.#stdout.isTTY ? printable(text) : text)
  }

  /** The result for programs. JSON escapes control characters by itself. */
  document(value: unknown): void {
    if (this.verbosity.json) this.#stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  }

  /** What is good to know meanwhile. */
  say(line: string): void {
    if (!this.verbosity.quiet) this.warn(line)
  }

  /** What has to be known. */
  warn(text: string): void {
    const standing = this.#drawn
    this.#erase()
    this.#stderr.write(`${printable(text)}\n`)
    this.#show(standing)
  }

  /** Whether a view that is drawn again and again has a place. */
  get live(): boolean {
    const { quiet, verbose } = this.verbosity
    return Boolean(this.#stderr.isTTY) && !quiet && !verbose && process.env.TERM !== 'dumb'
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.#stderr.columns ?? 80, rows: this.#stderr.rows ?? 24 }
  }

  /** Draws the live view in place of the one that stands there. */
  draw(lines: string[]): void {
    this.#erase()
    this.#show(lines.map(escapeControls))
  }

  /** Leaves the live view as it stands; what comes now comes below it. */
  settle(): void {
    this.#drawn = []
  }

  #show(lines: string[]): void {
    if (lines.length > 0) this.#stderr.write(`${lines.join('\n')}\n`)
    this.#drawn = lines
  }

  #erase(): void {
    if (this.#drawn.length > 0) this.#stderr.write(`\x1b[${this.#drawn.length}A\x1b[J`)
    this.#drawn = []
  }
}

/** Names may hold control characters, and a terminal would obey them; line ends of our own stay. */
function printable(text: string): string {
  return text.split('\n').map(escapeControls).join('\n')
}
