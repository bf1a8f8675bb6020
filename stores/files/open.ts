/** The one switch on formats of files. */
import { Failure } from '../../model/failure.ts'
import type { FileBatch } from '../../model/files/batch.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { FileFormat, FileOptions } from '../../model/files/options.ts'
import { readCsv } from '../csv/read.ts'
import { openCsvWriter } from '../csv/write.ts'
import { readJsonFile } from '../json/read.ts'
import { openJsonWriter } from '../json/write.ts'
import { openSqlWriter, type SqlParts } from '../sql/write.ts'
import { readXlsx } from '../xlsx/read.ts'
import { openXlsxWriter } from '../xlsx/write.ts'
import type { FileAbout, FileWriter } from './writer.ts'

/**
 * The rows of one file. With the `known` tables of a manifest they are the very cells that the writer was given; without, CSV gives
 * texts, JSON and workbooks what they tell apart. Fails with `source` where the file is none of that format or ends too early,
 * with `usage` where an option cannot be meant.
 */
export function readFile(
  format: FileFormat,
  path: string,
  options: FileOptions,
  known: ManifestTable[] | undefined,
  signal: AbortSignal,
): AsyncIterable<FileBatch> {
  switch (format) {
    case 'csv':
      return readCsv(path, options, known?.[0], signal)
    case 'json':
    case 'jsonl':
      return readJsonFile(path, format, options, known, signal)
    case 'xlsx':
      return readXlsx(path, known, signal)
    case 'sql':
    case 'dump':
      throw new Failure({
        code: 'internal',
        object: path,
        message: `${format}: is restored, not read row by row`,
      })
  }
}

/**
 * A writer for one file; the folder has to be there. `parts`: what a script has besides tables. Writes synchronously: it belongs
 * into a job's thread.
 */
export function openWriter(
  format: FileFormat,
  path: string,
  options: FileOptions,
  about: FileAbout,
  parts?: SqlParts,
): FileWriter {
  switch (format) {
    case 'csv':
      return openCsvWriter(path, options)
    case 'json':
      return openJsonWriter(path, options.shape ?? 'tables', options)
    case 'jsonl':
      return openJsonWriter(path, 'lines', options)
    case 'xlsx':
      return openXlsxWriter(path, options, about)
    case 'sql':
      return openSqlWriter(path, options, about, parts)
    case 'dump':
      throw new Failure({
        code: 'usage',
        object: path,
        message: 'archives of pg_dump are only read',
        remedy: 'Write sql:, or another format',
      })
  }
}
