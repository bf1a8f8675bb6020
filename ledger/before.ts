/** What tables that were there were like before the first write: the proof of the way back is made against it. */
import { runIsOurs } from './fence.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'

/** One table, by its name in the source. */
export interface Before<Catalog> {
  table: string
  rows: number
  /** Order-free, over whole rows, in hex. */
  digest: string
  /** As the store describes it. */
  catalog: Catalog
}

/** Writes it down once: what stands there already was seen before, and stays. Writes nothing for a run taken over. */
export async function noteBefore<Catalog>(
  sql: Sql,
  place: Place,
  { run, epoch }: RunToken,
  { table, rows, digest, catalog }: Before<Catalog>,
): Promise<void> {
  await sql.query(
    `INSERT INTO ${tableName(place, 'before')} (run_id, table_name, rows, digest, catalog)
     SELECT $1, $2, $3, $4, $5 WHERE ${runIsOurs(place, '$1', '$6')}
     ON CONFLICT DO NOTHING`,
    [run, table, rows, digest, JSON.stringify(catalog), epoch],
  )
}

/** By the table's name in the source. */
export async function readBefore<Catalog>(
  sql: Sql,
  place: Place,
  run: string,
): Promise<Map<string, Before<Catalog>>> {
  const { rows } = await sql.query(
    `SELECT table_name AS "table", rows::float8 AS rows, digest, catalog FROM ${tableName(place, 'before')}
      WHERE run_id = $1`,
    [run],
  )
  return new Map(rows.map(row => [row.table, row as Before<Catalog>]))
}
