/**
 * Orders as lanes see them: one row a run, written whole. A lane reads it with each claim, in the same statement;
 * a throttled one now and then in the midst of a chunk as well.
 */
import { NO_ORDERS, type OperatorEvent, type Orders } from '../model/control.ts'
import { lockRun, obstacle, POOLED } from './fence.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'
import { inTransaction } from './transaction.ts'

/** What a lane goes by. */
export interface Control {
  orders: Orders
  /** Lanes of the run that are at work, this one among them; counted where a limit is to be shared. */
  lanes: number
}

/** Whether orders keep a table from being worked at. */
export const isHeld = ({ paused, pausedTables, skippedTables }: Orders, table: string): boolean =>
  paused || pausedTables.includes(table) || skippedTables.includes(table)

/**
 * The orders in force and, under a limit, how many sessions besides `me` are at a chunk of run `$1`. Out of a pool
 * nobody knows the sessions: there it is how many lanes have claims, besides that of `owner`.
 */
export const controlTerms = (place: Place, me: string, owner = 'NULL') => `
  control.orders,
  CASE WHEN control.orders ->> 'rowsPerSecond' IS NOT NULL THEN
    (SELECT count(DISTINCT a.pid)::int
       FROM ${tableName(place, 'chunk')} AS c
       JOIN pg_catalog.pg_stat_activity AS a ON a.pid = c.backend_pid AND a.backend_start = c.backend_start
      WHERE c.run_id = $1 AND NOT c.done AND c.backend_pid <> ${me})
    + (SELECT greatest(count(DISTINCT c.owner)::int - CASE WHEN ${owner} IS NULL AND ${POOLED} THEN 1 ELSE 0 END, 0)
         FROM ${tableName(place, 'chunk')} AS c
        WHERE c.run_id = $1 AND NOT c.done AND c.backend_pid IS NULL AND c.owner IS DISTINCT FROM ${owner}) END AS others`

export const controlOf = (row: { orders: Orders | null; others: number | null }): Control => ({
  orders: row.orders ?? NO_ORDERS,
  lanes: 1 + (row.others ?? 0),
})

/**
 * For a look in mid-work, through another session than the one with process id `me`. Throws `fenced` where the run
 * is not ours any more.
 */
export async function readControl(sql: Sql, place: Place, token: RunToken, me: number): Promise<Control> {
  const { rows } = await sql.query(
    `SELECT run.epoch::text AS epoch, run.state, ${controlTerms(place, '$2')}
       FROM ${tableName(place, 'run')} AS run
       LEFT JOIN ${tableName(place, 'control')} AS control ON control.run_id = run.id
      WHERE run.id = $1`,
    [token.run, me],
  )
  const failure = obstacle(token, rows[0])
  if (failure && failure.code !== 'paused') throw failure
  return controlOf(rows[0])
}

export interface Note {
  /** Counts the notes of an execution: one that was delayed changes nothing under a later one. */
  no: number
  orders: Orders
  state: 'running' | 'paused' | 'waiting'
  /** All events of this execution of the run, in their order. */
  events: OperatorEvent[]
}

/**
 * Writes orders, events and how the run stands in one transaction; the state only of a run that is under way.
 * Events that are there already stay as they are. Throws `fenced` where the run is not ours.
 */
export async function writeNote(sql: Sql, place: Place, token: RunToken, note: Note): Promise<void> {
  await inTransaction(sql, async () => {
    const state = await lockRun(sql, place, token)
    await writeEvents(sql, place, token, note.events)
    if (!(await writeOrders(sql, place, token, note)) || !NOTABLE.includes(state)) return
    await sql.query(
      `UPDATE ${tableName(place, 'run')} SET state = $2, updated_at = pg_catalog.clock_timestamp()
        WHERE id = $1`,
      [token.run, note.state],
    )
  })
}

const NOTABLE = ['running', 'paused', 'waiting']

/** Whether these are news. */
async function writeOrders(
  sql: Sql,
  place: Place,
  { run }: RunToken,
  { no, orders }: Note,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO ${tableName(place, 'control')} AS control (run_id, note, orders) VALUES ($1, $2, $3)
     ON CONFLICT (run_id) DO UPDATE
       SET note = excluded.note, orders = excluded.orders, updated_at = pg_catalog.clock_timestamp()
       WHERE control.note < excluded.note`,
    [run, no, JSON.stringify(orders)],
  )
  return rowCount === 1
}

async function writeEvents(
  sql: Sql,
  place: Place,
  { run, epoch }: RunToken,
  events: OperatorEvent[],
): Promise<void> {
  if (events.length === 0) return
  await sql.query(
    `INSERT INTO ${tableName(place, 'event')} (run_id, epoch, no, at, kind, object, by, comment, detail)
     SELECT $1, $2, no, at, kind, object, by, comment, detail
       FROM ROWS FROM (pg_catalog.json_to_recordset($3)
              AS (at timestamptz, kind text, object text, by text, comment text, detail text))
              WITH ORDINALITY AS e(at, kind, object, by, comment, detail, no)
     ON CONFLICT DO NOTHING`,
    [run, epoch, JSON.stringify(events)],
  )
}
