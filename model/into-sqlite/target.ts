/** What a SQLite file is like before anything is planned for it. */
import type { Schema } from '../schema.ts'

export interface SqliteTarget {
  /** A database is there under the name; an empty file counts as none. */
  exists: boolean
  /** As its store describes it; without tables where nothing is there. longhaul's own tables are not among them. */
  schema: Schema
  /** Names of its tables that hold rows. */
  withRows: string[]
}
