/**
 * What the ledger still has of what it had confirmed. After a failover to a server that was behind its primary, the last
 * of it is gone, together with the rows and objects that it stood for: nobody may go by what they have heard.
 */
import { type Place, type Sql, tableName } from './schema.ts'

export interface Kept {
  /** Keys over several tables, views and triggers were made, or told as missing. */
  finished: boolean
  /** Tables whose chunks are not all there and done. */
  uncopied: string[]
  /** Tables without their keys and indexes. */
  bare: string[]
  /** Tables that nobody has compared. */
  unchecked: string[]
}

/** Of all tables of the run that are not left out. */
export async function readKept(sql: Sql, place: Place, run: string): Promise<Kept> {
  const { rows } = await sql.query(
    `WITH listed AS (
       SELECT name, chunked, finished, verdict,
              EXISTS (SELECT FROM ${tableName(place, 'chunk')} AS c
                       WHERE c.run_id = t.run_id AND c.table_name = t.name AND NOT c.done) AS open
         FROM ${tableName(place, 'table_run')} AS t WHERE run_id = $1 AND NOT skipped)
     SELECT EXISTS (${stepDone(place, 'finish')}) AS finished,
            ARRAY(SELECT name FROM listed WHERE open OR NOT chunked) AS uncopied,
            ARRAY(SELECT name FROM listed WHERE NOT finished) AS bare,
            ARRAY(SELECT name FROM listed WHERE verdict IS NULL) AS unchecked`,
    [run],
  )
  return rows[0]
}

/** Whether all tables were made, by what it still has. */
export async function areMade(sql: Sql, place: Place, run: string): Promise<boolean> {
  const { rows } = await sql.query(`SELECT EXISTS (${stepDone(place, 'schema')}) AS made`, [run])
  return rows[0].made
}

const stepDone = (place: Place, step: string) =>
  `SELECT FROM ${tableName(place, 'step')} WHERE run_id = $1 AND name = '${step}' AND state = 'done'`
