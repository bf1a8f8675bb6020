/**
 * Storage classes of columns, counted in SQL. Counting all five classes of every column costs 4 µs a row of
 * 8 columns; counting the one class that a column seems to have, and that there is no other, costs 1.
 */
import { type ClassCounts, NO_CLASSES } from './column-tally.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import type { Window } from './scan-windows.ts'

/** What a column is thought to hold besides NULL. `text` is counted where texts are read. */
export type Guess = 'null' | 'integer' | 'real' | 'blob' | 'text' | 'mixed'

type Counted = Exclude<Guess, 'text'>

/** Terms of the SELECT; the first is the number of values, the second that of the guessed class. */
const TERMS: Record<Counted, (c: string) => string[]> = {
  null: c => [`count(${c})`],
  integer: c => [`count(${c})`, `total(typeof(${c}) = 'integer')`, `min(${c})`, `max(${c})`],
  real: c => [`count(${c})`, `total(typeof(${c}) = 'real')`, `min(${c})`, `max(${c})`],
  // count(c) would load every blob; typeof and octet_length look at the row's header only.
  blob: c => [
    `total(typeof(${c}) <> 'null')`,
    `total(typeof(${c}) = 'blob')`,
    `total(octet_length(${c}))`,
    `min(octet_length(${c}))`,
    `max(octet_length(${c}))`,
  ],
  mixed: c => [
    `total(typeof(${c}) = 'integer')`,
    `total(typeof(${c}) = 'real')`,
    `total(typeof(${c}) = 'blob')`,
    `min(CASE typeof(${c}) WHEN 'integer' THEN ${c} END)`,
    `max(CASE typeof(${c}) WHEN 'integer' THEN ${c} END)`,
    `min(CASE typeof(${c}) WHEN 'real' THEN ${c} END)`,
    `max(CASE typeof(${c}) WHEN 'real' THEN ${c} END)`,
    `total(CASE typeof(${c}) WHEN 'blob' THEN octet_length(${c}) END)`,
    `min(CASE typeof(${c}) WHEN 'blob' THEN octet_length(${c}) END)`,
    `max(CASE typeof(${c}) WHEN 'blob' THEN octet_length(${c}) END)`,
  ],
}

type Cells = (number | bigint | null)[]

/** The counts, or undefined where the guess was wrong. */
function understand(guess: Counted, cells: Cells): ClassCounts | undefined {
  const number = (i: number): number => Number(cells[i] ?? 0)
  const size = (i: number): number | null => (cells[i] === null ? null : Number(cells[i]))
  const integer = (i: number): bigint | null => cells[i] as bigint | null
  if (guess === 'mixed') {
    return {
      integer: number(0),
      real: number(1),
      blob: number(2),
      min: integer(3),
      max: integer(4),
      leastReal: size(5),
      greatestReal: size(6),
      blobBytes: number(7),
      shortestBlob: size(8),
      longestBlob: size(9),
    }
  }
  const values = number(0)
  if (guess === 'null') return values === 0 ? NO_CLASSES : undefined
  if (values !== number(1)) return undefined
  if (guess === 'integer') return { ...NO_CLASSES, integer: values, min: integer(2), max: integer(3) }
  if (guess === 'real') return { ...NO_CLASSES, real: values, leastReal: size(2), greatestReal: size(3) }
  return { ...NO_CLASSES, blob: values, blobBytes: number(2), shortestBlob: size(3), longestBlob: size(4) }
}

/** Columns of one statement: results are limited to 2,000, and mixed ones take 10. */
const GROUP = 200

/** Counts the classes of columns in a window; undefined for each column whose guess was wrong. */
export function countClasses(
  db: Connection,
  table: string,
  columns: { name: string; guess: Counted }[],
  window: Window,
): (ClassCounts | undefined)[] {
  const found: (ClassCounts | undefined)[] = []
  for (let first = 0; first < columns.length; first += GROUP) {
    const group = columns.slice(first, first + GROUP)
    const terms = group.map(({ name, guess }) => TERMS[guess](quote(name)))
    const cells = db
      .prepare<Window['params'], Cells>(
        `SELECT ${terms.flat().join(', ')} FROM ${quote(table)} ${window.where}`,
      )
      .raw()
      .safeIntegers()
      .get(...window.params)!
    let at = 0
    for (const [i, { guess }] of group.entries()) {
      const width = terms[i]!.length
      found.push(understand(guess, cells.slice(at, at + width)))
      at += width
    }
  }
  return found
}
