/**
 * Ranges of a table of a PostgreSQL source. A key's cells are texts as the server prints them, which it reads back as
 * values of the columns they are compared with; of a table that is read by `ctid` the one cell is the number of a block.
 */
import type { Client } from 'pg'
import { Failure } from '../../../model/failure.ts'
import type { TablePlan } from '../../../model/plan.ts'
import type { Cell } from '../../../model/types.ts'
import type { KeyRange } from '../../store.ts'
import { ident, literal, qualified } from '../quote.ts'

/** What rows of a range fulfil, in SQL over the alias `t`; `true` where the range is open at both ends. */
export function conditionOf(table: Pick<TablePlan, 'access'>, { after, upTo }: KeyRange): string {
  const compared = table.access.by === 'ctid' ? byBlock : byKey(columnsOf(table))
  const parts = [...(after ? [compared('>', after)] : []), ...(upTo ? [compared('<=', upTo)] : [])]
  return parts.length > 0 ? parts.join(' AND ') : 'true'
}

/** The place before the first row of the next block is after all rows of this one. */
const byBlock = (operator: '>' | '<=', key: Cell[]) =>
  `t.ctid ${operator === '>' ? '>=' : '<'} '(${blockOf(key) + 1},0)'::pg_catalog.tid`

/** By the row as a whole: an index over the columns is asked for it as such. */
const byKey = (columns: string[]) => (operator: '>' | '<=', key: Cell[]) =>
  `(${columns.join(', ')}) ${operator} (${key.map(constant).join(', ')})`

/** Order of reading in SQL over the alias `t`, as in `t."a", t."b"`; empty where the rows have none. */
export function orderOf({ access }: Pick<TablePlan, 'access'>): string {
  return access.by === 'key' ? columnsOf({ access }).join(', ') : ''
}

/** The columns of the key in SQL over the alias `t`. */
function columnsOf({ access }: Pick<TablePlan, 'access'>): string[] {
  return access.by === 'key' ? access.columns.map(name => `t.${ident(name)}`) : []
}

/** A bare constant takes the type of what it is compared with: a cast would need the type's name, and might cut. */
function constant(cell: Cell): string {
  if (typeof cell === 'string') return literal(cell)
  throw new Failure({ code: 'internal', message: `a ${typeof cell} is no part of a key in PostgreSQL` })
}

function blockOf([block]: Cell[]): number {
  if (typeof block === 'number' && Number.isInteger(block) && block >= 0) return block
  throw new Failure({ code: 'internal', message: 'this is no number of a block' })
}

/**
 * From so many rows on, cuts lie where a sample of the table's blocks says: all keys of 5 million rows take 3 to 6 seconds, a
 * sample of them a tenth of one. Chunks then differ in size.
 */
const SAMPLED_ROWS = 2_000_000
/** Blocks of the sample for each chunk: sizes then differ by about a sixth. */
const BLOCKS_A_CHUNK = 40

/**
 * The last key of each chunk of a range but the last one, in order of reading, about `rows` rows apart. A table that cannot
 * be read in ranges is one chunk.
 */
export async function boundsOf(
  client: Client,
  table: TablePlan,
  rows: number,
  range: KeyRange = {},
): Promise<Cell[][]> {
  if (table.access.by === 'ctid') return blocks(client, table, rows, range)
  if (table.access.by !== 'key') return []
  const place = await placeOf(client, table)
  const sampled = place.sampled && table.rows >= SAMPLED_ROWS && table.rows > 4 * rows
  return sampled ? sample(client, table, place, rows, range) : everyKey(client, table, place, rows, range)
}

interface Place {
  /** With `ONLY`, but for a partitioned table, which has no rows of its own. */
  from: string
  blocks: number
  /** It is one relation, of which blocks can be drawn. */
  sampled: boolean
}

const nameOf = ({ origin, target }: TablePlan) =>
  origin ? qualified(origin.schema, origin.name) : qualified(target.schema, target.name)

async function placeOf(client: Client, table: TablePlan): Promise<Place> {
  const name = nameOf(table)
  const { rows } = await client.query<{ kind: string; blocks: string }>(
    `SELECT c.relkind::text AS kind,
            coalesce(pg_catalog.pg_relation_size(c.oid), 0) / pg_catalog.current_setting('block_size')::bigint AS blocks
       FROM pg_catalog.pg_class c WHERE c.oid = ${literal(name)}::pg_catalog.regclass`,
  )
  const { kind, blocks } = rows[0]!
  return { from: kind === 'r' ? `ONLY ${name}` : name, blocks: Number(blocks), sampled: kind === 'r' }
}

/** In one pass over the keys, by the index where that has them all. No bound where no row comes after it. */
async function everyKey(
  client: Client,
  table: TablePlan,
  { from }: Place,
  rows: number,
  range: KeyRange,
): Promise<Cell[][]> {
  const keys = columnsOf(table)
  const texts = keys.map((_, i) => `k${i}::text`)
  return cells(
    client,
    `SELECT ${texts.join(', ')}
       FROM (SELECT ${keys.map((key, i) => `${key} AS k${i}`).join(', ')},
                    pg_catalog.row_number() OVER w AS place, pg_catalog.lead(true) OVER w AS more
               FROM ${from} AS t
              WHERE ${conditionOf(table, range)}
             WINDOW w AS (ORDER BY ${orderOf(table)})) AS s
      WHERE place % ${rows} = 0 AND more
      ORDER BY place`,
  )
}

/** Every so many-th key of the sample. What it has of rows is a part by chance, so its count says how many chunks apart. */
async function sample(
  client: Client,
  table: TablePlan,
  { from, blocks }: Place,
  rows: number,
  range: KeyRange,
): Promise<Cell[][]> {
  const chunks = Math.ceil(table.rows / rows)
  const share = Math.min(1, (chunks * BLOCKS_A_CHUNK) / Math.max(1, blocks))
  const keys = columnsOf(table)
  const texts = keys.map((_, i) => `k${i}::text`)
  return cells(
    client,
    `SELECT ${texts.join(', ')}
       FROM (SELECT ${keys.map((key, i) => `${key} AS k${i}`).join(', ')},
                    pg_catalog.row_number() OVER (ORDER BY ${orderOf(table)}) AS place
               FROM ${from} AS t TABLESAMPLE system (${share * 100})
              WHERE ${conditionOf(table, range)}) AS s
      WHERE place % ${Math.max(1, Math.round(rows * share))} = 0
      ORDER BY place`,
  )
}

async function cells(client: Client, text: string): Promise<Cell[][]> {
  const { rows } = await client.query<Cell[]>({ text, rowMode: 'array' })
  return rows
}

/**
 * Windows of blocks. The relation may grow meanwhile, and what the snapshot sees lies in the blocks that are there now, or
 * in the last window, which is open.
 */
async function blocks(client: Client, table: TablePlan, rows: number, range: KeyRange): Promise<Cell[][]> {
  const place = await placeOf(client, table)
  const first = range.after ? blockOf(range.after) + 1 : 0
  const last = range.upTo ? blockOf(range.upTo) : place.blocks - 1
  const chunks = Math.max(1, Math.ceil(table.rows / rows))
  const width = Math.max(1, Math.ceil(place.blocks / chunks))
  const bounds: Cell[][] = []
  for (let end = first + width - 1; end < last; end += width) bounds.push([end])
  return bounds
}
