/**
 * From two digests that differ to the rows that do: the hashes of both sides are paired off, and another pass fetches
 * what is left over, to say what it is.
 */
import type { Located } from '../../model/located.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { Digest } from './digest.ts'
import { countPairs, differingGroups, leftOver, pairOff, type Sides } from './pair-off.ts'
import { type UnequalRow, unequalRows } from './unequal-rows.ts'

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
  for (const buckets of differingGroups(digests)) {
    const rows = await pairOff(sides, buckets)
    const keys = leftOver(rows)
    countPairs(keys, found)
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
