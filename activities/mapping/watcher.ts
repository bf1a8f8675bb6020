/** What becomes of the first rows of an entry, for a preview. */

import { type MappedCell, Refusal } from '../../model/mapping/refusal.ts'
import type { PreviewRow, PreviewTable, PreviewValue } from '../../model/mapping/show-preview.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { shownCell } from './cells.ts'
import type { EntryPart, Watch } from './part.ts'

export class Watcher implements Watch {
  readonly #part: EntryPart
  readonly #most: number
  readonly #rows: PreviewRow[] = []
  readonly #before: (row: bigint) => Record<string, PreviewValue>

  constructor(db: Connection, part: EntryPart, most: number) {
    this.#part = part
    this.#most = most
    const { source } = part
    const original = db
      .prepare(
        `SELECT ${source.columns.map(quote).join(', ')} FROM ${source.sql} WHERE ${quote(source.rowNumber)} = ?`,
      )
      .raw()
      .safeIntegers()
    this.#before = row => named(source.columns, original.get(row) as MappedCell[])
  }

  see(row: bigint, key: () => string, fate: Parameters<Watch['see']>[2]): void {
    if (this.#rows.length >= this.#most) return
    const seen = { key: key(), before: this.#before(row) }
    if (fate instanceof Refusal)
      this.#rows.push({ ...seen, rejected: { rule: fate.rule, reason: fate.reason } })
    else if (Array.isArray(fate)) this.#rows.push({ ...seen, after: this.#after(fate) })
    else this.#rows.push({ ...seen, left: fate })
  }

  #after(cells: MappedCell[]): Record<string, PreviewValue> {
    const { columns, entry } = this.#part
    const after = named(
      columns.map(({ name }) => name),
      cells,
    )
    for (const { name } of columns) if ('password' in entry.columns[name]!) after[name] = '****'
    return after
  }

  table(): PreviewTable {
    const { table, source, columns } = this.#part
    return { target: table, from: source.shown, columns: columns.map(({ name }) => name), rows: this.#rows }
  }
}

const named = (columns: readonly string[], cells: readonly MappedCell[]): Record<string, PreviewValue> =>
  Object.fromEntries(columns.map((name, i) => [name, shownCell(cells[i] ?? null)]))
