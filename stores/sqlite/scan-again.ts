/**
 * The second look at a column, once its facts show something that a finding will speak of: keys of rows, texts
 * that could be taken for numbers, blobs that are texts. Columns without such things cost nothing here.
 */
import { isUtf8 } from 'node:buffer'
import type { ColumnFacts } from '../../model/assessment.ts'
import { declaredType } from '../../model/declared-type.ts'
import { printReal } from '../../model/print-real.ts'
import type { Column, Table } from '../../model/schema.ts'
import { formatsOf } from '../../model/text-formats.ts'
import { formatsFor } from '../../model/type-formats.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import { keyTerm } from './row-key.ts'
import { decodeUtf16, type Encoding, isValidText } from './text-bytes.ts'

interface Look {
  db: Connection
  table: string
  /** The column, and the key of its row, as terms of SQL. */
  term: string
  key: string
  encoding: Encoding
}

/** Adds to a column's facts what the first look did not count. */
export function lookAgain(
  db: Connection,
  table: Table,
  column: Column,
  facts: ColumnFacts,
  encoding: Encoding,
): ColumnFacts {
  const look = { db, table: table.name, term: quote(column.name), key: keyTerm(table), encoding }
  const { counts, blobs } = facts
  const mixesNumbers = counts.text > 0 && counts.integer + counts.real > 0
  const numbers = mixesNumbers ? numericTexts(look, counts.integer > 0, counts.real > 0) : undefined
  const examples = {
    ...examplesOfClasses(
      look,
      facts,
      column.notNull || (table.primaryKey?.columns.includes(column.name) ?? false),
    ),
    ...examplesOfTexts(look, column, facts),
    ...(numbers?.example && { 'numeric-text': numbers.example }),
  }
  return {
    ...facts,
    ...(blobs && counts.text > 0 && { blobs: { ...blobs, utf8: blobsAreTexts(look) } }),
    ...(numbers && { numericTexts: numbers.count }),
    ...(Object.keys(examples).length > 0 && { examples }),
  }
}

type Examples = Record<string, string>

/** A row of each class where there are several, and one with NULL where there must be none. */
function examplesOfClasses(look: Look, { counts }: ColumnFacts, notNull: boolean): Examples {
  const classes = (['integer', 'real', 'text', 'blob'] as const).filter(name => counts[name] > 0)
  const wanted: string[] = classes.length > 1 ? [...classes] : []
  if (notNull && counts.null > 0) wanted.push('null')
  return Object.fromEntries(
    wanted.flatMap(name => entry(name, firstKey(look, `typeof(${look.term}) = '${name}'`))),
  )
}

const entry = (name: string, key: string | undefined): [string, string][] =>
  key === undefined ? [] : [[name, key]]

function firstKey({ db, table, key }: Look, condition: string): string | undefined {
  const sql = `SELECT ${key} FROM ${quote(table)} WHERE ${condition} LIMIT 1`
  return db.prepare<[], string | null>(sql).pluck().get() ?? undefined
}

function examplesOfTexts(look: Look, column: Column, { counts, unfit, formats }: ColumnFacts): Examples {
  const nul = unfit.nul > 0 ? firstText(look, text => text.includes('\0')) : undefined
  const invalid = unfit.invalidUtf8 > 0 ? firstInvalid(look) : undefined
  const guide = declaredType(column.declared)
  const wanted = guide ? formatsFor(guide) : []
  const breaks = wanted.length > 0 && counts.text > 0 && !wanted.some(format => formats.includes(format))
  const broken = breaks
    ? firstText(look, text => !formatsOf(text).some(format => wanted.includes(format)))
    : undefined
  return Object.fromEntries([...entry('nul', nul), ...entry('invalid', invalid), ...entry('format', broken)])
}

/** The key of the first text for which it is true. */
function firstText(look: Look, is: (text: string) => boolean): string | undefined {
  for (const [key, bytes] of textsOf(look)) {
    const text = look.encoding === 'UTF-8' ? Buffer.from(bytes).toString() : decodeUtf16(bytes, look.encoding)
    if (is(text)) return key ?? undefined
  }
  return undefined
}

function firstInvalid(look: Look): string | undefined {
  for (const [key, bytes] of textsOf(look)) if (!isValidText(bytes, look.encoding)) return key ?? undefined
  return undefined
}

function textsOf({ db, table, term, key }: Look): Iterable<[string | null, Uint8Array]> {
  const sql = `SELECT ${key}, CAST(${term} AS BLOB) FROM ${quote(table)} WHERE typeof(${term}) = 'text'`
  return db.prepare<[], [string | null, Uint8Array]>(sql).raw().iterate()
}

/** How many texts read as an integer, or a REAL, prints in the target. */
function numericTexts(
  { db, table, term, key }: Look,
  integers: boolean,
  reals: boolean,
): { count: number; example?: string } {
  const texts = db
    .prepare<[], [string | null, string]>(`
      SELECT ${key}, ${term} FROM ${quote(table)}
       WHERE typeof(${term}) = 'text' AND octet_length(${term}) <= 50 AND ${term} GLOB '[-0-9]*'`)
    .raw()
    .iterate()
  let count = 0
  let example: string | undefined
  for (const [key, text] of texts) {
    if (!((integers && INTEGER.test(text)) || (reals && printReal(Number(text)) === text))) continue
    count++
    example ??= key ?? undefined
  }
  return { count, ...(example !== undefined && { example }) }
}

const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/

/** Blob by blob: only columns that hold texts as well are read. */
function blobsAreTexts({ db, table, term }: Look): boolean {
  const blobs = db
    .prepare<[], Uint8Array>(`SELECT ${term} FROM ${quote(table)} WHERE typeof(${term}) = 'blob'`)
    .pluck()
    .iterate()
  for (const bytes of blobs) if (!isUtf8(bytes) || bytes.includes(0)) return false
  return true
}
