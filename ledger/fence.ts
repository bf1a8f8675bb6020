/**
 * What every fenced write shares: the session behind it, the condition that the run is still ours, and what is
 * said where it is not. New work begins only in a run that goes on; what was begun may end while it is held.
 */
import { Failure } from '../model/failure.ts'
import { ledgerGone, type RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'

/** A session of the server: its process id alone is used again, with its start time it is unique. */
export interface Backend {
  pid: number
  /** As the server prints it, with microseconds. */
  startedAt: string
}

/** Whether this session came out of a pool, and is ours for one transaction alone. */
export const POOLED = `pg_catalog.current_setting('longhaul.pooled', true) IS NOT DISTINCT FROM 'on'`
/** This session, for a claim; NULL out of a pool, where another one will do the work (see marks). */
export const MY_PID = `CASE WHEN NOT ${POOLED} THEN pg_catalog.pg_backend_pid() END`
/** When this session began. */
export const ME = `(SELECT backend_start FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid())`
/** A start time as text, to the microsecond. */
export const START = (column: string) =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`

const GOING = ['running', 'replaying', 'repairing']
const HELD = ['paused', 'waiting']
const inWords = (states: string[]) => states.map(state => `'${state}'`).join(', ')

const runIs = (place: Place, run: string, epoch: string, states: string[]) =>
  `EXISTS (SELECT FROM ${tableName(place, 'run')}
            WHERE id = ${run} AND epoch = ${epoch} AND state IN (${inWords(states)}))`

/** The condition of every claim: the run is ours, and nobody holds it. */
export const mayBegin = (place: Place, run: string, epoch: string) => runIs(place, run, epoch, GOING)

/** The condition at the end of work that was claimed: the run is still ours, even if it is held by now. */
export const runIsOurs = (place: Place, run: string, epoch: string) =>
  runIs(place, run, epoch, [...GOING, ...HELD])

export const fenced = (what: string) =>
  new Failure({
    code: 'fenced',
    object: what,
    message: 'another attempt, or a rollback, has taken over',
  })

export const held = (run: string) =>
  new Failure({
    code: 'paused',
    object: `run ${run}`,
    message: 'is paused or waits, so nothing new is begun',
    remedy: 'It goes on once it is resumed, or has what it waits for',
  })

/** A run's row as a claim sees it. */
export interface Standing {
  epoch: string
  state: string
}

/** Why nothing may be begun: `paused` or `fenced`, `target-replaced` without a row; undefined where it may. */
export function obstacle({ run, epoch }: RunToken, row: Standing | undefined): Failure | undefined {
  if (!row) return ledgerGone(run)
  if (row.epoch !== epoch) return fenced(`run ${run}`)
  if (GOING.includes(row.state)) return undefined
  return HELD.includes(row.state) ? held(run) : fenced(`run ${run}`)
}

/** Throws where nothing new may be begun in the run now. */
export async function mustGoOn(sql: Sql, place: Place, token: RunToken): Promise<void> {
  const { rows } = await sql.query(
    `SELECT epoch::text AS epoch, state FROM ${tableName(place, 'run')} WHERE id = $1`,
    [token.run],
  )
  const failure = obstacle(token, rows[0])
  if (failure) throw failure
}

/**
 * Locks the run's row until the transaction ends and gives its state: nobody takes the run over, ends or holds it
 * meanwhile. Throws `fenced` where it is not ours, whatever its state. It waits for no chunk: one with rows in
 * quarantine, whose records refer to the run, keeps the row's key locked for as long as it lasts. Whoever else holds
 * it is waited for briefly (55P03 then): attempts that came again and again would each keep a session waiting.
 */
export async function lockRun(sql: Sql, place: Place, { run, epoch }: RunToken): Promise<string> {
  await sql.query(`SET LOCAL lock_timeout = '5s'`)
  const { rows } = await sql.query(
    `SELECT epoch::text AS epoch, state FROM ${tableName(place, 'run')} WHERE id = $1 FOR NO KEY UPDATE`,
    [run],
  )
  if (!rows[0]) throw ledgerGone(run)
  if (rows[0].epoch !== epoch) throw fenced(`run ${run}`)
  return rows[0].state
}
