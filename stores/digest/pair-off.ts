/**
 * Two sides whose digests differ, row against row: only the buckets that differ are looked into. One pass over both
 * sides pairs the hashes of their rows off. Memory follows the rows in differing buckets, and these are taken some at
 * a time where they are many.
 */
import type { Located } from '../../model/located.ts'
import { type Digest, differingBuckets } from './digest.ts'
import type { RowHeard } from './digester.ts'
import { HashTally } from './hash-tally.ts'

/** Reads all rows of one side and shows each, hashed, to `heard`. */
export type Side = (heard: RowHeard) => Promise<void>

export interface Sides {
  source: Side
  target: Side
}

export const BOTH = ['source', 'target'] as const

/** Rows whose hashes are held at a time: about 70 bytes each. */
const MOST_ROWS = 2_000_000

/** Buckets that differ, in groups of not too many rows; a bucket that has too many is one by itself. */
export function* differingGroups({
  source,
  target,
}: Record<keyof Sides, Digest>): Iterable<ReadonlySet<number>> {
  let group = new Set<number>()
  let rows = 0
  for (const bucket of differingBuckets(source, target)) {
    const more = Math.max(source.countOf(bucket), target.countOf(bucket))
    if (group.size > 0 && rows + more > MOST_ROWS) {
      yield group
      group = new Set()
      rows = 0
    }
    group.add(bucket)
    rows += more
  }
  if (group.size > 0) yield group
}

/** How often each side has each row of some buckets, by the hashes of key and row. */
export async function pairOff(sides: Sides, buckets: ReadonlySet<number>): Promise<HashTally> {
  const rows = new HashTally(8)
  const both = new Uint32Array(8)
  for (const side of BOTH) {
    await sides[side]((bucket, row) => {
      if (!buckets.has(bucket)) return
      both.set(row.keyHash)
      both.set(row.hash, 4)
      const at = rows.slot(both)
      rows[side][at]!++
    })
  }
  return rows
}

/** By key: how many rows each side has that the other has not. */
export function leftOver(rows: HashTally): HashTally {
  const keys = new HashTally(4)
  for (const at of rows.slots()) {
    const more = rows.source[at]! - rows.target[at]!
    if (more === 0) continue
    const key = keys.slot(rows.hashAt(at, 4))
    if (more > 0) keys.source[key]! += more
    else keys.target[key]! -= more
  }
  return keys
}

/** Adds up what is left over: of one key as many rows differ as both sides have, and the others are alone. */
export function countPairs(keys: HashTally, found: Pick<Located, 'missing' | 'surplus' | 'different'>): void {
  for (const at of keys.slots()) {
    const [source, target] = [keys.source[at]!, keys.target[at]!]
    const pairs = Math.min(source, target)
    found.different += pairs
    found.missing += source - pairs
    found.surplus += target - pairs
  }
}
