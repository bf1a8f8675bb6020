/** Reads CSV in constant memory. */
import { Failure } from '../../model/failure.ts'
import type { FileBatch, FileCell } from '../../model/files/batch.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { FileOptions } from '../../model/files/options.ts'
import { type Encoding, findEncoding } from '../files/encoding.ts'
import { baseName } from '../files/paths.ts'
import { refuseOthers } from '../files/sniff.ts'
import { csvRestoring, withoutEscape } from '../files/spelling.ts'
import { textBlocks } from '../files/text-blocks.ts'
import { findDialect, introducedBy } from './dialect.ts'
import { namesOf, numbered, sameAsKnown } from './header.ts'
import { Records } from './records.ts'

const BATCH = 1000

/**
 * The rows of one file: texts and NULL, or with `known` the cells that SQLite had. Fails with `source` where it is no CSV, or its
 * first line is no list of names; a line that is no row is bad, and told as such.
 */
export async function* readCsv(
  path: string,
  options: FileOptions,
  known: ManifestTable | undefined,
  signal: AbortSignal,
): AsyncGenerator<FileBatch> {
  if (!known) await refuseOthers('csv', path)
  const encoding = await findEncoding(path, options.encoding ?? (known && 'utf-8'), signal)
  const head = await headOf(path, encoding, signal)
  let intro = known ? undefined : introducedBy(head)
  const delimiter = options.delimiter ?? intro ?? (known && ',')
  const dialect = findDialect(head, { ...options, ...(delimiter && { delimiter }) })
  const records = new Records(dialect)
  let shape: Shape | undefined
  let notes = encoding.note === undefined ? undefined : [encoding.note]
  for await (const last of fed(records, textBlocks(path, encoding, dialect.newline, signal))) {
    if (intro) {
      records.take(1)
      records.cut()
      intro = undefined
    }
    shape ??= shapeOf(path, records, options, known, last)
    if (!shape) continue
    for (let full = true; full; ) {
      full = records.take(BATCH)
      if (!full && !last) break
      if (shape.begun && records.isEmpty) break
      shape.begun = true
      yield { ...batchOf(shape, records), ...(notes && { notes }) }
      notes = undefined
    }
  }
}

interface Shape {
  table: string
  columns: string[]
  restore?: ((cell: FileCell) => FileCell)[]
  /** A batch was handed over: even a table without rows has one. */
  begun: boolean
}

async function headOf(path: string, encoding: Encoding, signal: AbortSignal): Promise<string> {
  for await (const { text } of textBlocks(path, encoding, '\n', signal)) return text
  return ''
}

/** Feeds block after block, and at last that there is nothing after them: true. */
async function* fed(records: Records, blocks: ReturnType<typeof textBlocks>): AsyncGenerator<boolean> {
  for await (const { text, damaged } of blocks) {
    records.feed(text, false, damaged)
    yield false
  }
  records.feed('', true)
  yield true
}

/** The columns, as soon as the first record is at hand. */
function shapeOf(
  path: string,
  records: Records,
  options: FileOptions,
  known: ManifestTable | undefined,
  last: boolean,
): Shape | undefined {
  const hasHeader = options.header !== false
  const columns =
    known && !hasHeader
      ? known.columns.map(({ name }) => name)
      : columnsOf(path, firstOf(path, records, hasHeader, last), options, known)
  if (!columns) return undefined
  if (hasHeader) records.cut()
  records.width = columns.length
  const restore = restoring(columns, known, options)
  return { table: known?.name ?? baseName(path), columns, ...(restore && { restore }), begun: false }
}

/** The first record; undefined where more text is needed. */
function firstOf(path: string, records: Records, hasHeader: boolean, last: boolean): FileCell[] | undefined {
  for (let more = true; more && records.rows.length === 0; ) {
    more = records.take(1)
    if (hasHeader && records.bad.length > 0) throw unreadable(path, records.bad[0]!.reason)
  }
  if (last && records.rows.length === 0) throw unreadable(path, 'there is nothing in it')
  return records.rows[0]
}

function columnsOf(
  path: string,
  first: FileCell[] | undefined,
  { header, escapeFormulas }: FileOptions,
  known: ManifestTable | undefined,
): string[] | undefined {
  if (!first) return undefined
  if (header === false) return numbered(path, first.length)
  const names = namesOf(path, first).map(name => (escapeFormulas && withoutEscape(name)) || name)
  if (known) sameAsKnown(path, names, known)
  return names
}

/** What a field becomes, by column; undefined where it stays as it is. */
function restoring(
  columns: readonly string[],
  known: ManifestTable | undefined,
  { escapeFormulas }: FileOptions,
): Shape['restore'] {
  if (!known && !escapeFormulas) return undefined
  return columns.map((_, i) => {
    const restore = known ? csvRestoring(known.columns[i]!.declared) : (field: string) => field
    return field => {
      if (typeof field !== 'string') return field
      return (escapeFormulas && withoutEscape(field)) || restore(field)
    }
  })
}

function batchOf({ table, columns, restore }: Shape, records: Records): FileBatch {
  const { rows, places, bad } = records.cut()
  if (restore) for (const row of rows) for (let i = 0; i < row.length; i++) row[i] = restore[i]!(row[i]!)
  return { table, columns, rows, places, bad }
}

const unreadable = (path: string, reason: string) =>
  new Failure({
    code: 'source',
    object: `file ${path}`,
    message: `its first line names no columns: ${reason}`,
    remedy: 'Write the names of the columns into the first line, or read the file with --no-header',
  })
