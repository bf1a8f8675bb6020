/**
 * How the cells of SQLite are spelled in CSV and JSON, so that longhaul reads back the very same cell, storage class included,
 * and other programs see what they expect. Integers are bigint (or whole numbers in columns that hold integers alone), reals are
 * number.
 *
 * CSV: a text as it is, an integer in digits, a real with a point or an exponent, a blob as `\x` and hex digits. Where that would be
 * read as something else (by the affinity of the column, see `plain`), its class stands before it: `\i:` integer, `\r:` real,
 * `\t:` text, `\b:` blob in hex.
 *
 * JSON: a text as a string, numbers as they are, in columns declared BOOLEAN 0 and 1 as false and true, in columns declared JSON an
 * object or array as such; a blob as `{"$bytes": base64}`, infinity as `{"$real": "Infinity"}`.
 */
import { printReal } from '../../model/print-real.ts'
import type { SqliteCell } from './writer.ts'

/** What SQLite makes of a declaration, as far as it decides how a cell is read (https://sqlite.org/datatype3.html, 3.1). */
type Kind = 'text' | 'real' | 'open'

function kindOf(declared: string): Kind {
  const name = declared.toUpperCase()
  if (name.includes('INT')) return 'open'
  if (/CHAR|CLOB|TEXT/.test(name)) return 'text'
  if (name.includes('BLOB')) return 'open'
  return /REAL|FLOA|DOUB/.test(name) ? 'real' : 'open'
}

const isInteger = (declared: string): boolean => /INT/i.test(declared)

const INTEGER = /^(0|-?[1-9]\d{0,18})$/
const REAL = /^-?(\d+\.\d+(e[+-]\d+)?|Infinity)$/
const BLOB = /^\\x([0-9a-f]{2})*$/
const TAGGED = /^\\[irtb]:/

/** Spells cells of one column in CSV; NULL is the writer's. */
export type Spell = (cell: NonNullable<SqliteCell>) => string

/** Reads them back. */
export type Restore = (field: string) => SqliteCell

export function csvSpelling(declared: string): Spell {
  const kind = kindOf(declared)
  const whole = isInteger(declared)
  return cell => {
    if (typeof cell === 'string') return plain(kind, cell) === cell ? cell : `\\t:${cell}`
    if (typeof cell === 'bigint' || (whole && isWhole(cell))) {
      const digits = String(cell)
      return kind === 'open' ? digits : `\\i:${digits}`
    }
    if (typeof cell === 'number') return kind === 'text' ? `\\r:${real(cell)}` : real(cell)
    const digits = textOf(cell, 'hex')
    return kind === 'open' ? `\\x${digits}` : `\\b:${digits}`
  }
}

export function csvRestoring(declared: string): Restore {
  const kind = kindOf(declared)
  return field => {
    if (field.charCodeAt(0) === 0x5c && TAGGED.test(field)) return tagged(field[1]!, field.slice(3))
    return plain(kind, field)
  }
}

/** What a field without a class before it is; a text that begins as if it had one is none. */
function plain(kind: Kind, field: string): SqliteCell {
  const first = field.charCodeAt(0)
  if (first === 0x5c) {
    if (TAGGED.test(field)) return null
    return kind === 'open' && BLOB.test(field) ? bytesOf(field.slice(2), 'hex') : field
  }
  // Most texts begin with no digit, no minus and no I.
  if (kind === 'text' || first > 0x49 || first < 0x2d) return field
  if (kind === 'open' && INTEGER.test(field)) {
    const value = BigInt(field)
    return BigInt.asIntN(64, value) === value ? value : field
  }
  if (!REAL.test(field)) return field
  const value = Number(field)
  return real(value) === field ? value : field
}

function tagged(tag: string, rest: string): SqliteCell {
  switch (tag) {
    case 'i':
      return BigInt(rest)
    case 'r':
      return Number(rest)
    case 'b':
      return bytesOf(rest, 'hex')
    default:
      return rest
  }
}

const isWhole = (cell: number | Uint8Array): boolean => Number.isSafeInteger(cell) && !Object.is(cell, -0)

const textOf = (cell: Uint8Array, coding: 'hex' | 'base64'): string =>
  Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString(coding)

const bytesOf = (text: string, coding: 'hex' | 'base64'): Uint8Array => Buffer.from(text, coding)

const real = (value: number): string => (Number.isFinite(value) ? printReal(value) : String(value))

const FORMULA = /^'*[=+\-@\t\r]/

/** No spreadsheet computes it. */
export const escapedFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

/** The text that `escapedFormula` was given; undefined for what it never gives. */
export const withoutEscape = (text: string): string | undefined =>
  text.charCodeAt(0) === 0x27 && FORMULA.test(text) ? text.slice(1) : undefined

/** Spells cells of one column in JSON. */
export function jsonSpelling(declared: string): (cell: SqliteCell) => string {
  const isBoolean = /^\s*BOOL/i.test(declared)
  const isJson = /^\s*JSON/i.test(declared)
  const whole = isInteger(declared)
  return cell => {
    if (cell === null) return 'null'
    if (typeof cell === 'string') return isJson && isNested(cell) ? cell : JSON.stringify(cell)
    if (typeof cell === 'bigint' || (whole && isWhole(cell))) {
      const digits = String(cell)
      if (!isBoolean) return digits
      return digits === '1' ? 'true' : digits === '0' ? 'false' : digits
    }
    if (typeof cell === 'number')
      return Number.isFinite(cell) ? printReal(cell) : `{"$real":"${String(cell)}"}`
    return `{"$bytes":"${textOf(cell, 'base64')}"}`
  }
}

/** The cell of a scalar in JSON: a string, `true`, or the digits of a number. */
export function jsonNumber(digits: string): number | bigint {
  return /[.e]/i.test(digits) ? Number(digits) : BigInt(digits)
}

const BYTES = /^\{"\$bytes":"([A-Za-z0-9+/]*={0,2})"\}$/
const INFINITE = /^\{"\$real":"(-?Infinity)"\}$/

/** The cell that an object or array in JSON stands for. */
export function jsonNested(text: string): string | number | Uint8Array {
  if (!text.startsWith('{"$')) return text
  const encoded = BYTES.exec(text)?.[1]
  if (encoded !== undefined) return bytesOf(encoded, 'base64')
  const infinite = INFINITE.exec(text)?.[1]
  return infinite === undefined ? text : Number(infinite)
}

/** Whether a text can stand in JSON as it is, on one line, and be cut out again. */
function isNested(text: string): boolean {
  if (!/^(\{(?!"\$)|\[)/.test(text) || !/[}\]]$/.test(text) || /[\r\n]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
