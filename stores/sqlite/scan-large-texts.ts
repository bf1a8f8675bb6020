/** Texts of many megabytes, looked at piece by piece. Only JSON can be that long and have a format. */
import type { Cell } from '../../model/types.ts'
import { LARGE } from '../large.ts'
import type { ColumnTally, LargeText } from './column-tally.ts'
import { betweenCharacters, piecesOf } from './large-values.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import type { Window } from './scan-windows.ts'
import { decodeUtf16, type Encoding, isValidText } from './text-bytes.ts'

/** Texts of one column in a window. */
export interface Texts {
  db: Connection
  table: string
  column: string
  window: Window
  encoding: Encoding
}

/** Adds the large texts of a column to its tally. */
export function addLargeTexts(texts: Texts, tally: ColumnTally): void {
  for (const { found, value } of largeTexts(texts)) {
    if (!found.valid) tally.addInvalid(1)
    if (found.mayBeJson && tally.mayBeJson) tally.addText(asWhole(texts, value))
    else tally.addLargeText(found)
  }
}

/** How many of a column's large texts are damaged. */
export function countInvalidLarge(texts: Texts): number {
  let count = 0
  for (const { found } of largeTexts(texts)) if (!found.valid) count++
  return count
}

function* largeTexts({
  db,
  table,
  column,
  window,
  encoding,
}: Texts): Iterable<{ found: Measured; value: string }> {
  const name = quote(column)
  const where = window.where ? `${window.where} AND` : 'WHERE'
  const from = `FROM ${quote(table)} ${where} typeof(${name}) = 'text' AND octet_length(${name}) > ${LARGE}`
  const sizes = db
    .prepare<Cell[], number>(`SELECT octet_length(${name}) ${from}`)
    .pluck()
    .all(...window.params)
  for (const [i, size] of sizes.entries()) {
    const value = `SELECT CAST(${name} AS BLOB) ${from} LIMIT 1 OFFSET ${i}`
    yield { found: measure(piecesOf(db, value, size, window.params), encoding), value }
  }
}

interface Measured extends LargeText {
  valid: boolean
  mayBeJson: boolean
}

/** Whether a text that begins so may be JSON: as one value that is no document or string it would be senseless. */
export function mayBeLargeJson(bytes: Uint8Array): boolean {
  return /^\s*["[{]/.test(Buffer.from(bytes.subarray(0, 1000)).toString())
}

/** Looks at a text in pieces. */
export function measure(pieces: Iterable<Uint8Array>, encoding: Encoding): Measured {
  const found: Measured = { bytes: 0, chars: 0, nul: false, valid: true, mayBeJson: false }
  for (const piece of betweenCharacters(pieces, encoding)) {
    const bytes = encoding === 'UTF-8' ? piece : Buffer.from(decodeUtf16(piece, encoding))
    if (found.bytes === 0) found.mayBeJson = mayBeLargeJson(bytes)
    found.bytes += bytes.length
    found.chars += characters(bytes)
    found.nul ||= bytes.includes(0)
    found.valid &&= isValidText(piece, encoding)
  }
  return found
}

/** Each has one byte that does not go on with another's. */
function characters(bytes: Uint8Array): number {
  let count = 0
  for (let i = 0; i < bytes.length; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++
  return count
}

function asWhole({ db, window, encoding }: Texts, select: string): string {
  const bytes = db
    .prepare<Cell[], Buffer>(select)
    .pluck()
    .get(...window.params)!
  return encoding === 'UTF-8' ? bytes.toString('utf8') : decodeUtf16(bytes, encoding)
}
