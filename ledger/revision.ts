/** A new revision of a held run's plan: what is not copied yet is cut anew, what is copied stays as it is. */
import { Failure } from '../model/failure.ts'
import type { Plan } from '../model/plan.ts'
import type { Cell } from '../model/types.ts'
import { lockRun } from './fence.ts'
import { decodeKey, encodeKey } from './key.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'
import { inTransaction } from './transaction.ts'

/** Neighbouring chunks that are not done, as one range of keys. */
export interface OpenRange {
  table: string
  /** Their numbers. */
  chunks: number[]
  after?: Cell[]
  upTo?: Cell[]
}

/** A range and the last keys of its new chunks but the last one. */
export interface Recut {
  range: OpenRange
  bounds: Cell[][]
}

interface OpenChunk {
  table_name: string
  no: number
  after_key: string | null
  up_to_key: string | null
}

/** What is not copied yet, table by table. Numbers do not tell neighbours, since a range may have been cut before. */
export async function openRanges(sql: Sql, place: Place, run: string): Promise<OpenRange[]> {
  const { rows } = await sql.query(
    `SELECT table_name, no, after_key, up_to_key FROM ${tableName(place, 'chunk')}
      WHERE run_id = $1 AND NOT done ORDER BY table_name, no`,
    [run],
  )
  const tables = Map.groupBy(rows as OpenChunk[], chunk => chunk.table_name)
  return [...tables.values()].flatMap(rangesOf)
}

function rangesOf(chunks: OpenChunk[]): OpenRange[] {
  const behind = new Map(chunks.map(chunk => [chunk.after_key, chunk]))
  const ends = new Set(chunks.map(chunk => chunk.up_to_key))
  return chunks
    .filter(({ after_key }) => after_key === null || !ends.has(after_key))
    .map(first => {
      const members = [first]
      let last = first
      for (;;) {
        const next: OpenChunk | undefined = last.up_to_key === null ? undefined : behind.get(last.up_to_key)
        if (!next) break
        members.push(next)
        last = next
      }
      return {
        table: first.table_name,
        chunks: members.map(({ no }) => no),
        ...(first.after_key !== null && { after: decodeKey(first.after_key) }),
        ...(last.up_to_key !== null && { upTo: decodeKey(last.up_to_key) }),
      }
    })
}

/**
 * Writes the plan and the new chunks in one transaction; new chunks have numbers that were never used, so that no
 * earlier claim fits them. Throws `fenced` where the run is not ours, `unavailable` where it is not held (yet).
 */
export async function revise(
  sql: Sql,
  place: Place,
  token: RunToken,
  plan: Plan,
  recuts: readonly Recut[],
): Promise<void> {
  await inTransaction(sql, async () => {
    await mustBeHeld(sql, place, token)
    await sql.query(
      `UPDATE ${tableName(place, 'run')}
          SET plan = $2, plan_hash = $3, updated_at = pg_catalog.clock_timestamp() WHERE id = $1`,
      [token.run, JSON.stringify(plan), plan.hash],
    )
    for (const recut of recuts) await replaceChunks(sql, place, token, recut)
  })
}

/** Throws `unavailable` where the run goes on; in a transaction it stays held until that ends. */
export async function mustBeHeld(sql: Sql, place: Place, token: RunToken): Promise<void> {
  const state = await lockRun(sql, place, token)
  if (state !== 'paused' && state !== 'waiting') throw notHeld(token.run)
}

async function replaceChunks(
  sql: Sql,
  place: Place,
  { run }: RunToken,
  { range, bounds }: Recut,
): Promise<void> {
  const { table, chunks, after, upTo } = range
  const keys = bounds.map(encodeKey)
  const end = (key: Cell[] | undefined) => (key ? encodeKey(key) : null)
  const chunk = tableName(place, 'chunk')
  const { rows } = await sql.query(
    `SELECT max(no) AS highest FROM ${chunk} WHERE run_id = $1 AND table_name = $2`,
    [run, table],
  )
  const { rowCount } = await sql.query(
    `DELETE FROM ${chunk} WHERE run_id = $1 AND table_name = $2 AND no = ANY ($3) AND NOT done`,
    [run, table, chunks],
  )
  if (rowCount !== chunks.length) throw notHeld(run)
  await sql.query(
    `INSERT INTO ${chunk} (run_id, table_name, no, after_key, up_to_key)
     SELECT $1, $2, $5 + no, after_key, up_to_key
       FROM ROWS FROM (unnest($3::text[]), unnest($4::text[])) WITH ORDINALITY AS c(after_key, up_to_key, no)`,
    [run, table, [end(after), ...keys], [...keys, end(upTo)], rows[0].highest],
  )
}

const notHeld = (run: string) =>
  new Failure({
    code: 'unavailable',
    object: `run ${run}`,
    message: 'is not paused yet: chunks are still being copied',
    remedy: 'The edit is made as soon as it is',
  })
