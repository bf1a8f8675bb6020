/** One lane of a run into a file: chunk after chunk under the orders in force. Runs in a thread. */

import { setTimeout as pause } from 'node:timers/promises'
import { held } from '../../ledger/fence.ts'
import { fileFigures, lastWritten, nextFileChunk, openFileChunks } from '../../ledger/in-file/chunks.ts'
import type { Orders } from '../../model/control.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { ChunkCopied } from '../copy-chunk.ts'
import type { CopyInput } from '../copy-chunks.ts'
import type { LaneResult } from '../copy-lane.ts'
import type { Progress } from '../progress.ts'
import { smallOnes } from '../small-tables.ts'
import { copyFileChunks } from './chunk.ts'
import { cutOpen } from './cut.ts'
import { type FilePlace, type RunFile, withFile } from './file.ts'
import { ordersOf } from './orders.ts'
import { type SourceRows, withRows } from './rows-of-source.ts'

export interface FileLaneInput extends Omit<CopyInput, 'place'> {
  home: string
  place: FilePlace
  budgetMs: number
}

/** Copies until no chunk is left, the time is over, orders change, or it is told to stop. */
export async function copyFileLane(
  input: FileLaneInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<LaneResult> {
  const { home, place, tables } = input
  return withFile(place, { progress, signal }, async file => {
    const { db, plan } = file
    const lane = new Lane(input, file, progress, signal)
    const cuts: LaneResult['cuts'] = []
    const more =
      isIdle(input) ||
      (await withRows({ home, run: place.run, source: plan.what.source, progress, into: db }, async rows => {
        if (input.cut) cuts.push(...(await cutOpen(file, rows, tables, progress)))
        return lane.copy(
          rows,
          plan.what.tables.filter(({ name }) => tables.includes(name)),
        )
      }))
    const figures = fileFigures(db, place.run, tables)
    const total = figures.reduce((sum, { written }) => sum + written, 0)
    return { more: more && !isIdle(input), total, figures, cuts, chunks: lane.chunks }
  })
}

/** The file has one writer: of the lanes of a table the first one does it all. */
const isIdle = ({ sweep, owner }: FileLaneInput): boolean => !sweep && !owner.endsWith('/0')

/** How often a throttled lane looks for orders, and shows that it lives. */
const LOOK_MS = 1000

class Lane {
  readonly chunks: ChunkCopied[] = []
  readonly #input: FileLaneInput
  readonly #file: RunFile
  readonly #progress: Progress
  readonly #signal: AbortSignal
  /** Of the orders in force when it began: newer ones end it. */
  readonly #revision: number
  readonly #deadline: number

  constructor(input: FileLaneInput, file: RunFile, progress: Progress, signal: AbortSignal) {
    this.#input = input
    this.#file = file
    this.#progress = progress
    this.#signal = signal
    this.#revision = ordersOf(input.home, input.place).revision
    this.#deadline = Date.now() + input.budgetMs
  }

  /** Whether there is, or may be, more to do for it. Fails with `paused` where the run is held. */
  async copy(source: SourceRows, tables: readonly TablePlan[]): Promise<boolean> {
    const { db, token } = this.#file
    const open = openFileChunks(
      db,
      token.run,
      tables.map(({ name }) => name),
    )
    for (const some of smallOnes(tables.filter(({ name }) => open.get(name) === 1))) {
      const free = some.filter(table => this.#mayCopy(table))
      if (!(await this.#turn())) return true
      await this.#chunks(source, free)
      for (const { name } of free) open.delete(name)
    }
    let paused = false
    for (const table of tables) {
      if (!open.has(table.name)) continue
      const end = await this.#copyTable(source, table)
      if (end === 'over') return true
      paused ||= end === 'paused'
    }
    return paused
  }

  async #copyTable(source: SourceRows, table: TablePlan): Promise<'none' | 'paused' | 'over'> {
    const { db, token } = this.#file
    while (nextFileChunk(db, token.run, table.name)) {
      const orders = this.#orders()
      if (orders.skippedTables.includes(table.name)) return 'none'
      if (orders.pausedTables.includes(table.name)) return 'paused'
      if (!(await this.#turn())) return 'over'
      await this.#chunks(source, [table])
    }
    return 'none'
  }

  async #chunks(source: SourceRows, tables: readonly TablePlan[]): Promise<void> {
    this.chunks.push(...(await copyFileChunks(this.#file, source, tables, this.#progress)))
  }

  #orders(): Orders {
    return ordersOf(this.#input.home, this.#input.place)
  }

  #mayCopy({ name }: TablePlan): boolean {
    const { pausedTables, skippedTables } = this.#orders()
    return !pausedTables.includes(name) && !skippedTables.includes(name)
  }

  /**
   * Waits until the limit on rows lets the next chunk begin: by the rows of the last one, whoever wrote it, as the file has one
   * writer. No lock is held meanwhile. False where the lane has to end.
   */
  async #turn(): Promise<boolean> {
    for (;;) {
      const { revision, paused, rowsPerSecond } = this.#orders()
      if (paused && revision === this.#revision) throw held(this.#input.place.run)
      if (this.#signal.aborted || Date.now() > this.#deadline || revision > this.#revision) return false
      const last = rowsPerSecond === undefined ? undefined : lastWritten(this.#file.db, this.#file.token.run)
      const due = last ? last.at + (last.rows / rowsPerSecond!) * 1000 : 0
      if (Date.now() >= due) return true
      this.#progress({ throttled: true })
      await pause(Math.min(LOOK_MS, due - Date.now()))
    }
  }
}
