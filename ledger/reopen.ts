/** Chunks that were done, and what was read for them is no longer what is to be there. */
import type { Plan } from '../model/plan.ts'
import type { Cell } from '../model/types.ts'
import { lockRun } from './fence.ts'
import { decodeKey } from './key.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'
import { inTransaction } from './transaction.ts'

export interface DoneChunk {
  no: number
  after?: Cell[]
  upTo?: Cell[]
  /** Of the rows as they were read. */
  digest: Uint8Array
}

/** The chunks of a table that are done, in the order of their numbers. */
export async function doneChunks(sql: Sql, place: Place, run: string, table: string): Promise<DoneChunk[]> {
  const { rows } = await sql.query(
    `SELECT no, after_key, up_to_key, digest FROM ${tableName(place, 'chunk')}
      WHERE run_id = $1 AND table_name = $2 AND done ORDER BY no`,
    [run, table],
  )
  return rows.map(({ no, after_key, up_to_key, digest }) => ({
    ...{ no, digest },
    ...(after_key !== null && { after: decodeKey(after_key) }),
    ...(up_to_key !== null && { upTo: decodeKey(up_to_key) }),
  }))
}

/** Whether all rows of a run are in. */
export async function isCopied(sql: Sql, place: Place, run: string): Promise<boolean> {
  const { rows } = await sql.query(
    `SELECT NOT EXISTS (SELECT FROM ${tableName(place, 'table_run')}
                         WHERE run_id = $1 AND NOT chunked AND NOT skipped)
        AND NOT EXISTS (SELECT FROM ${tableName(place, 'chunk')} WHERE run_id = $1 AND NOT done) AS copied`,
    [run],
  )
  return rows[0].copied
}

/** Empties a table as `empty` does, and forgets its chunks: it is cut and copied anew. */
export async function startTableAnew(
  sql: Sql,
  place: Place,
  token: RunToken,
  table: string,
  empty: () => Promise<void>,
): Promise<void> {
  await inTransaction(sql, async () => {
    await lockRun(sql, place, token)
    await empty()
    await sql.query(`DELETE FROM ${tableName(place, 'chunk')} WHERE run_id = $1 AND table_name = $2`, [
      token.run,
      table,
    ])
    await sql.query(
      `UPDATE ${tableName(place, 'table_run')} SET chunked = false WHERE run_id = $1 AND name = $2`,
      [token.run, table],
    )
  })
}

/** Writes a plan that differs in sizes alone: its hash is the same. */
export async function noteSizes(sql: Sql, place: Place, token: RunToken, plan: Plan): Promise<void> {
  await inTransaction(sql, async () => {
    await lockRun(sql, place, token)
    await sql.query(`UPDATE ${tableName(place, 'run')} SET plan = $2 WHERE id = $1`, [
      token.run,
      JSON.stringify(plan),
    ])
    await sql.query(
      `UPDATE ${tableName(place, 'table_run')} AS t SET expected = s.expected
         FROM ROWS FROM (unnest($2::text[]), unnest($3::bigint[])) AS s(name, expected)
        WHERE t.run_id = $1 AND t.name = s.name`,
      [token.run, plan.what.tables.map(({ name }) => name), plan.what.tables.map(({ rows }) => rows)],
    )
  })
}
