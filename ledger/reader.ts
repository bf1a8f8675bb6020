/** What commands and reports ask of the ledger; nothing here writes. */
import type { OperatorEvent, Orders, TableFigures } from '../model/control.ts'
import type { TableState } from '../model/run.ts'
import { type LedgerTable, type Place, type Sql, tableName } from './schema.ts'

export interface TableRow {
  name: string
  expected: number
  chunks: number
  chunksDone: number
  read: number
  written: number
  skipped: number
  quarantined: number
  altered: number
  bytes: number
  state: TableState
  counted?: number
  verdict?: string
  error?: string
  note?: string
  startedAt?: Date
  endedAt?: Date
}

/** Ledgers of version 3 have no such column, and are read by commands that may not change them. */
const SKIPPED = `coalesce((pg_catalog.to_jsonb(t) ->> 'skipped')::boolean, false)`

/** The tables of a run in the order of their names, with sums over their committed chunks. */
export async function readTables(sql: Sql, place: Place, run: string): Promise<TableRow[]> {
  const { rows } = await sql.query(
    `SELECT t.name, t.expected::float8 AS expected, t.chunked, t.finished, ${SKIPPED} AS skipped_table, t.counted::float8 AS counted, t.verdict, t.error, pg_catalog.to_jsonb(t) ->> 'note' AS note,
            count(c.no)::int AS chunks, count(*) FILTER (WHERE c.done)::int AS chunks_done,
            coalesce(sum(c.rows_read), 0)::float8 AS read, coalesce(sum(c.rows_written), 0)::float8 AS written,
            coalesce(sum(c.skipped), 0)::float8 AS skipped, coalesce(sum(c.quarantined), 0)::float8 AS quarantined,
            coalesce(sum(c.altered), 0)::float8 AS altered,
            coalesce(sum(c.bytes), 0)::float8 AS bytes,
            min(c.claimed_at) AS started_at, max(c.done_at) AS ended_at
       FROM ${tableName(place, 'table_run')} AS t
       LEFT JOIN ${tableName(place, 'chunk')} AS c ON c.run_id = t.run_id AND c.table_name = t.name
      WHERE t.run_id = $1
      GROUP BY t.run_id, t.name
      ORDER BY t.name`,
    [run],
  )
  return rows.map(r => ({
    name: r.name,
    expected: r.expected,
    chunks: r.chunks,
    chunksDone: r.chunks_done,
    read: r.read,
    written: r.written,
    skipped: r.skipped,
    quarantined: r.quarantined,
    altered: r.altered,
    bytes: r.bytes,
    state: tableState(r),
    ...(r.counted !== null && { counted: r.counted }),
    ...(r.verdict && { verdict: r.verdict }),
    ...(r.error && { error: r.error }),
    ...(r.note && { note: r.note }),
    ...(r.started_at && { startedAt: r.started_at }),
    ...(r.ended_at && { endedAt: r.ended_at }),
  }))
}

interface StateFacts {
  skipped_table: boolean
  verdict: string | null
  error: string | null
  finished: boolean
  chunked: boolean
  chunks: number
  chunks_done: number
}

/** How a table stands, by what the ledger has of it. */
export function tableState(r: StateFacts): TableState {
  if (r.skipped_table) return 'skipped'
  if (r.verdict === 'equal') return 'validated'
  if (r.verdict === 'different') return 'differs'
  if (r.error) return 'failed'
  if (r.finished) return 'finished'
  if (r.chunked && r.chunks === r.chunks_done) return 'copied'
  return r.chunks_done > 0 || r.chunked ? 'copying' : 'pending'
}

/** How far some tables are. */
export async function readFigures(
  sql: Sql,
  place: Place,
  run: string,
  tables: readonly string[],
): Promise<TableFigures[]> {
  const { rows } = await sql.query(
    `SELECT table_name AS name, coalesce(sum(rows_written), 0)::float8 AS written,
            coalesce(sum(bytes), 0)::float8 AS bytes,
            count(*)::int AS chunks, count(*) FILTER (WHERE done)::int AS "chunksDone"
       FROM ${tableName(place, 'chunk')}
      WHERE run_id = $1 AND table_name = ANY ($2) GROUP BY table_name`,
    [run, tables],
  )
  const found = new Map<string, TableFigures>(rows.map(r => [r.name, r]))
  return tables.map(name => found.get(name) ?? { name, written: 0, bytes: 0, chunks: 0, chunksDone: 0 })
}

/** Rows a second of each table that had a chunk committed in the last minutes, by the server's clock. */
export async function readRates(sql: Sql, place: Place, run: string): Promise<Map<string, number>> {
  const { rows } = await sql.query(
    `WITH recent AS (
       SELECT table_name, rows_written, greatest(claimed_at, since) AS began
         FROM ${tableName(place, 'chunk')}, (SELECT pg_catalog.clock_timestamp() - interval '${RECENT}' AS since) AS s
        WHERE run_id = $1 AND done_at > since)
     SELECT table_name, sum(rows_written)::float8
              / greatest(1, extract(epoch FROM pg_catalog.clock_timestamp() - min(began)))::float8 AS rate
       FROM recent GROUP BY table_name`,
    [run],
  )
  return new Map(rows.map(r => [r.table_name, r.rate]))
}

/** Long enough for several chunks, short enough to follow a change of the load. */
const RECENT = '5 minutes'

/** The orders in force; undefined where none were given, and in ledgers of versions that knew none. */
export async function readOrders(sql: Sql, place: Place, run: string): Promise<Orders | undefined> {
  if (!(await isThere(sql, place, 'control'))) return undefined
  const { rows } = await sql.query(`SELECT orders FROM ${tableName(place, 'control')} WHERE run_id = $1`, [
    run,
  ])
  return rows[0]?.orders
}

/** What operators did to a run, the oldest first. */
export async function readEvents(sql: Sql, place: Place, run: string): Promise<OperatorEvent[]> {
  if (!(await isThere(sql, place, 'event'))) return []
  const { rows } = await sql.query(
    `SELECT at, kind, object, by, comment, detail FROM ${tableName(place, 'event')}
      WHERE run_id = $1 ORDER BY epoch, no`,
    [run],
  )
  return rows.map(r => ({
    at: r.at.toISOString(),
    kind: r.kind,
    ...(r.object !== null && { object: r.object }),
    ...(r.by !== null && { by: r.by }),
    ...(r.comment !== null && { comment: r.comment }),
    ...(r.detail !== null && { detail: r.detail }),
  }))
}

async function isThere(sql: Sql, place: Place, table: LedgerTable): Promise<boolean> {
  const { rows } = await sql.query('SELECT pg_catalog.to_regclass($1) IS NOT NULL AS there', [
    tableName(place, table),
  ])
  return rows[0].there
}

export interface StepRow {
  name: string
  state: string
  startedAt: Date
  endedAt?: Date
  detail?: string
}

export async function readSteps(sql: Sql, place: Place, run: string): Promise<StepRow[]> {
  const { rows } = await sql.query(
    `SELECT name, state, started_at, ended_at, detail FROM ${tableName(place, 'step')}
      WHERE run_id = $1 ORDER BY started_at`,
    [run],
  )
  return rows.map(r => ({
    name: r.name,
    state: r.state,
    startedAt: r.started_at,
    ...(r.ended_at && { endedAt: r.ended_at }),
    ...(r.detail && { detail: r.detail }),
  }))
}

export interface ObjectRow {
  kind: string
  table: string
  name: string
  undo: string[]
  done: boolean
  error?: string
}

/** Objects in the order of making; `reverse` gives the order of undoing. */
export async function readObjects(
  sql: Sql,
  place: Place,
  run: string,
  reverse = false,
): Promise<ObjectRow[]> {
  const { rows } = await sql.query(
    `SELECT kind, table_name, name, undo, done, error FROM ${tableName(place, 'object')}
      WHERE run_id = $1 ORDER BY no ${reverse ? 'DESC' : 'ASC'}`,
    [run],
  )
  return rows.map(r => ({
    kind: r.kind,
    table: r.table_name,
    name: r.name,
    undo: r.undo,
    done: r.done,
    ...(r.error && { error: r.error }),
  }))
}

/** Digests that are read in one piece: 1.5 KB each. */
const AT_ONCE = 1000

/** The digests of a table's chunks, as the copy wrote them: 1.5 KB each, so not all at once. */
export async function* readDigests(
  sql: Sql,
  place: Place,
  run: string,
  table: string,
): AsyncIterable<Uint8Array> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { rows } = await sql.query(
      `SELECT no, digest FROM ${tableName(place, 'chunk')}
        WHERE run_id = $1 AND table_name = $2 AND done AND digest IS NOT NULL AND no > $3 ORDER BY no LIMIT ${AT_ONCE}`,
      [run, table, after],
    )
    for (const { digest } of rows) yield digest
    after = rows.length < AT_ONCE ? undefined : rows.at(-1).no
  }
}

/** What the last validation of a table digested of the target; undefined where there was none. */
export async function readTargetDigest(
  sql: Sql,
  place: Place,
  run: string,
  table: string,
): Promise<Uint8Array | undefined> {
  const { rows } = await sql.query(
    `SELECT target_digest FROM ${tableName(place, 'table_run')} WHERE run_id = $1 AND name = $2`,
    [run, table],
  )
  return rows[0]?.target_digest ?? undefined
}

/** Sessions that hold a claim of this run, for a rollback to end. */
export async function readBackends(
  sql: Sql,
  place: Place,
  run: string,
): Promise<{ pid: number; startedAt: string }[]> {
  const { rows } = await sql.query(
    `SELECT DISTINCT backend_pid AS pid,
            pg_catalog.to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS start
       FROM (SELECT backend_pid, backend_start FROM ${tableName(place, 'chunk')} WHERE run_id = $1
             UNION ALL
             SELECT backend_pid, backend_start FROM ${tableName(place, 'object')} WHERE run_id = $1) AS b
      WHERE backend_pid IS NOT NULL`,
    [run],
  )
  return rows.map(r => ({ pid: r.pid, startedAt: r.start }))
}
