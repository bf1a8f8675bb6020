/** Rows that are not taken: kept with the reason, and none of them stops a run. */
import type { Connection } from '../sqlite/open.ts'
import { prepared } from '../sqlite/prepared.ts'
import { placeOf } from './read.ts'

export interface Rejected {
  /** As users know it: of the target where a mapping has made it, else of the source. */
  table: string
  /** Of a mapping: the entry that did not take it, as its work file calls it. */
  part?: string
  /** Of the stage, and the number of the row there; absent where it did not come so far. */
  source?: string
  row?: number | bigint
  /** Where it stood; of a row of the stage that is known. */
  file?: string
  place?: number
  /** As in `id = 17`. */
  key?: string
  /** A code in kebab-case, by which rows are counted. */
  rule: string
  /** One sentence without values. */
  reason: string
  /** What stood in the file; of a row of the stage that is known. */
  raw?: string
}

/** Keeps a row; the transaction is the caller's. @param at `read`: it is no row at all; `image`: it broke a rule on its way */
export function rejectRow(db: Connection, rejected: Rejected, at: 'read' | 'image' = 'image'): void {
  const { table, part, source, row, key, rule, reason, raw } = rejected
  const known = source !== undefined && row !== undefined ? placeOf(db, source, row) : undefined
  const { file, place } = known ?? rejected
  prepared(
    db,
    `INSERT INTO longhaul_rejected (at, "table", source, row, file, place, key, rule, reason, raw, part)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    at,
    table,
    source ?? null,
    row ?? null,
    file ?? null,
    place ?? null,
    key ?? null,
    rule,
    reason,
    raw ?? null,
    part ?? null,
  )
}

/** Forgets what was rejected on the way to an image that is made anew. */
export function forgetRejected(db: Connection): void {
  db.prepare(`DELETE FROM longhaul_rejected WHERE at = 'image'`).run()
}
