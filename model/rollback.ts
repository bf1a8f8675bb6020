/** Taking a run back: how much of it, what stands in the way, and what came of it. */

/**
 * `all`: the target as before · `rows`: only rows that this run wrote go, tables stay; `where` is a condition in
 * SQL of the target that narrows them · `data`: the tables stay and are emptied · `database`: the whole database is
 * dropped and made anew from the dump of the backup step. `tables`: only these (names of the source).
 */
export interface RollbackScope {
  kind: 'all' | 'rows' | 'data' | 'database'
  tables?: string[]
  where?: string
}

/** What the safety check found about one table. */
export interface RollbackTable {
  name: string
  /** `schema.name` in the target. */
  target: string
  /** Rows that this run wrote, and rows that are there now. */
  written: number
  rows: number
  /** Rows that were there before the run. */
  before: number
  /** Somebody has changed the table since the run wrote it: by count, or by digest. */
  changed: boolean
}

export interface RollbackCheck {
  safe: boolean
  /** Why it cannot be taken back as asked; each with its remedy, in words. */
  refusals: string[]
  /** What would be lost, or is to be known. */
  warnings: string[]
  tables: RollbackTable[]
}

/** A dump made before a rollback; on the host that made it. */
export interface RollbackBackup {
  path: string
  host: string
  bytes: number
  sha256: string
}
