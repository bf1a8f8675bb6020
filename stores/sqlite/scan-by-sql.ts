/** The scan of a table through SQLite, window by window: for those that `scan-raw.ts` cannot read. */
import type { Table } from '../../model/schema.ts'
import type { ClassCounts, ColumnTally } from './column-tally.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import { countClasses, type Guess } from './scan-classes.ts'
import { readReals } from './scan-decimals.ts'
import { readTexts } from './scan-texts.ts'
import { mayBeTooWide, scanWidest } from './scan-widest.ts'
import { type Window, windowsOf } from './scan-windows.ts'
import type { Encoding } from './text-bytes.ts'

interface Scanned {
  name: string
  guess: Guess
  tally: ColumnTally
}

/**
 * Adds the rows of a table to the tallies of its columns, and returns what `scanRaw` does. Numbers and blobs are counted in SQL
 * and hardly ever leave SQLite; texts are read. A table without row numbers is one window.
 */
export function scanWindows(
  db: Connection,
  table: Table,
  tallies: readonly ColumnTally[],
  progress: (rows: number) => void,
): { rows: number; widest?: number } {
  const encoding = db.pragma('encoding', { simple: true }) as Encoding
  const columns = table.columns.map(({ name }, i) => ({
    name,
    guess: guessOf(db, table.name, name),
    tally: tallies[i]!,
  }))
  let rows = 0
  for (const window of windowsOf(db, table)) {
    scanWindow(db, table.name, columns, window, encoding)
    rows += countRows(db, table.name, window)
    progress(rows)
  }
  return { rows, ...(mayBeTooWide(table) && { widest: scanWidest(db, table) }) }
}

function scanWindow(
  db: Connection,
  table: string,
  columns: Scanned[],
  window: Window,
  encoding: Encoding,
): void {
  const before = columns.map(({ tally }) => tally.counts.real)
  const misjudged = countGuessed(db, table, columns, window)
  const withTexts = columns
    .filter(column => column.guess === 'text' || column.guess === 'mixed' || misjudged.has(column))
    .map(column => ({ ...column, column, pure: column.guess === 'text' && !misjudged.has(column) }))
  for (const { column } of readTexts(db, table, withTexts, window, encoding)) {
    const found = recount(db, table, column, window)
    // In UTF-16 every column of texts comes back to be counted.
    if (found.integer || found.real || found.blob) column.guess = 'mixed'
  }
  for (const [i, { name, tally }] of columns.entries()) {
    if (tally.decimals && tally.counts.real > before[i]!) readReals(db, table, name, tally.decimals, window)
  }
}

/** Counts what is no text. Returns the columns that were not what they seemed, with their new guess. */
function countGuessed(db: Connection, table: string, columns: Scanned[], window: Window): Set<Scanned> {
  const counted = columns.flatMap(column => {
    const { name, guess } = column
    return guess === 'text' ? [] : [{ column, name, guess }]
  })
  const misjudged = new Set<Scanned>()
  const found = countClasses(db, table, counted, window)
  for (const [i, { column }] of counted.entries()) {
    const classes = found[i]
    if (classes) column.tally.addClasses(classes)
    else {
      misjudged.add(column)
      const actual = recount(db, table, column, window)
      column.guess = column.guess === 'null' ? onlyClass(actual) : 'mixed'
    }
  }
  return misjudged
}

function recount(db: Connection, table: string, { name, tally }: Scanned, window: Window): ClassCounts {
  const [classes] = countClasses(db, table, [{ name, guess: 'mixed' }], window)
  tally.addClasses(classes!)
  return classes!
}

/** What a column holds that had only NULLs before. */
function onlyClass({ integer, real, blob }: ClassCounts): Guess {
  if (integer && !real && !blob) return 'integer'
  if (real && !integer && !blob) return 'real'
  if (blob && !integer && !real) return 'blob'
  return integer || real || blob ? 'mixed' : 'text'
}

/** By the first rows; it costs time where it is wrong, and nothing else. */
function guessOf(db: Connection, table: string, column: string): Guess {
  const classes = db
    .prepare<[], Guess>(`
      SELECT DISTINCT class
        FROM (SELECT typeof(${quote(column)}) AS class FROM ${quote(table)} LIMIT 100)
       WHERE class <> 'null'`)
    .pluck()
    .all()
  return classes.length > 1 ? 'mixed' : (classes[0] ?? 'null')
}

function countRows(db: Connection, table: string, { where, params }: Window): number {
  const count = db.prepare<Window['params'], number>(`SELECT count(*) FROM ${quote(table)} ${where}`)
  return count.pluck().get(...params)!
}
