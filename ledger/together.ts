/**
 * Several objects of the target, made in one transaction: with thousands of tables that are next to empty the
 * commits and round trips are the whole cost (8,000 objects one by one 60 s, by the hundred 7 s).
 */
import { type Backend, fenced, ME, MY_PID, mayBegin, mustGoOn, POOLED, runIsOurs, START } from './fence.ts'
import { mark, markedBy, objectMark } from './marks.ts'
import type { ObjectId } from './objects.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'
import { inTransaction } from './transaction.ts'

type Registered = ObjectId & { undo: string[] }

/**
 * As `makeOnce`, for all of `objects` that are not made yet, in their order; either all of them or none.
 *
 * @param make gets the objects that are left to make, by their places in `objects`; not called where none is
 */
export async function makeTogether(
  sql: Sql,
  place: Place,
  token: RunToken,
  objects: readonly Registered[],
  dispossess: (previous: Backend) => Promise<void>,
  make: (left: number[]) => Promise<void>,
): Promise<void> {
  const { claims, previous, pooled } = await claimAll(sql, place, token, objects)
  if (claims.length === 0) return
  for (const backend of previous) await dispossess(backend)
  await inTransaction(sql, async () => {
    if (pooled)
      await mark(
        sql,
        claims.map(claim => objectMark(token.run, claim)),
      )
    await make(claims.map(({ at }) => at))
    const { rowCount } = await sql.query(
      `UPDATE ${tableName(place, 'object')} AS object
          SET done = true, done_at = pg_catalog.clock_timestamp(), error = NULL
         FROM pg_catalog.jsonb_to_recordset($2) AS claim(kind text, "table" text, name text, epoch bigint)
        WHERE object.run_id = $1 AND ${SAME('claim')} AND object.epoch = claim.epoch AND NOT object.done
          AND ${runIsOurs(place, '$1', '$3')}`,
      [token.run, JSON.stringify(claims), token.epoch],
    )
    if (rowCount !== claims.length) throw fenced(`${claims.length} objects of run ${token.run}`)
  })
}

const SAME = (other: string) =>
  `object.kind = ${other}.kind AND object.table_name = ${other}."table" AND object.name = ${other}.name`

interface Claims {
  claims: (ObjectId & { at: number; epoch: string })[]
  /** The sessions of earlier attempts. */
  previous: Backend[]
  pooled: boolean
}

/** Registers what is new, in order, and claims what is not made. Each statement is its own transaction. */
async function claimAll(
  sql: Sql,
  place: Place,
  token: RunToken,
  objects: readonly Registered[],
): Promise<Claims> {
  const object = tableName(place, 'object')
  const byName = new Map(objects.map((o, at) => [`${o.kind}\0${o.table}\0${o.name}`, { at, ...o }]))
  const listed = [...byName.values()]
  await sql.query(
    `INSERT INTO ${object} (run_id, kind, table_name, name, undo)
     SELECT $1, kind, "table", name, undo
       FROM pg_catalog.jsonb_to_recordset($2) AS listed(at int, kind text, "table" text, name text, undo text[])
      ORDER BY at
     ON CONFLICT DO NOTHING`,
    [token.run, JSON.stringify(listed)],
  )
  const { rows } = await sql.query(
    `WITH listed AS (
       SELECT * FROM pg_catalog.jsonb_to_recordset($2) AS listed(at int, kind text, "table" text, name text)),
     before AS (
       SELECT listed.*, object.backend_pid, object.backend_start
         FROM ${object} AS object JOIN listed ON ${SAME('listed')}
        WHERE object.run_id = $1 AND NOT object.done AND ${mayBegin(place, '$1', '$3')}
          FOR UPDATE OF object)
     UPDATE ${object} AS object
        SET epoch = object.epoch + 1, backend_pid = ${MY_PID}, backend_start = ${ME}
       FROM before
      WHERE object.run_id = $1 AND ${SAME('before')}
     RETURNING before.at, object.epoch::text AS epoch, before.backend_pid AS pid,
               ${START('before.backend_start')} AS start, ${POOLED} AS pooled`,
    [token.run, JSON.stringify(listed), token.epoch],
  )
  if (rows.length < listed.length) await mustBeMade(sql, place, token, listed.length - rows.length, listed)
  const claims = rows.map(({ at, epoch }) => {
    const { kind, table, name } = objects[at]!
    return { at, kind, table, name, epoch }
  })
  const pids = new Map(rows.filter(r => r.pid).map(r => [`${r.pid} ${r.start}`, r]))
  const unnamed = claims.filter(({ epoch }, i) => epoch !== '1' && !rows[i]!.pid)
  const marks = unnamed.map(claim => objectMark(token.run, claim))
  return {
    claims: claims.sort((a, b) => a.at - b.at),
    previous: [
      ...[...pids.values()].map(r => ({ pid: r.pid, startedAt: r.start })),
      ...(marks.length > 0 ? await markedBy(sql, marks) : []),
    ],
    pooled: rows[0]?.pooled ?? false,
  }
}

/** What could not be claimed is made already, or nothing may be begun. */
async function mustBeMade(
  sql: Sql,
  place: Place,
  token: RunToken,
  expected: number,
  listed: readonly ObjectId[],
): Promise<void> {
  const { rows } = await sql.query(
    `SELECT count(*)::int AS made
       FROM ${tableName(place, 'object')} AS object
       JOIN pg_catalog.jsonb_to_recordset($2) AS listed(kind text, "table" text, name text) ON ${SAME('listed')}
      WHERE object.run_id = $1 AND object.done AND ${runIsOurs(place, '$1', '$3')}`,
    [token.run, JSON.stringify(listed), token.epoch],
  )
  if (rows[0].made >= expected) return
  await mustGoOn(sql, place, token)
  throw fenced(`${expected} objects of run ${token.run}`)
}
