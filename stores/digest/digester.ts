/** From rows to their digest, as a table's plan has it. */
import { Failure } from '../../model/failure.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import { type CellWriter, type Form, writerFor } from './canonical.ts'
import { BUCKETS, Digest } from './digest.ts'
import { hash128 } from './hash.ts'
import { Scratch } from './scratch.ts'
import { Unfit } from './unfit.ts'

/** Digests the rows of a table whose cells come in the order of `table.columns`. */
export function digestFor(table: TablePlan, form: Form): Digester {
  return new Digester(table, form)
}

export class Digester {
  readonly digest = new Digest()
  /** The hash of the row that `hashRow` saw last; the same array each time. */
  readonly hash = new Uint32Array(4)
  readonly #table: TablePlan
  readonly #writers: CellWriter[]
  /** Positions of the key's columns; empty: a row's bucket follows from the whole row. */
  readonly #key: number[]
  readonly #keyHash = new Uint32Array(4)
  readonly #out = new Scratch()
  /** Where each cell of the row begins in the scratch, and where the last one ends. */
  readonly #starts: Int32Array

  constructor(table: TablePlan, form: Form) {
    this.#table = table
    this.#writers = table.columns.map(column => writerFor(column.type, form))
    this.#key = table.key.map(name => table.columns.findIndex(column => column.name === name))
    this.#starts = new Int32Array(table.columns.length + 1)
  }

  /** Fails with `value` and the column's name at the first cell that its column's type cannot hold. */
  add(rows: readonly Row[]): void {
    for (const row of rows) this.digest.add(this.hashRow(row), this.hash)
  }

  /** Leaves the row's hash in `hash` and gives its bucket; adds nothing. */
  hashRow(row: Row): number {
    const out = this.#out
    out.length = 0
    this.#writeCells(row)
    hash128(out.view, 0, out.length, this.hash)
    if (this.#key.length === 0) return this.hash[0]! % BUCKETS
    this.#hashKey()
    return this.#keyHash[0]! % BUCKETS
  }

  #writeCells(row: Row): void {
    const writers = this.#writers
    let column = 0
    try {
      for (; column < writers.length; column++) {
        this.#starts[column] = this.#out.length
        writers[column]!(row[column]!, this.#out)
      }
    } catch (error) {
      throw error instanceof Unfit ? this.#failure(column, error) : error
    }
    this.#starts[column] = this.#out.length
  }

  /** Over the key's cells side by side, wherever they stand in the row. */
  #hashKey(): void {
    const out = this.#out
    const start = out.length
    for (const column of this.#key) out.repeat(this.#starts[column]!, this.#starts[column + 1]!)
    hash128(out.view, start, out.length - start, this.#keyHash)
  }

  #failure(column: number, error: Unfit): Failure {
    const { name, type } = this.#table.columns[column]!
    return new Failure({
      code: 'value',
      object: `table "${this.#table.name}", column "${name}"`,
      message: `a value ${error.message}, so it cannot be compared as ${type.kind}`,
      remedy: `Give the column another type in the plan file, or correct the value in the source`,
    })
  }
}
