/**
 * What a repair of one table brings to the server before its transaction, in temporary tables of its session: rows of
 * the source, and places of rows of the target. Rows of both with one number are one row with other values.
 */
import type { Client } from 'pg'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import type { PickedRow } from '../digest/pick-target.ts'
import { copyIn } from './copy-in.ts'
import { ident, idents, qualified } from './quote.ts'

/** A table's repair on the server. */
export interface Stage {
  table: TablePlan
  /** The table as SQL names it, without those that inherit from it. */
  place: string
  /** Columns of the plan that can be written, in the target's names; and of these what may be overwritten. */
  written: string[]
  overwritten: string[]
  /** Of these what may be empty for a moment, so that a row can have what another one has in a unique column. */
  vacated: string[]
  /** All columns of the target that can be written. */
  all: string[]
  /** The key's, in the target's names. */
  key: string[]
  /** The column with the number in both temporary tables. */
  pair: string
}

export const SOURCE = 'pg_temp.longhaul_source'
export const TARGET = 'pg_temp.longhaul_target'
/** Numbers that one side alone has. */
export const ALONE = 'pg_temp.longhaul_alone'

/** Makes the temporary tables, empty, in place of those of the table before. */
export async function openStage(client: Client, table: TablePlan): Promise<Stage> {
  const { schema, name } = table.target
  const { rows } = await client.query<{ name: string; always: boolean; plain: boolean; vacant: boolean }>(
    COLUMNS,
    [schema, name],
  )
  const place = `${rows[0]?.plain ? 'ONLY ' : ''}${qualified(schema, name)}`
  const all = rows.map(row => row.name)
  const written = table.columns
    .filter(({ generated, target }) => generated === undefined && all.includes(target))
    .map(({ target }) => target)
  const key = table.key.map(column => table.columns.find(c => c.name === column)!.target)
  const always = new Set(rows.filter(row => row.always).map(row => row.name))
  const overwritten = written.filter(column => !key.includes(column) && !always.has(column))
  const vacant = new Set(rows.filter(row => row.vacant).map(row => row.name))
  const vacated = overwritten.filter(column => vacant.has(column))
  const pair = pairName(table)
  const sent = table.columns.filter(({ generated }) => generated === undefined).map(({ target }) => target)
  await client.query(`DROP TABLE IF EXISTS ${SOURCE}, ${TARGET}, ${ALONE}`)
  await client.query(
    `CREATE TEMP TABLE longhaul_source AS SELECT ${[...sent.map(ident), `NULL::bigint AS ${ident(pair)}`].join(', ')}
       FROM ${place} WITH NO DATA`,
  )
  await client.query(`CREATE TEMP TABLE longhaul_target (${ident(pair)} bigint, part oid, at tid)`)
  return { table, place, written, overwritten, vacated, all, key, pair }
}

/** What the target computes itself cannot be written, and what it counts itself cannot be overwritten. */
const COLUMNS = `
  SELECT a.attname::text AS name, a.attidentity = 'a' AS always, c.relkind = 'r' AS plain,
         NOT a.attnotnull AND EXISTS (SELECT FROM pg_catalog.pg_index AS i
                                       WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey))
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
                          WHERE k.contype = 'f' AND k.confrelid = c.oid AND a.attnum = ANY (k.confkey)) AS vacant
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   WHERE n.nspname = $1 AND c.relname = $2 AND a.attgenerated = ''
   ORDER BY a.attnum`

/** A name that no column of the table has. */
function pairName({ columns }: TablePlan): string {
  let name = 'longhaul_pair'
  while (columns.some(column => column.target === name || column.name === name)) name += '_'
  return name
}

/** Brings rows of the source, each with its number behind its cells. */
export async function stageSource(
  client: Client,
  { table, pair }: Stage,
  rows: Iterable<Row[]>,
  progress: (rows: number) => void,
): Promise<number> {
  const number: ColumnPlan = {
    ...{ name: pair, target: pair, type: { kind: 'integer', bits: 64 } },
    ...{ notNull: true, wide: true, why: 'pairs the row' },
  }
  const staged = {
    ...table,
    target: { schema: 'pg_temp', name: 'longhaul_source' },
    columns: [...table.columns, number],
  }
  const copied = await copyIn(client, staged, rows, progress)
  await client.query(`ANALYZE ${SOURCE}`)
  return copied.rows
}

/** Brings places of rows of the target. */
export async function stageTarget(client: Client, rows: AsyncIterable<PickedRow[]>): Promise<number> {
  let count = 0
  for await (const batch of rows) {
    await client.query(
      `INSERT INTO ${TARGET} SELECT * FROM ROWS FROM (
         pg_catalog.unnest($1::bigint[]), pg_catalog.unnest($2::oid[]), pg_catalog.unnest($3::tid[])) AS t`,
      [batch.map(row => String(row.number)), batch.map(row => row.part), batch.map(row => row.at)],
    )
    count += batch.length
  }
  await client.query(`ANALYZE ${TARGET}`)
  return count
}

/**
 * After both: finds out which rows have no counterpart. Kept and counted, as the server guesses one row for what has none
 * in another table, and would look through that table for each of half a million.
 */
export async function pairStaged(client: Client, stage: Stage): Promise<void> {
  const pair = ident(stage.pair)
  await client.query(
    `CREATE TEMP TABLE longhaul_alone AS
       SELECT coalesce(s.${pair}, f.${pair}) AS ${pair} FROM ${SOURCE} AS s FULL JOIN ${TARGET} AS f ON f.${pair} = s.${pair}
        WHERE s.${pair} IS NULL OR f.${pair} IS NULL`,
  )
  await client.query(`ANALYZE ${ALONE}`)
}

/** `"a", "b"` of the alias. */
export const ofAlias = (alias: string, columns: readonly string[]): string =>
  columns.map(column => `${alias}.${ident(column)}`).join(', ')

export const listOf = (columns: readonly string[]): string => idents(columns)
