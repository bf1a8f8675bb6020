/** What writes one file, table after table. */
import type { ManifestTable } from '../../model/files/manifest.ts'

/** A cell as better-sqlite3 gives it with safe integers where they are needed. */
export type SqliteCell = null | number | bigint | string | Uint8Array

export interface FileWritten {
  bytes: number
  /** Of the file, in hex. */
  sha256: string
}

/** Writes under a name of its own until it is whole: a file that is there under its name is complete. */
export interface FileWriter {
  /** Begins a table, and ends the one before. */
  table(table: ManifestTable): Promise<void>
  /** Rows of the table that was begun last. */
  rows(rows: readonly (readonly SqliteCell[])[]): Promise<void>
  /** Ends the file, syncs it, and gives it its name (mode 0600). */
  end(): Promise<FileWritten>
  /** Leaves nothing of it behind. */
  abort(): Promise<void>
}

/** What a file may say about itself where its format has a place for it. */
export interface FileAbout {
  title: string
  source: string
  /** When the source was read, ISO 8601. */
  takenAt: string
  run: string
  /** As in a manifest, of a file that holds all tables: what it says about itself is then all that reading it needs. */
  after?: string[]
}
