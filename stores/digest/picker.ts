/** Rows that are left over, found again one by one as their side is read once more. */
import type { Digester } from './digester.ts'
import type { HashTally } from './hash-tally.ts'
import type { Sides } from './pair-off.ts'

/** Of the row that was hashed last: the number that it shares with its counterpart; undefined where it is not left over. */
export type Picks = (row: Digester) => bigint | undefined

const NTH_BITS = 32n

/**
 * Picks the rows that one side has more often than the other; both tallies are used up by it. Rows of a key are
 * numbered downwards, so that as many numbers are met on both sides as rows differ, and the others are alone.
 *
 * @param rows of `pairOff`
 * @param keys of `leftOver`
 */
export function pickerOf(side: keyof Sides, rows: HashTally, keys: HashTally): Picks {
  const other = side === 'source' ? 'target' : 'source'
  const both = new Uint32Array(8)
  return row => {
    const key = keys.find(row.keyHash)
    if (key < 0) return undefined
    both.set(row.keyHash)
    both.set(row.hash, 4)
    const at = rows.find(both)
    // Of rows that are the same as many are paired off as the other side has.
    if (at < 0 || rows[side][at]! <= rows[other][at]!) return undefined
    rows[side][at]!--
    return (BigInt(key) << NTH_BITS) | BigInt(keys[side][key]!--)
  }
}
