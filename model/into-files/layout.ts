/** Which tables go into which files. */
import type { FilesEndpoint } from '../endpoint.ts'
import { fileNameOf } from '../files/file-name.ts'
import { MANIFEST } from '../files/manifest.ts'
import type { FileFormat, FileOptions } from '../files/options.ts'

export interface Layout {
  /** The path names one file, and no folder. */
  single: boolean
  /** How its files are written: the options of the endpoint, with what they leave open. */
  options: FileOptions
  /** Names of files with the tables in each; where there is a file for each row of a table, of all files together. */
  files: { file: string; tables: string[] }[]
  /** The table whose rows have a file each. */
  per?: string
  /** Beside the files; absent where the file itself says all of it. */
  manifest?: string
  /** Why it cannot be done so, in words. */
  refused?: string
}

const ENDS: Record<FileFormat, RegExp> = {
  csv: /\.(csv|tsv|txt)$/i,
  json: /\.json$/i,
  jsonl: /\.(jsonl|ndjson)$/i,
  xlsx: /\.xlsx$/i,
  sql: /\.sql$/i,
  dump: /\.dump$/i,
}

/**
 * @param isFolder there is a folder of this name
 * @param source the name of the database, for a file that holds all of it
 * @param tables in the order in which they are written
 */
export function layoutOf(
  { format, path, options }: FilesEndpoint,
  isFolder: boolean,
  source: string,
  tables: readonly string[],
): Layout {
  const single = !isFolder && (ENDS[format].test(path) || format === 'sql')
  const settled = settle(format, options, single)
  if (options.per !== undefined) return perRow(options.per, format, settled, single, path, tables)
  const together = holdsAll(format, settled, single)
  if (single) {
    const file = path.slice(path.lastIndexOf('/') + 1)
    const refused = together || tables.length === 1 ? undefined : ONE_TABLE
    return {
      single,
      options: settled,
      files: [{ file, tables: [...tables] }],
      ...besides(format, file, refused),
    }
  }
  const taken = new Set<string>()
  const files = together
    ? [{ file: `${fileNameOf(source, taken)}.${format}`, tables: [...tables] }]
    : tables.map(name => ({ file: `${fileNameOf(name, taken)}.${format}`, tables: [name] }))
  return { single, options: settled, files, ...(format !== 'sql' && { manifest: MANIFEST }) }
}

/** A folder has a JSON file for each table, if nothing else is said. */
function settle(format: FileFormat, options: FileOptions, single: boolean): FileOptions {
  if (format !== 'json') return options
  return { ...options, shape: options.shape ?? (single ? 'tables' : 'array') }
}

function holdsAll(format: FileFormat, { shape }: FileOptions, single: boolean): boolean {
  if (format === 'xlsx') return single
  return format === 'sql' || (format === 'json' && shape === 'tables')
}

/** A script says all of it itself. */
function besides(
  format: FileFormat,
  file: string,
  refused: string | undefined,
): Pick<Layout, 'manifest' | 'refused'> {
  return {
    ...(format !== 'sql' && { manifest: `${file}.${MANIFEST}` }),
    ...(refused !== undefined && { refused }),
  }
}

const ONE_TABLE = 'a file of this format holds one table: name a folder, or one table with --tables'

function perRow(
  per: string,
  format: FileFormat,
  options: FileOptions,
  single: boolean,
  path: string,
  tables: readonly string[],
): Layout {
  const refused =
    format !== 'xlsx'
      ? 'a file for each row of a table is a workbook: write xlsx:FOLDER/'
      : single
        ? `a workbook for each row of a table goes into a folder, and ${path} names one file`
        : undefined
  return {
    ...{ single: false, options, per, manifest: MANIFEST },
    files: [{ file: 'NAME_ID.xlsx', tables: [...tables] }],
    ...(refused !== undefined && { refused }),
  }
}

/** Of a name its characters that stay, and all of a key: as in `Patient_Data_17`. */
const LONGEST = 60

/**
 * The name of the file of one row, without its extension: `NAME_ID` with blanks as `_` and slashes as `-`, or `TABLE_ID` where the row
 * has no name.
 */
export function entityName(table: string, name: string | undefined, key: string, taken: Set<string>): string {
  const plain = (text: string) => text.trim().replace(/\s+/g, '_').replaceAll('/', '-')
  const id = plain(key)
  const head = [...plain(name || table)].slice(0, Math.max(8, LONGEST - id.length - 1)).join('')
  return fileNameOf(`${head}_${id}`, taken)
}

/** Columns that name a row to a person, the first that there is. */
export const NAMING = ['name', 'title', 'label'] as const
