/**
 * Claims: who may write a chunk or make an object. A claim is committed before the work, with the backend
 * that will do it; the work's own transaction ends with a fence that only the newest claim passes. So a
 * stalled attempt neither blocks its successor nor writes when it wakes.
 */
import { Failure } from '../model/failure.ts'
import type { Cell } from '../model/types.ts'
import { decodeKey, encodeKey } from './key.ts'
import { ledgerGone, type RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'

/** A session of the server: its process id alone is used again, with its start time it is unique. */
export interface Backend {
  pid: number
  /** As the server prints it, with microseconds. */
  startedAt: string
}

export interface ChunkClaim {
  table: string
  no: number
  epoch: string
  after?: Cell[]
  upTo?: Cell[]
  /** The session of the attempt before, which has to be gone before this one writes. */
  previous?: Backend
}

export interface ObjectClaim {
  kind: string
  table: string
  name: string
  epoch: string
  previous?: Backend
}

export interface ChunkOutcome {
  read: number
  written: number
  bytes: number
  digest: Uint8Array
}

export interface ObjectId {
  kind: string
  table: string
  name: string
}

const ME = `(SELECT backend_start FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid())`
const START = (column: string) =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`

/** The condition of every fence: the run is still ours, and still allowed to write. */
const runIsOurs = (place: Place, run: string, epoch: string) =>
  `EXISTS (SELECT FROM ${tableName(place, 'run')} WHERE id = ${run} AND epoch = ${epoch} AND state = 'running')`

/** Writes the chunks of a table once; `bounds` are the last keys of all chunks but the last. */
export async function addChunks(
  sql: Sql,
  place: Place,
  token: RunToken,
  table: string,
  bounds: Iterable<Cell[]>,
): Promise<void> {
  const keys = Array.from(bounds, encodeKey)
  await inTransaction(sql, async () => {
    const { rowCount } = await sql.query(
      `UPDATE ${tableName(place, 'table_run')} SET chunked = true
        WHERE run_id = $1 AND name = $2 AND NOT chunked AND ${runIsOurs(place, '$1', '$3')}`,
      [token.run, table, token.epoch],
    )
    if (rowCount === 0) return
    await sql.query(
      `INSERT INTO ${tableName(place, 'chunk')} (run_id, table_name, no, after_key, up_to_key)
       SELECT $1, $2, no, after_key, up_to_key
         FROM ROWS FROM (unnest($3::text[]), unnest($4::text[])) WITH ORDINALITY AS c(after_key, up_to_key, no)`,
      [token.run, table, [null, ...keys], [...keys, null]],
    )
  })
}

export async function isChunked(sql: Sql, place: Place, run: string, table: string): Promise<boolean> {
  const { rows } = await sql.query(
    `SELECT chunked FROM ${tableName(place, 'table_run')} WHERE run_id = $1 AND name = $2`,
    [run, table],
  )
  if (!rows[0]) throw ledgerGone(run)
  return rows[0].chunked
}

/**
 * Claims the next chunk of a table that is free or was `owner`'s before, or, with `sweep`, anyone's that is
 * not done. Undefined where there is none, or only such as an earlier attempt holds in the midst of its commit
 * (see `holders`). Throws `fenced` where the run is not ours any more. Committed at once: the statement is its
 * own transaction.
 */
export async function claimChunk(
  sql: Sql,
  place: Place,
  token: RunToken,
  table: string,
  owner: string,
  sweep: boolean,
): Promise<ChunkClaim | undefined> {
  const { rows } = await sql.query(
    `WITH next AS (
       SELECT no, backend_pid, backend_start FROM ${tableName(place, 'chunk')}
        WHERE run_id = $1 AND table_name = $2 AND NOT done AND (owner IS NULL OR owner = $3 OR $4)
          AND ${runIsOurs(place, '$1', '$5')}
        ORDER BY no LIMIT 1 FOR UPDATE SKIP LOCKED)
     UPDATE ${tableName(place, 'chunk')} AS chunk
        SET epoch = chunk.epoch + 1, owner = $3, backend_pid = pg_catalog.pg_backend_pid(),
            backend_start = ${ME}, claimed_at = pg_catalog.clock_timestamp()
       FROM next
      WHERE chunk.run_id = $1 AND chunk.table_name = $2 AND chunk.no = next.no
     RETURNING chunk.no, chunk.epoch::text AS epoch, after_key, up_to_key,
               next.backend_pid AS pid, ${START('next.backend_start')} AS start`,
    [token.run, table, owner, sweep, token.epoch],
  )
  const row = rows[0]
  if (!row) {
    await mustBeOurs(sql, place, token)
    return undefined
  }
  return {
    table,
    no: row.no,
    epoch: row.epoch,
    ...(row.after_key && { after: decodeKey(row.after_key) }),
    ...(row.up_to_key && { upTo: decodeKey(row.up_to_key) }),
    ...(row.pid && { previous: { pid: row.pid, startedAt: row.start } }),
  }
}

async function mustBeOurs(sql: Sql, place: Place, { run, epoch }: RunToken): Promise<void> {
  const { rows } = await sql.query(
    `SELECT ${runIsOurs(place, '$1', '$2')} AS ours FROM ${tableName(place, 'run')} WHERE id = $1`,
    [run, epoch],
  )
  if (!rows[0]) throw ledgerGone(run)
  if (!rows[0].ours) throw fenced(`run ${run}`)
}

/**
 * The sessions that have claimed the chunks of a table that are not done. Where `claimChunk` finds nothing,
 * one of them is about to commit, or stalled in it; waiting for its lock could take as long as it sleeps.
 */
export async function holders(sql: Sql, place: Place, run: string, table: string): Promise<Backend[]> {
  const { rows } = await sql.query(
    `SELECT DISTINCT backend_pid AS pid, ${START('backend_start')} AS start FROM ${tableName(place, 'chunk')}
      WHERE run_id = $1 AND table_name = $2 AND NOT done AND backend_pid IS NOT NULL`,
    [run, table],
  )
  return rows.map(r => ({ pid: r.pid, startedAt: r.start }))
}

/** The fence at the end of a chunk's transaction. Throws `fenced` where another attempt holds the claim. */
export async function settleChunk(
  sql: Sql,
  place: Place,
  token: RunToken,
  claim: ChunkClaim,
  outcome: ChunkOutcome,
): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE ${tableName(place, 'chunk')}
        SET done = true, done_at = pg_catalog.clock_timestamp(),
            rows_read = $5, rows_written = $6, bytes = $7, digest = $8
      WHERE run_id = $1 AND table_name = $2 AND no = $3 AND epoch = $4 AND NOT done
        AND ${runIsOurs(place, '$1', '$9')}`,
    [
      token.run,
      claim.table,
      claim.no,
      claim.epoch,
      outcome.read,
      outcome.written,
      outcome.bytes,
      outcome.digest,
      token.epoch,
    ],
  )
  if (rowCount !== 1) throw fenced(`chunk ${claim.no} of table "${claim.table}"`)
}

/** How many chunks of a table are not done; a table is closed only when the ledger says none. */
export async function openChunks(sql: Sql, place: Place, run: string, table: string): Promise<number> {
  const { rows } = await sql.query(
    `SELECT count(*)::int AS n FROM ${tableName(place, 'chunk')} WHERE run_id = $1 AND table_name = $2 AND NOT done`,
    [run, table],
  )
  return rows[0].n
}

/**
 * Makes one object of the target (a table, a key, an index …) once: claim, then `make` and its record in one
 * transaction. False where it was made before. `undo` are the statements that take it back.
 *
 * @param dispossess ends the session of the attempt before, and waits until it is gone
 */
export async function makeOnce(
  sql: Sql,
  place: Place,
  token: RunToken,
  object: ObjectId & { undo: string[] },
  dispossess: (previous: Backend) => Promise<void>,
  make: () => Promise<void>,
): Promise<boolean> {
  const claim = await claimObject(sql, place, token, object)
  if (!claim) return false
  if (claim.previous) await dispossess(claim.previous)
  await inTransaction(sql, async () => {
    await make()
    const { rowCount } = await sql.query(
      `UPDATE ${tableName(place, 'object')} SET done = true, done_at = pg_catalog.clock_timestamp(), error = NULL
        WHERE run_id = $1 AND kind = $2 AND table_name = $3 AND name = $4 AND epoch = $5 AND NOT done
          AND ${runIsOurs(place, '$1', '$6')}`,
      [token.run, object.kind, object.table, object.name, claim.epoch, token.epoch],
    )
    if (rowCount !== 1) throw fenced(`${object.kind} "${object.name}"`)
  })
  return true
}

async function claimObject(
  sql: Sql,
  place: Place,
  token: RunToken,
  { kind, table, name, undo }: ObjectId & { undo: string[] },
): Promise<ObjectClaim | undefined> {
  const key = [token.run, kind, table, name]
  const object = tableName(place, 'object')
  await sql.query(
    `INSERT INTO ${object} (run_id, kind, table_name, name, undo) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [...key, undo],
  )
  const { rows } = await sql.query(
    `WITH before AS (
       SELECT backend_pid, backend_start FROM ${object}
        WHERE run_id = $1 AND kind = $2 AND table_name = $3 AND name = $4 AND NOT done
          AND ${runIsOurs(place, '$1', '$5')} FOR UPDATE)
     UPDATE ${object} AS object
        SET epoch = object.epoch + 1, backend_pid = pg_catalog.pg_backend_pid(), backend_start = ${ME}
       FROM before
      WHERE run_id = $1 AND kind = $2 AND table_name = $3 AND name = $4
     RETURNING object.epoch::text AS epoch, before.backend_pid AS pid, ${START('before.backend_start')} AS start`,
    [...key, token.epoch],
  )
  const row = rows[0]
  if (row)
    return {
      kind,
      table,
      name,
      epoch: row.epoch,
      ...(row.pid && { previous: { pid: row.pid, startedAt: row.start } }),
    }
  const { rows: state } = await sql.query(
    `SELECT done, ${runIsOurs(place, '$1', '$5')} AS ours FROM ${object}
      WHERE run_id = $1 AND kind = $2 AND table_name = $3 AND name = $4`,
    [...key, token.epoch],
  )
  if (state[0]?.done) return undefined
  throw fenced(`${kind} "${name}"`)
}

/** Keeps why an object could not be made, in words without values. */
export async function noteObjectError(
  sql: Sql,
  place: Place,
  run: string,
  { kind, table, name }: ObjectId,
  error: string,
): Promise<void> {
  await sql.query(
    `UPDATE ${tableName(place, 'object')} SET error = $5
      WHERE run_id = $1 AND kind = $2 AND table_name = $3 AND name = $4 AND NOT done`,
    [run, kind, table, name, error],
  )
}

/** The statement that takes an object's record away, for use inside another effect's transaction. */
export function forgetObjectSql(place: Place, run: string, { kind, table, name }: ObjectId): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  return `DELETE FROM ${tableName(place, 'object')}
           WHERE run_id = ${text(run)} AND kind = ${text(kind)} AND table_name = ${text(table)} AND name = ${text(name)}`
}

const fenced = (what: string) =>
  new Failure({
    code: 'fenced',
    object: what,
    message: 'another attempt, or a rollback, has taken over',
  })

/** BEGIN, the work, COMMIT; ROLLBACK where the work throws. */
export async function inTransaction<T>(sql: Sql, work: () => Promise<T>): Promise<T> {
  await sql.query('BEGIN')
  try {
    const result = await work()
    await sql.query('COMMIT')
    return result
  } catch (error) {
    await sql.query('ROLLBACK').catch(() => {})
    throw error
  }
}
