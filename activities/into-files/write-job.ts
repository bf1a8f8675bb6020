/** Writes files one after the other, each whole or not at all; runs in a thread. */
import { rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { held } from '../../ledger/fence.ts'
import { type ExportedFile, exportFigures, failFile, nextFile } from '../../ledger/in-file/exported.ts'
import { Failure } from '../../model/failure.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import { ordersOf } from '../into-sqlite/orders.ts'
import type { Progress } from '../progress.ts'
import { isFileFailure } from './failed.ts'
import { beginFile, putIntoPlace } from './into-place.ts'
import { type Export, type ExportInput, withExport } from './place.ts'
import { RowsOfFiles } from './rows.ts'
import { writeFile } from './write-file.ts'
import type { Written } from './write-files.ts'

export interface WriteInput extends ExportInput {
  budgetMs: number
}

/** Until no file is left, the time is over, orders change, or it is told to stop. */
export async function writeExport(
  input: WriteInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<Written> {
  return withExport(input, { progress, signal }, async opened => {
    const rows = new RowsOfFiles({ home: input.home, run: input.place.run }, opened.chosen)
    try {
      const lane = new Lane(input, opened, rows, progress, signal)
      const more = await lane.write()
      const { files, done, failed } = exportFigures(opened.db)
      return { more, files, done, failed }
    } finally {
      rows.close()
    }
  })
}

/** Names of files for each row hold values of the row. */
function withoutFileName({ layout, where }: Export, error: unknown): unknown {
  if (layout.per === undefined || !(error instanceof Failure)) return error
  const { facts } = error
  if (!facts.object?.startsWith(`file ${where.folder}`)) return error
  return new Failure({ ...facts, object: `folder ${where.folder}` })
}

/** How often it looks for orders while it waits, and shows that it lives. */
const LOOK_MS = 1000

class Lane {
  readonly #input: WriteInput
  readonly #opened: Export
  readonly #rows: RowsOfFiles
  readonly #progress: Progress
  readonly #signal: AbortSignal
  readonly #revision: number
  readonly #deadline: number

  constructor(input: WriteInput, opened: Export, rows: RowsOfFiles, progress: Progress, signal: AbortSignal) {
    this.#input = input
    this.#opened = opened
    this.#rows = rows
    this.#progress = progress
    this.#signal = signal
    this.#revision = ordersOf(input.home, input.place).revision
    this.#deadline = Date.now() + input.budgetMs
  }

  /** Whether there is more to do. Fails with `paused` where the run is held. */
  async write(): Promise<boolean> {
    for (let file = nextFile(this.#opened.db); file; file = nextFile(this.#opened.db)) {
      if (!(await this.#turn())) return true
      await this.#file(file)
    }
    return false
  }

  async #file(file: ExportedFile): Promise<void> {
    const { db, token, waiting } = this.#opened
    const half = await beginFile(this.#opened, file)
    try {
      const settled = await writeFile(this.#opened, this.#rows, file, half, this.#progress, this.#signal)
      await putIntoPlace(this.#opened, half, file, settled)
    } catch (error) {
      rmSync(half, { force: true })
      const reason = isFileFailure(error)
      if (reason === undefined) throw withoutFileName(this.#opened, error)
      await writing(db, waiting, () => failFile(db, token, file.no, reason))
    }
  }

  /** Waits until the limit on files lets the next one begin. False where the lane has to end. */
  async #turn(): Promise<boolean> {
    const { filesPerMinute } = this.#opened.where
    const { lastAt } = filesPerMinute ? exportFigures(this.#opened.db) : {}
    const due = filesPerMinute && lastAt !== undefined ? lastAt + 60_000 / filesPerMinute : 0
    for (;;) {
      const { revision, paused } = ordersOf(this.#input.home, this.#input.place)
      if (paused && revision === this.#revision) throw held(this.#input.place.run)
      if (this.#signal.aborted || Date.now() > this.#deadline || revision > this.#revision) return false
      if (Date.now() >= due) return true
      this.#progress({ throttled: true })
      await pause(Math.min(LOOK_MS, due - Date.now()))
    }
  }
}
