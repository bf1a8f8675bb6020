/**
 * From two digests that differ to the rows that do: only the buckets that differ are looked into. One pass over both
 * sides pairs the hashes of their rows off; a second fetches what is left over, to say what it is. Memory follows the
 * rows in differing buckets, and these are taken some at a time where they are many.
 */
import type { Located } from '../../model/located.ts'
import type { TablePlan } from '../../model/plan.ts'
import { type Digest, differingBuckets } from './digest.ts'
import type { RowHeard } from './digester.ts'
import { HashTally } from './hash-tally.ts'
import { type UnequalRow, unequalRows } from './unequal-rows.ts'

/** Reads all rows of one side and shows each, hashed, to `heard`. */
export type Side = (heard: RowHeard) => Promise<void>

export interface Sides {
  source: Side
  target: Side
}

export const BOTH = ['source', 'target'] as const

/** Rows whose hashes are held at a time: about 70 bytes each. */
const MOST_ROWS = 2_000_000

/** Rows that are told one by one; all are counted. */
const MOST_LISTED = 1000

/**
 * Counts the rows that differ and tells the first thousand of them to `list`.
 *
 * @param digests of both sides, whose differing buckets are looked into
 */
export async function locate(
  table: TablePlan,
  sides: Sides,
  digests: Record<keyof Sides, Digest>,
  list: (row: UnequalRow) => void,
): Promise<Omit<Located, 'file'>> {
  const found = { missing: 0, surplus: 0, different: 0, listed: 0 }
  const columns = new Map<string, number>()
  for (const buckets of groups(digests)) {
    const rows = await pairOff(sides, buckets)
    const keys = leftOver(rows)
    for (const at of keys.slots()) count(keys.source[at]!, keys.target[at]!, found)
    const listed = await unequalRows(table, sides, { rows, keys }, MOST_LISTED - found.listed)
    for (const row of listed) {
      for (const { name } of row.columns) columns.set(name, (columns.get(name) ?? 0) + 1)
      list(row)
    }
    found.listed += listed.length
  }
  const named = table.columns.map(({ name }) => ({ name, rows: columns.get(name) ?? 0 }))
  return { ...found, columns: named.filter(({ rows }) => rows > 0) }
}

/** Buckets that differ, in groups of not too many rows; a bucket that has too many is one by itself. */
function* groups({ source, target }: Record<keyof Sides, Digest>): Iterable<ReadonlySet<number>> {
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
async function pairOff(sides: Sides, buckets: ReadonlySet<number>): Promise<HashTally> {
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
function leftOver(rows: HashTally): HashTally {
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

function count(
  source: number,
  target: number,
  found: Pick<Located, 'missing' | 'surplus' | 'different'>,
): void {
  const pairs = Math.min(source, target)
  found.different += pairs
  found.missing += source - pairs
  found.surplus += target - pairs
}
