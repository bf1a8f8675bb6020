/** Reads workbooks row by row: those that longhaul wrote, and any other. */
import type { FileBatch } from '../../model/files/batch.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import { type Book, readBook } from './book.ts'
import { Cells } from './cell-in.ts'
import { MOST_ROWS } from './limits.ts'
import { type BookManifest, bookManifestOf } from './manifest.ts'
import { readSheet, type SheetToRead } from './read-sheet.ts'
import { sourceFailure } from './refused.ts'
import { SharedStrings } from './shared-strings.ts'
import { COVER, HIDDEN } from './sheet-names.ts'
import { SheetRows } from './sheet-rows.ts'
import { parts } from './xml.ts'
import { ZIP_LIMITS, Zip, type ZipLimits } from './zip.ts'

/**
 * The rows of all sheets of a workbook that hold tables. Of sheets that longhaul wrote (the workbook says so itself), and of those
 * that have the name of a `known` table, cells come as SQLite had them: INTEGER as bigint, REAL as number; of any other as a
 * spreadsheet means them: whole numbers as bigint, dates as ISO texts. Places are rows of the sheet; those of a table's further
 * sheets go on counting. Fails with `source` for what is no workbook, is damaged, or seems to be made to do harm.
 */
export async function* readXlsx(
  path: string,
  known: readonly ManifestTable[] | undefined,
  signal: AbortSignal,
  limits: ZipLimits = ZIP_LIMITS,
): AsyncGenerator<FileBatch> {
  const zip = await Zip.open(path, limits)
  let strings: SharedStrings | undefined
  try {
    const book = await readBook(zip)
    strings = await SharedStrings.read(zip, book.sharedStrings, signal)
    const cells = new Cells(book, strings)
    const manifest = await manifestOf(zip, book, cells)
    for (const sheet of sheetsToRead(path, book, manifest, known)) yield* readSheet(zip, sheet, cells, signal)
  } finally {
    strings?.close()
    zip.close()
  }
}

/** What longhaul wrote into a workbook about it; undefined for any other. Fails as `readXlsx`. */
export async function readXlsxManifest(path: string, signal: AbortSignal): Promise<BookManifest | undefined> {
  const zip = await Zip.open(path, ZIP_LIMITS)
  let strings: SharedStrings | undefined
  try {
    const book = await readBook(zip)
    if (!book.sheets.some(isHidden)) return undefined
    strings = await SharedStrings.read(zip, book.sharedStrings, signal)
    return await manifestOf(zip, book, new Cells(book, strings))
  } finally {
    strings?.close()
    zip.close()
  }
}

const isHidden = (sheet: { name: string; isVisible: boolean }) => sheet.name === HIDDEN && !sheet.isVisible

async function manifestOf(zip: Zip, book: Book, cells: Cells): Promise<BookManifest | undefined> {
  const sheet = book.sheets.find(isHidden)
  if (!sheet) return undefined
  const rows = new SheetRows()
  const lines: string[] = []
  for await (const _ of parts(zip, sheet.part, rows))
    for (const row of rows.take()) lines.push(row.cells[0] ? cells.raw(row.cells[0]) : '')
  return bookManifestOf(lines)
}

function sheetsToRead(
  path: string,
  book: Book,
  manifest: BookManifest | undefined,
  given: readonly ManifestTable[] = [],
): SheetToRead[] {
  const known = [...given, ...(manifest?.tables ?? [])]
  const written = (manifest?.sheets ?? []).map(({ name, table }, n, all) => {
    const sheet = book.sheets.find(sheet => sheet.name === name)
    if (!sheet)
      throw sourceFailure(
        path,
        `sheet ${JSON.stringify(name)} is missing, which was there when longhaul wrote the workbook`,
        `Export it again; or remove the hidden sheet "${HIDDEN}", and it is read as any workbook`,
      )
    const before = all.slice(0, n).filter(other => other.table === table).length * MOST_ROWS
    return toRead(sheet, table, before, known)
  })
  const names = new Set([...(manifest ? [COVER] : []), ...written.map(({ name }) => name)])
  const others = book.sheets
    .filter(({ name, isVisible }) => isVisible && !names.has(name))
    .map(sheet => toRead(sheet, sheet.name, 0, known))
  return [...written, ...others]
}

function toRead(
  { name, part }: { name: string; part: string },
  table: string,
  before: number,
  known: readonly ManifestTable[],
): SheetToRead {
  const found = known.find(one => one.name === table)
  return { name, part, table, before, ...(found && { known: found }) }
}
