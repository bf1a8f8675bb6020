/** The server process behind a connection: who it is, whether it lives, what it does, how to end it. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import { toFailure } from '../../sessions/errors.ts'
import { backendNow, isPooled } from '../../sessions/pooled.ts'

/** A process id alone may have gone to somebody else; together with the start time it names one session. */
export interface Backend {
  pid: number
  /** When the session began, in UTC, with all six digits of its microseconds. */
  startedAt: string
}

/** In place of a process id, between two transactions of a session out of a pool. */
export const NOBODY = 0

/** The session that `client` speaks to; out of a pool, the one that it speaks to whenever it is asked for. */
export async function identify(client: Client): Promise<Backend> {
  if (isPooled(client))
    return {
      get pid() {
        return backendNow(client) ?? NOBODY
      },
      startedAt: '',
    }
  const { rows } = await client.query<Backend>(
    // All six digits, as the ledger has them: one in ten sessions would else not know itself in a claim.
    `SELECT pid, pg_catalog.to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS "startedAt"
       FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
  )
  return rows[0]!
}

/**
 * Whether that very session is still there. A session whose start time the role may not see fails with
 * `target`: to take it for gone would let two writers in.
 */
export async function isAlive(client: Client, { pid, startedAt }: Backend): Promise<boolean> {
  const { rows } = await client.query<{ same: boolean | null }>(
    `SELECT backend_start = $2::timestamp AT TIME ZONE 'UTC' AS same
       FROM pg_stat_activity WHERE pid = $1`,
    [pid, startedAt],
  )
  if (rows[0]?.same === null) throw hidden(pid)
  return rows[0]?.same ?? false
}

function hidden(pid: number): Failure {
  return new Failure({
    code: 'target',
    object: `session ${pid}`,
    message: 'the role may not see when this session of another role began',
    remedy: 'Use the role that began the run, or grant it pg_read_all_stats and pg_signal_backend',
  })
}

/**
 * Ends that very session, and no other that got its process id since; returns once it is gone, which is at
 * once where it was gone before. Fails with `unavailable` when it still stands after `waitMs`, and with
 * `target` where the role may not end it.
 */
export async function terminate(client: Client, backend: Backend, waitMs = 30_000): Promise<void> {
  const deadline = Date.now() + waitMs
  while (await isAlive(client, backend)) {
    if (Date.now() > deadline) throw stillThere(backend.pid)
    await signal(client, backend)
    await pause(50)
  }
}

async function signal(client: Client, { pid, startedAt }: Backend): Promise<void> {
  try {
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = $1 AND backend_start = $2::timestamp AT TIME ZONE 'UTC'`,
      [pid, startedAt],
    )
  } catch (error) {
    throw toFailure(error, { object: `session ${pid}`, doing: 'end the session' })
  }
}

function stillThere(pid: number): Failure {
  return new Failure({
    code: 'unavailable',
    object: `session ${pid}`,
    message: 'the server does not end this session, which may still write',
    remedy: 'Look at it in pg_stat_activity on the server; the run goes on once it is gone',
  })
}

/** What a session is busy with; figures only where the server counts them. */
export interface Activity {
  state: string
  /** `Lock: relation`, `Client: ClientRead`; absent while it works. */
  waitsFor?: string
  /** A running COPY: bytes and rows handled so far. */
  copy?: { bytes: number; rows: number }
  /** A running index build: its phase and the blocks of it that are done. */
  index?: { phase: string; blocksDone: number; blocksTotal: number }
}

interface ActivityRow {
  state: string | null
  wait: string | null
  bytes: string | null
  rows: string | null
  phase: string | null
  done: string | null
  total: string | null
}

/** What session `pid` is doing; undefined where there is none. Needs PostgreSQL 14 (`pg_stat_progress_copy`). */
export async function activity(client: Client, pid: number): Promise<Activity | undefined> {
  const { rows } = await client.query<ActivityRow>(
    `SELECT a.state, a.wait_event_type || ': ' || a.wait_event AS wait,
            c.bytes_processed AS bytes, c.tuples_processed AS rows,
            i.phase, i.blocks_done AS done, i.blocks_total AS total
       FROM pg_stat_activity a
       LEFT JOIN pg_stat_progress_copy c USING (pid)
       LEFT JOIN pg_stat_progress_create_index i USING (pid)
      WHERE pid = $1`,
    [pid],
  )
  const row = rows[0]
  if (!row) return undefined
  return {
    state: row.state ?? 'unknown',
    ...(row.wait !== null && { waitsFor: row.wait }),
    ...(row.bytes !== null && { copy: { bytes: Number(row.bytes), rows: Number(row.rows) } }),
    ...(row.phase !== null && {
      index: { phase: row.phase, blocksDone: Number(row.done), blocksTotal: Number(row.total) },
    }),
  }
}
