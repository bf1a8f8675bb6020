/** Rows a second, over the last while: what a reader takes for "now". */

/** A chunk is committed every second or so: shorter windows jump. */
const WINDOW = 15_000

export class Rate {
  #samples: { at: number; rows: number }[] = []

  /** Notes how many rows are there at a moment (milliseconds). */
  note(rows: number, at: number): void {
    this.#samples.push({ at, rows })
    while (this.#samples.length > 2 && this.#samples[1]!.at < at - WINDOW) this.#samples.shift()
  }

  /** Rows a second; undefined until something moved. */
  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || last.at === first.at || last.rows <= first.rows) return undefined
    return ((last.rows - first.rows) / (last.at - first.at)) * 1000
  }
}
