/** Taking a run back: how much of it, what stands in the way, and what came of it. */

/**
 * `all`: the target as before · `rows`: only rows that this run wrote go, tables stay; `where` is a condition in
 * SQL of the target that narrows them · `data`: the tables stay and are emptied of what this run wrote · `database`:
 * the whole database is dropped and made anew from the dump of the backup step. `tables`: only these (names of the
 * source).
 */
export interface RollbackScope {
  kind: 'all' | 'rows' | 'data' | 'database'
  tables?: string[]
  where?: string
}

export const WHOLE: RollbackScope = { kind: 'all' }

/**
 * What an operator has to consent to by name. `rows-of-others`: rows that the run did not write, or that were changed
 * since, and what open sessions of others have not committed.
 */
export const LOSSES = ['rows-of-others'] as const
export type Loss = (typeof LOSSES)[number]

/** Whether the consent covers rows of others. */
export const mayLose = (accept: readonly Loss[] = []): boolean => accept.includes('rows-of-others')

/** What the safety check found about one table. */
export interface RollbackTable {
  name: string
  /** `schema.name` in the target. */
  target: string
  /** Rows that this run wrote, and rows that are there now. */
  written: number
  rows: number
  /** Rows that were there before the run; null where nobody noted it. */
  before: number | null
  /** Rows that the rollback would take away, and how many of those this run did not write. */
  goes: number
  lost: number
  /** Somebody has changed the table since the run wrote it: by count, or by digest. */
  changed: boolean
}

export interface RollbackCheck {
  /** Nothing stands in the way, and nothing of others would be lost. */
  safe: boolean
  /** Rows of others would be lost: it takes a consent. */
  loses: boolean
  /** Why it cannot be taken back as asked; each with its remedy, in words. */
  refusals: string[]
  /** What would be lost, or is to be known. */
  warnings: string[]
  /** Those that were changed first; at most 500. */
  tables: RollbackTable[]
  /** Tables that are not listed. */
  more: number
  /** With the scope `database`: sessions of others that would be ended. */
  sessions?: number
  /** Tables of others, as `schema.name`, that the run dropped with consent: nothing brings them back. */
  dropped?: string[]
  /** The run is taken back, and there is nothing to do: when or how, in words. */
  already?: string
  /** How the run stood: `failed`, `done` …; `rolling back` where a rollback was begun. */
  state: string
}

/** A dump made before a rollback; on the host that made it. */
export interface RollbackBackup {
  path: string
  host: string
  bytes: number
  sha256: string
}

/** What became of the dump before a rollback: the dump, or why there is none, in words. */
export interface BackedUp {
  backup?: RollbackBackup
  text: string
}

/** What a rollback took away, over all of its attempts as far as they are known. */
export interface RolledBack {
  /** Objects taken back, and rows deleted in tables that stay. */
  undone: number
  rows: number
  /** What was compared with the state before the run, and how, in words. */
  verified: string[]
  /** Where the target is not as before, in words: mostly since others have written to it. */
  differences: string[]
}
