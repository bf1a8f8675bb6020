/** Names that sheets can have: 31 characters, none of []:*?/\, no apostrophe at the ends, and no other of the workbook's. */
const LONGEST = 31
/** What longhaul writes itself, and what spreadsheets keep for themselves. */
export const COVER = 'Contents'
export const HIDDEN = 'longhaul'
const TAKEN = [COVER, HIDDEN, 'History']

/** Hands out names; those of a table's further sheets end with ` (2)` and so on. */
export class SheetNames {
  readonly #taken = new Set(TAKEN.map(fold))

  next(table: string): string {
    const clean = table.replace(/[[\]:*?/\\\p{Cc}\p{Cs}\ufffe\uffff]/gu, '_').replace(/^'|'$/g, '_')
    for (let n = 1; ; n++) {
      const suffix = n === 1 ? '' : ` (${n})`
      const name = shortened(clean || '_', LONGEST - suffix.length) + suffix
      if (this.#taken.has(fold(name))) continue
      this.#taken.add(fold(name))
      return name
    }
  }
}

const fold = (name: string): string => name.toLowerCase()

/** Never half a character, and no apostrophe at its end. */
const shortened = (name: string, length: number): string =>
  name
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/'$/, '_')
