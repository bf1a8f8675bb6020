/** Reads JSON in constant memory: an array of objects, an object a line, or one object with an array for each table. */
import type { FileBatch } from '../../model/files/batch.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { FileOptions } from '../../model/files/options.ts'
import { findEncoding } from '../files/encoding.ts'
import { baseName } from '../files/paths.ts'
import { refuseOthers } from '../files/sniff.ts'
import { textBlocks } from '../files/text-blocks.ts'
import { Cursor } from './cursor.ts'
import { readElements } from './elements.ts'
import { readLines } from './lines.ts'
import { type ObjectShape, objectShape } from './shape.ts'
import { TableRows } from './table-rows.ts'
import { readTables } from './tables.ts'

/**
 * The rows of one file; with the `known` tables of a manifest the cells that SQLite had. Elements that are no rows are bad, and told as
 * such; where the file is no JSON or ends in the middle, it fails with `source` and the place, behind batches of what came before.
 */
export async function* readJsonFile(
  path: string,
  format: 'json' | 'jsonl',
  options: FileOptions,
  known: ManifestTable[] | undefined,
  signal: AbortSignal,
): AsyncGenerator<FileBatch> {
  if (!known) await refuseOthers(format, path)
  const encoding = await findEncoding(path, options.encoding ?? (known && 'utf-8'), signal)
  const blocks = () => textBlocks(path, encoding, '\n', signal)
  const text = blocks()
  try {
    const cursor = new Cursor(path, text)
    const first = (await cursor.toText()) ? cursor.code : undefined
    if (first === undefined && format === 'json' && !known) throw cursor.failure('there is nothing in it')
    const isLines = format === 'jsonl' || first === undefined
    const shape = isLines ? 'lines' : first === 0x7b ? await objectShape(blocks()) : 'array'
    yield* withNote(encoding.note, batchesOf(cursor, path, shape, known))
    if (await cursor.toText()) throw cursor.failure('something stands behind its end')
  } finally {
    await text.return(undefined)
  }
}

function batchesOf(
  cursor: Cursor,
  path: string,
  shape: ObjectShape | 'array',
  known: ManifestTable[] | undefined,
): AsyncGenerator<FileBatch> {
  if (shape === 'tables') return readTables(cursor, path, known)
  const rows = new TableRows(path, known?.[0]?.name ?? baseName(path), known?.[0])
  return shape === 'lines' ? readLines(cursor, rows) : readElements(cursor, rows, shape === 'array')
}

/** The note goes with the first batch. */
async function* withNote(
  note: string | undefined,
  batches: AsyncGenerator<FileBatch>,
): AsyncGenerator<FileBatch> {
  let notes = note === undefined ? [] : [note]
  for await (const batch of batches) {
    yield notes.length > 0 ? { ...batch, notes: [...notes, ...(batch.notes ?? [])] } : batch
    notes = []
  }
}
