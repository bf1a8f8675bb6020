/** Rows of a chunk on their way into the target, with room for a few of those that do not go there. */
import type { TablePlan } from '../model/plan.ts'
import type { Row } from '../model/types.ts'
import { Conformer, type SetAside } from './conform.ts'

/** Bytes of originals that are held; then they are written before more rows are read. */
const ROOM = 2 * 1024 * 1024
/** And so many of them, as each costs something besides its bytes. */
const MOST = 5000

/**
 * Sorts the rows of a range. `rows()` gives those that fit and ends where the room for the others is full:
 * then `take()` empties it, and `rows()` goes on from there, until `over`.
 */
export class FittingRows {
  /** Rows read so far, in quarantine, and written with a value replaced. */
  read = 0
  quarantined = 0
  altered = 0
  /** Whether the last row was seen. */
  over = false
  readonly #conformer: Conformer
  readonly #batches: Iterator<Row[]>
  /** Rows that were read, of which those from `at` on are still to be sorted. */
  #batch: Row[] = []
  #at = 0
  #aside: SetAside[] = []
  #bytes = 0

  /** @param batches of `withRowName(table)` */
  constructor(table: TablePlan, batches: Iterable<Row[]>) {
    this.#conformer = new Conformer(table)
    this.#batches = batches[Symbol.iterator]()
  }

  *rows(): Iterable<Row[]> {
    while (this.#hasRoom()) {
      if (this.#at === this.#batch.length && !this.#fetch()) return
      const fitting = this.#sort()
      if (fitting.length > 0) yield fitting
    }
  }

  #hasRoom(): boolean {
    return this.#bytes < ROOM && this.#aside.length < MOST
  }

  /** False, and `over`, where there is no row left. */
  #fetch(): boolean {
    const next = this.#batches.next()
    if (next.done) this.over = true
    else {
      this.#batch = next.value
      this.#at = 0
    }
    return !next.done
  }

  /** What was set aside since the last call. */
  take(): SetAside[] {
    const taken = this.#aside
    this.#aside = []
    this.#bytes = 0
    return taken
  }

  /** Lets the reader go, where not all of it was read. */
  close(): void {
    this.#batches.return?.()
  }

  /** Within a batch too: its cells may be large values that are still in the file, but an original is held whole. */
  #sort(): Row[] {
    const fitting: Row[] = []
    while (this.#at < this.#batch.length && this.#hasRoom()) {
      const row = this.#batch[this.#at++]!
      this.read++
      const before = this.#aside.length
      const fits = this.#conformer.row(row, entry => {
        this.#aside.push(entry)
        this.#bytes += entry.original.length
      })
      if (!fits) this.quarantined++
      else {
        if (this.#aside.length > before) this.altered++
        fitting.push(fits)
      }
    }
    return fitting
  }
}
