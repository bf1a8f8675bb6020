/** One repair of a table at a time: a stalled attempt that wakes must not write what a later one has written. */
import type { Client } from 'pg'
import { Failure } from '../model/failure.ts'
import type { TablePlan } from '../model/plan.ts'
import { type Backend, terminate } from '../stores/postgres/backend.ts'
import { application } from './session.ts'

/** Tells locks of repairs from other advisory ones; the other half is the table's oid. */
const CLASS = 1_701_726_164

/** Less than a heartbeat's time: a session that does not end by then is the next attempt's business. */
const PATIENCE_MS = 8000

/** Runs the work while this session has the table; an earlier attempt of the same run loses its session. */
export async function withTableLock<T>(
  client: Client,
  run: string,
  table: TablePlan,
  work: () => Promise<T>,
): Promise<T> {
  const oid = await oidOf(client, table)
  if (!(await tryLock(client, oid))) {
    const holder = await holderOf(client, oid)
    if (holder && holder.application !== application(run)) throw busy(table)
    if (holder) await terminate(client, holder, PATIENCE_MS)
    if (!(await tryLock(client, oid))) throw busy(table)
  }
  const result = await work()
  await client.query('SELECT pg_catalog.pg_advisory_unlock($1, $2::oid::int)', [CLASS, oid])
  return result
}

async function oidOf(client: Client, { name, target }: TablePlan): Promise<string> {
  const { rows } = await client.query(
    `SELECT c.oid::text AS oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [target.schema, target.name],
  )
  if (rows[0]) return rows[0].oid
  throw new Failure({ code: 'drift', object: `table "${name}"`, message: 'the target has no such table' })
}

async function tryLock(client: Client, oid: string): Promise<boolean> {
  const { rows } = await client.query('SELECT pg_catalog.pg_try_advisory_lock($1, $2::oid::int) AS ours', [
    CLASS,
    oid,
  ])
  return rows[0].ours
}

async function holderOf(
  client: Client,
  oid: string,
): Promise<(Backend & { application: string }) | undefined> {
  const { rows } = await client.query(
    `SELECT a.pid, a.application_name AS application,
            pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS "startedAt"
       FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::int::oid AND l.objid = $2::oid AND l.objsubid = 2
        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`,
    [CLASS, oid],
  )
  return rows[0]
}

const busy = ({ name }: TablePlan) =>
  new Failure({
    code: 'unavailable',
    object: `table "${name}"`,
    message: 'another repair is at it',
    remedy: 'It goes on once that has ended',
  })
