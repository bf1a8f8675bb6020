/** What exceljs' streaming writer leaves out: it never waits for the disk, and hears of no error before its end. */
import { Writable } from 'node:stream'
import type { Worksheet } from 'exceljs'
import type { NewFile } from '../files/new-file.ts'

/** Where exceljs sends the bytes of the workbook. */
export class Sink extends Writable {
  readonly #file: NewFile
  readonly #broken = new AbortController()

  constructor(file: NewFile) {
    super()
    this.#file = file
    this.on('error', error => this.#broken.abort(error))
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    try {
      this.#file.write(chunk)
      done()
    } catch (error) {
      done(error as Error)
    }
  }

  /** Waits for something that never comes once the sink is broken; throws what broke it. */
  async whole<T>(act: () => Promise<T>): Promise<T> {
    const { signal } = this.#broken
    signal.throwIfAborted()
    const broken = Promise.withResolvers<never>()
    const stop = () => broken.reject(signal.reason)
    signal.addEventListener('abort', stop)
    try {
      return await Promise.race([act(), broken.promise])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/** The part of exceljs' sheet that its types leave out: the stream into the zip. */
interface Streamed {
  stream: { pipes: Writable[] }
}

const NOTHING = Buffer.alloc(0)

/** Keeps a sheet from being written faster than the zip takes it: exceljs' streams never say that they are full. */
export class Flow {
  readonly #sink: Sink
  readonly #pipes: Writable[]
  #before: Promise<unknown> = Promise.resolve()

  constructor(sheet: Worksheet, sink: Sink) {
    this.#sink = sink
    this.#pipes = (sheet as unknown as Streamed).stream.pipes
  }

  /** Until all is taken that was written before the last call: so the zip always has something to do. */
  async taken(): Promise<void> {
    const now = Promise.all(this.#pipes.map(pipe => new Promise(done => pipe.write(NOTHING, done))))
    await this.#sink.whole(() => this.#before)
    this.#before = now
  }
}
