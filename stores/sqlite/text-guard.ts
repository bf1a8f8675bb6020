/**
 * Stops reading at a text that is damaged in the file. What JavaScript gets for it looks like any other
 * text, so encoder and digest would agree on the damage.
 */
import { Failure } from '../../model/failure.ts'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import type { Connection } from './open.ts'
import { isReadRaw } from './raw-texts.ts'
import { countInvalid } from './scan-texts.ts'
import { type Encoding, REPLACEMENT } from './text-bytes.ts'

/** Columns of the snapshots that are open, once all of their texts are known to be whole. */
const sound = new WeakMap<Connection, Set<string>>()

export class TextGuard {
  readonly #db: Connection
  readonly #table: TablePlan
  readonly #encoding: Encoding
  readonly #sound: Set<string>

  constructor(db: Connection, table: TablePlan) {
    this.#db = db
    this.#table = table
    this.#encoding = db.pragma('encoding', { simple: true }) as Encoding
    this.#sound = sound.get(db) ?? new Set()
    sound.set(db, this.#sound)
  }

  /** In UTF-16 damage leaves no trace in what SQLite hands out: every column is looked at before. */
  start(): void {
    if (this.#encoding === 'UTF-8') return
    for (const column of this.#table.columns) this.#verify(column)
  }

  /** In UTF-8 damage reaches JavaScript as U+FFFD, and so does a U+FFFD that was written as such. */
  inspect(rows: Row[]): void {
    if (this.#encoding !== 'UTF-8') return
    for (const row of rows) {
      for (let i = 0; i < row.length; i++) {
        const cell = row[i]
        if (typeof cell === 'string' && cell.includes(REPLACEMENT)) this.#verify(this.#table.columns[i]!)
      }
    }
  }

  #verify(plan: ColumnPlan): void {
    if (isReadRaw(plan)) return
    const column = plan.name
    const id = JSON.stringify([this.#table.name, column])
    if (this.#sound.has(id)) return
    const everything = { where: '', params: [] }
    const texts = {
      db: this.#db,
      table: this.#table.name,
      column,
      window: everything,
      encoding: this.#encoding,
    }
    if (countInvalid(texts) > 0) {
      throw new Failure({
        code: 'value',
        object: `table "${this.#table.name}", column "${column}"`,
        message: `a text is not valid ${this.#encoding}`,
        remedy: 'Repair the text in the source, or cast the column to BLOB there',
      })
    }
    this.#sound.add(id)
  }
}
