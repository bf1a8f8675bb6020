/** The second look: the rows of one side that have none of the other, with their keys and the columns that differ. */
import { keyText, valueText } from '../../model/key-text.ts'
import type { TablePlan } from '../../model/plan.ts'
import { goesInPieces } from '../large.ts'
import type { Digester } from './digester.ts'
import type { HashTally } from './hash-tally.ts'
import { BOTH, type Sides } from './pair-off.ts'
import { printCell } from './print.ts'

export interface UnequalRow {
  kind: 'missing' | 'surplus' | 'different'
  /** In words; absent where the table has none. */
  key?: string
  /** Of a row with other values the columns that differ; of a row without a key all. */
  columns: UnequalCell[]
}

/** What each side has, in words; long values are cut, and absent is what cannot be told (JSON, values in pieces). */
export interface UnequalCell {
  name: string
  source?: string
  target?: string
}

/** A row of one side. */
interface Seen {
  key: string | undefined
  texts: (string | undefined)[]
  hashes: Uint32Array
}

/** Words of a cell's hash that are kept. */
const WORDS = 2

/**
 * Rows that are left over, at most `most` of them; another pass over both sides.
 *
 * @param rows how often each side has each row, by the hashes of key and row
 * @param keys how many rows of a key each side has that the other has not
 */
export async function unequalRows(
  table: TablePlan,
  sides: Sides,
  { rows, keys }: { rows: HashTally; keys: HashTally },
  most: number,
): Promise<UnequalRow[]> {
  const chosen = first(keys, most)
  if (chosen.size === 0) return []
  const both = new Uint32Array(8)
  for (const side of BOTH) {
    const other = side === 'source' ? 'target' : 'source'
    await sides[side]((_bucket, row) => {
      const seen = chosen.get(keys.find(row.keyHash))
      if (!seen) return
      both.set(row.keyHash)
      both.set(row.hash, 4)
      const at = rows.find(both)
      // Of rows that are the same as many are paired off as the other side has.
      if (at < 0 || rows[side][at]! <= rows[other][at]!) return
      rows[side][at]!--
      seen[side].push(look(table, row))
    })
  }
  return [...chosen.values()].flatMap(seen => tell(table, seen)).slice(0, most)
}

/** By slot of `keys`. */
type Chosen = Map<number, Record<keyof Sides, Seen[]>>

function first(keys: HashTally, most: number): Chosen {
  const chosen: Chosen = new Map()
  for (const at of keys.slots()) {
    if (chosen.size >= most) break
    chosen.set(at, { source: [], target: [] })
  }
  return chosen
}

function look(table: TablePlan, row: Digester): Seen {
  const cells = table.columns.map(({ type }, i) => printCell(type, row.bytesOf(i)))
  const hashes = new Uint32Array(cells.length * WORDS)
  const hash = new Uint32Array(4)
  for (let i = 0; i < cells.length; i++) {
    row.hashOf(i, hash)
    hashes.set(hash.subarray(0, WORDS), i * WORDS)
  }
  const key = table.key.map(name => cells[table.columns.findIndex(column => column.name === name)]!)
  return {
    key: key.length === 0 ? undefined : keyText(table.key, key),
    texts: cells.map(cell => (cell === undefined ? undefined : valueText(cell))),
    hashes,
  }
}

function tell(table: TablePlan, { source, target }: Record<keyof Sides, Seen[]>): UnequalRow[] {
  const pairs = Math.min(source.length, target.length)
  return [
    ...source.slice(0, pairs).map((row, i) => different(table, row, target[i]!)),
    ...source.slice(pairs).map(row => alone('missing', table, row)),
    ...target.slice(pairs).map(row => alone('surplus', table, row)),
  ]
}

function different(table: TablePlan, source: Seen, target: Seen): UnequalRow {
  const differs = (i: number) =>
    [0, 1].some(word => source.hashes[i * WORDS + word] !== target.hashes[i * WORDS + word])
  const unlike = table.columns.flatMap((_, i) => (differs(i) ? [i] : []))
  // Of values in pieces only the sizes were compared: where nothing else differs it is one of these.
  const where =
    unlike.length > 0
      ? unlike
      : table.columns.flatMap((column, i) => (goesInPieces(table, column) ? [i] : []))
  const columns = where.map(i => cellOf(table, i, source, target))
  return { kind: 'different', ...(source.key !== undefined && { key: source.key }), columns }
}

function alone(kind: 'missing' | 'surplus', table: TablePlan, row: Seen): UnequalRow {
  if (row.key !== undefined) return { kind, key: row.key, columns: [] }
  const [source, target] = kind === 'missing' ? [row, undefined] : [undefined, row]
  return { kind, columns: table.columns.map((_, i) => cellOf(table, i, source, target)) }
}

function cellOf(
  table: TablePlan,
  i: number,
  source: Seen | undefined,
  target: Seen | undefined,
): UnequalCell {
  const [before, after] = [source?.texts[i], target?.texts[i]]
  return {
    name: table.columns[i]!.name,
    ...(before !== undefined && { source: before }),
    ...(after !== undefined && { target: after }),
  }
}
