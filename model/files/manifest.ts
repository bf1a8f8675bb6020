/**
 * What longhaul writes beside files, or into a workbook, so that reading them again gives the very same: their tables as SQLite
 * declares them, and what each file holds. Of a folder `longhaul.json`, of one file `FILE.longhaul.json`.
 */
import type { FileFormat, FileOptions } from './options.ts'

export interface Manifest {
  longhaul: 'files'
  version: 1
  format: FileFormat
  options: FileOptions
  run: string
  /** When the source was read, ISO 8601. */
  takenAt: string
  tables: ManifestTable[]
  /** Indexes and views in SQL of SQLite, in the order in which they can be made. */
  after: string[]
  files: ManifestFile[]
}

export interface ManifestTable {
  name: string
  /** `CREATE TABLE`, in SQL of SQLite. */
  sql: string
  columns: { name: string; declared: string }[]
  rows: number
}

export interface ManifestFile {
  /** Relative to the manifest. */
  file: string
  /** Rows by table. */
  rows: Record<string, number>
  bytes: number
  /** Of the file, in hex. */
  sha256: string
}

export const MANIFEST = 'longhaul.json'
