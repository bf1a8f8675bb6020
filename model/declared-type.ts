/**
 * What a SQLite declaration says about a column, before any value is looked at. SQLite itself only takes an
 * affinity from it (https://sqlite.org/datatype3.html, 3.1); people mean more by the words.
 */
import { MAX_LENGTH, MAX_PRECISION } from './type-text.ts'
import type { LogicalType } from './types.ts'

/** Tried from the top; the first word found in the declaration, in capitals, decides. */
const WORDS: [RegExp, (size: number[]) => LogicalType][] = [
  // What longhaul declares where SQLite's own numbers would lose digits.
  [/^DECIMAL_TEXT$/, decimal],
  [/^JSON_TEXT$/, () => ({ kind: 'json', binary: true })],
  [/REAL|FLOA|DOUB/, () => ({ kind: 'float', bits: 64 })],
  [/INTERVAL/, () => ({ kind: 'text' })],
  [/INT/, () => ({ kind: 'integer', bits: 64 })],
  [/CHAR/, size => sized(size[0])],
  [/CLOB|TEXT/, () => ({ kind: 'text' })],
  [/BLOB|BINARY|BYTEA/, () => ({ kind: 'bytes' })],
  [/^BOOL/, () => ({ kind: 'boolean' })],
  [
    /^TIMESTAMP ?TZ|^TIMESTAMP.* WITH TIME ?ZONE|^DATETIME ?OFFSET/,
    () => ({ kind: 'timestamp', zone: true }),
  ],
  [/^(DATETIME|TIMESTAMP)/, () => ({ kind: 'timestamp', zone: false })],
  [/^DATE/, () => ({ kind: 'date' })],
  [/^TIME/, () => ({ kind: 'time' })],
  [/^JSON/, () => ({ kind: 'json', binary: true })],
  [/^(UUID|GUID|UNIQUEIDENTIFIER)/, () => ({ kind: 'uuid' })],
  [/^INET/, () => ({ kind: 'inet' })],
  [/^(NUMERIC|NUMBER|DEC)/, decimal],
]

/** The type that a declaration names; undefined where there is none or its words say nothing. */
export function declaredType(declared: string): LogicalType | undefined {
  const text = declared.trim().toUpperCase().replace(/\s+/g, ' ')
  const size = /\( ?\+?(\d{1,8}) ?(?:, ?\+?(\d{1,8}) ?)?\)/.exec(text)
  const sizes = (size?.slice(1) ?? []).filter(digits => digits !== undefined).map(Number)
  const name = text.replace(/ ?\([^)]*\)?/g, '')
  return WORDS.find(([word]) => word.test(name))?.[1](sizes)
}

function sized(length: number | undefined): LogicalType {
  return length && length <= MAX_LENGTH ? { kind: 'text', maxLength: length } : { kind: 'text' }
}

function decimal([precision, scale = 0]: number[]): LogicalType {
  const usable = precision !== undefined && precision >= 1 && precision <= MAX_PRECISION && scale <= precision
  return usable ? { kind: 'numeric', precision, scale } : { kind: 'numeric' }
}
