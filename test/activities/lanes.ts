/** Runs of some thousand rows for tests of lanes: a real source file, a real target, activities without a server. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import Database from 'better-sqlite3'
import type pg from 'pg'
import { pino } from 'pino'
import { snapshotPath } from '../../activities/artifacts.ts'
import { type Copied, copyChunks } from '../../activities/copy-chunks.ts'
import { noteOrders } from '../../activities/note-orders.ts'
import { planChunks } from '../../activities/plan-chunks.ts'
import { makeFolder, runFolder } from '../../home/home.ts'
import { NO_ORDERS, type Orders } from '../../model/control.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { TablePlan } from '../../model/plan.ts'
import { until } from '../scenarios/until.ts'
import { columnPlan, tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { registeredRun } from './registered-run.ts'

export interface LaneWorld {
  /** A run over tables of 1,000 rows each with the ids 1 to 1,000, in chunks of `chunkRows`, which are planned. */
  begin(tables?: string[], chunkRows?: number): Promise<LaneRun>
  stop(): Promise<void>
}

export interface LaneRun {
  place: RunPlace
  client: pg.Client
  home: string
  act<I, O>(activity: (with_: typeof SILENT & { home: string }, input: I) => Promise<O>, input: I): Promise<O>
  copy(owner: string, more?: { tables?: string[]; sweep?: boolean }): Promise<Copied>
  /** Gives orders, each time with the next revision. */
  order(orders: Partial<Orders>, state?: 'running' | 'paused' | 'waiting'): Promise<void>
  /** Holds the row with this id back until it is let go. */
  hold(table: string, id: number): Promise<{ arrival(): Promise<number>; release(): Promise<void> }>
  ids(table: string): Promise<number[]>
  chunks(table: string): Promise<{ no: number; done: boolean; epoch: string; rows: number }[]>
  /** Sessions of the run, of whatever name. */
  sessions(): Promise<number>
}

export const ROWS = 1000
const SILENT = { host: 'here', log: pino({ level: 'silent' }) }

export async function startLanes(): Promise<LaneWorld> {
  const postgres = await startPostgres()
  const home = mkdtempSync(join(tmpdir(), 'longhaul-lanes-'))
  const clients: pg.Client[] = []
  return {
    begin: async (tables = ['t'], chunkRows = 100) => {
      const run = await begin(postgres, home, tables, chunkRows)
      clients.push(run.client)
      return run
    },
    stop: async () => {
      for (const client of clients) await client.end()
      await postgres.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const planOf = (name: string): TablePlan =>
  tablePlan(name, [columnPlan('id', { kind: 'integer', bits: 32 }), columnPlan('v', { kind: 'text' })], {
    access: { by: 'rowid', name: 'id' },
    key: ['id'],
    ...{ rows: ROWS, bytes: ROWS * 10, largestRow: 20 },
  })

async function begin(
  postgres: ScratchPostgres,
  home: string,
  tables: string[],
  chunkRows: number,
): Promise<LaneRun> {
  const sql = tables.map(name => `CREATE TABLE public."${name}" (id int, v text);`).join('\n')
  const how = { chunkRows, chunkBytes: 1_000_000, tables: 2, lanes: 2 }
  const { client, place } = await registeredRun(postgres, home, tables.map(planOf), sql, how)
  makeFolder(runFolder(place.run, home))
  fill(snapshotPath(home, place.run), tables)
  const work = { ...SILENT, home }
  const act: LaneRun['act'] = (activity, input) =>
    new MockActivityEnvironment().run(() => activity(work, input))
  await act(planChunks, { place, tables })
  let revision = 0
  return {
    ...{ place, client, home, act },
    copy: (owner, { tables: some = tables, sweep = false } = {}) =>
      act(copyChunks, { place, tables: some, owner, sweep }),
    order: async (orders, state = 'running') => {
      revision++
      await act(noteOrders, {
        ...{ place, state, no: revision, events: [] },
        orders: { ...NO_ORDERS, ...orders, revision },
      })
    },
    hold: (table, id) => hold(client, table, id),
    ids: async table =>
      (await client.query(`SELECT id FROM public."${table}" ORDER BY id`)).rows.map(r => r.id),
    chunks: async table => {
      const { rows } = await client.query(
        `SELECT no, done, epoch, rows_written::int AS rows FROM longhaul.chunk WHERE table_name = $1 ORDER BY no`,
        [table],
      )
      return rows
    },
    sessions: async () => {
      const { rows } = await client.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity
          WHERE datname = current_database() AND application_name LIKE 'longhaul %'`,
      )
      return rows[0].n
    },
  }
}

function fill(path: string, tables: string[]): void {
  const db = new Database(path)
  for (const name of tables) {
    db.exec(`CREATE TABLE "${name}" (id INTEGER PRIMARY KEY, v TEXT)`)
    const insert = db.prepare(`INSERT INTO "${name}" VALUES (?, ?)`)
    db.transaction(() => {
      for (let id = 1; id <= ROWS; id++) insert.run(id, `row ${id}`)
    })()
  }
  db.close()
}

const GATE = 4711

async function hold(client: pg.Client, table: string, id: number) {
  await client.query(`
    CREATE OR REPLACE FUNCTION public.pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_catalog.pg_advisory_xact_lock_shared(${GATE});
      RETURN NEW;
    END $$;
    CREATE TRIGGER gate BEFORE INSERT ON public."${table}" FOR EACH ROW WHEN (NEW.id = ${id})
      EXECUTE FUNCTION public.pass()`)
  await client.query('SELECT pg_advisory_lock($1)', [GATE])
  return {
    arrival: () =>
      until<number>('a session at the gate', async () => {
        const { rows } = await client.query(
          `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted`,
          [GATE],
        )
        return rows[0]?.pid
      }),
    release: async () => void (await client.query('SELECT pg_advisory_unlock($1)', [GATE])),
  }
}
