/** Objects of the target, each made once: claimed as chunks are, and recorded with the statements that undo it. */
import { quoteText } from '../model/sql-text.ts'
import { type Backend, fenced, ME, MY_PID, mayBegin, obstacle, POOLED, runIsOurs, START } from './fence.ts'
import { mark, markedBy, objectMark } from './marks.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'
import { inTransaction } from './transaction.ts'

interface ObjectClaim {
  kind: string
  table: string
  name: string
  epoch: string
  /** The sessions of the attempt before. */
  previous: Backend[]
  pooled: boolean
}

export interface ObjectId {
  kind: string
  table: string
  name: string
}

/**
 * Makes one object of the target (a table, a key, an index …) once: claim, then `make` and its record in one
 * transaction. False where it was made before. `undo` are the statements that take it back. Throws `paused` where
 * the run is held, `fenced` where it is not ours.
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
  for (const backend of claim.previous) await dispossess(backend)
  await inTransaction(sql, async () => {
    if (claim.pooled) await mark(sql, [objectMark(token.run, claim)])
    await make()
    await noteDone(sql, place, token, claim)
  })
  return true
}

/**
 * The same for what no transaction takes, and what does no harm where it is done twice: it is recorded once it is
 * done, so that a run that was killed in between does it again.
 */
export async function doAndNote(
  sql: Sql,
  place: Place,
  token: RunToken,
  object: ObjectId & { undo: string[] },
  dispossess: (previous: Backend) => Promise<void>,
  act: () => Promise<void>,
): Promise<boolean> {
  const claim = await claimObject(sql, place, token, object)
  if (!claim) return false
  for (const backend of claim.previous) await dispossess(backend)
  await act()
  await inTransaction(sql, () => noteDone(sql, place, token, claim))
  return true
}

async function noteDone(
  sql: Sql,
  place: Place,
  token: RunToken,
  { kind, table, name, epoch }: ObjectClaim,
): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE ${tableName(place, 'object')} SET done = true, done_at = pg_catalog.clock_timestamp(), error = NULL
      WHERE run_id = $1 AND kind = $2 AND table_name = $3 AND name = $4 AND epoch = $5 AND NOT done
        AND ${runIsOurs(place, '$1', '$6')}`,
    [token.run, kind, table, name, epoch, token.epoch],
  )
  if (rowCount !== 1) throw fenced(`${kind} "${name}"`)
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
          AND ${mayBegin(place, '$1', '$5')} FOR UPDATE)
     UPDATE ${object} AS object
        SET epoch = object.epoch + 1, backend_pid = ${MY_PID}, backend_start = ${ME}
       FROM before
      WHERE run_id = $1 AND kind = $2 AND table_name = $3 AND name = $4
     RETURNING object.epoch::text AS epoch, before.backend_pid AS pid, ${START('before.backend_start')} AS start,
               ${POOLED} AS pooled`,
    [...key, token.epoch],
  )
  const row = rows[0]
  if (row)
    return {
      kind,
      table,
      name,
      epoch: row.epoch,
      previous: await before(sql, objectMark(token.run, { kind, table, name }), row),
      pooled: row.pooled,
    }
  const { rows: stands } = await sql.query(
    `SELECT object.done, run.epoch::text AS epoch, run.state
       FROM ${tableName(place, 'run')} AS run
       LEFT JOIN ${object} AS object
         ON object.run_id = run.id AND kind = $2 AND table_name = $3 AND object.name = $4
      WHERE run.id = $1`,
    key,
  )
  if (stands[0]?.done) return undefined
  throw obstacle(token, stands[0]) ?? fenced(`${kind} "${name}"`)
}

/** The session that had claimed it, or, out of a pool, that is at work at it. */
async function before(
  sql: Sql,
  mark: string,
  { pid, start, epoch }: { pid: number | null; start: string; epoch: string },
): Promise<Backend[]> {
  if (pid) return [{ pid, startedAt: start }]
  return epoch === '1' ? [] : markedBy(sql, [mark])
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

/**
 * Takes the records of objects away and gives the places of those that were there: whoever did it undoes them, in the
 * same transaction. An attempt that slept finds none, and leaves alone what came back under the same name since.
 */
export async function takeRecords(
  sql: Sql,
  place: Place,
  run: string,
  objects: readonly ObjectId[],
): Promise<Set<number>> {
  const listed = objects.map(({ kind, table, name }, at) => ({ at, kind, table, name }))
  const { rows } = await sql.query(
    `DELETE FROM ${tableName(place, 'object')} AS object
      USING pg_catalog.jsonb_to_recordset($2) AS listed(at int, kind text, "table" text, name text)
      WHERE object.run_id = $1 AND object.kind = listed.kind AND object.table_name = listed."table"
        AND object.name = listed.name
     RETURNING listed.at`,
    [run, JSON.stringify(listed)],
  )
  return new Set(rows.map(({ at }) => at))
}

/** The statement that takes an object's record away, for use inside another effect's transaction. */
export function forgetObjectSql(place: Place, run: string, { kind, table, name }: ObjectId): string {
  return `DELETE FROM ${tableName(place, 'object')}
           WHERE run_id = ${quoteText(run)} AND kind = ${quoteText(kind)} AND table_name = ${quoteText(table)} AND name = ${quoteText(name)}`
}
