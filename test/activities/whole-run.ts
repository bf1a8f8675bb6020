/** A run from snapshot to verdict by the activities alone, in the order of the workflow and without Temporal. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import Database from 'better-sqlite3'
import pg from 'pg'
import { pino } from 'pino'
import { assess } from '../../activities/assess.ts'
import { copyChunks } from '../../activities/copy-chunks.ts'
import { createTables } from '../../activities/create-tables.ts'
import { finishKeys } from '../../activities/finish-keys.ts'
import { finishTables } from '../../activities/finish-tables.ts'
import { makePlan } from '../../activities/make-plan.ts'
import { openLedger } from '../../activities/open-ledger.ts'
import { planChunks } from '../../activities/plan-chunks.ts'
import { prepareWayBack } from '../../activities/prepare-way-back.ts'
import { rollBack } from '../../activities/roll-back.ts'
import { takeSnapshot } from '../../activities/take-snapshot.ts'
import { validateTables } from '../../activities/validate-tables.ts'
import { saveConnection } from '../../home/connections.ts'
import { unpacked } from '../../model/packed-summary.ts'
import type { PlanSummary, RunPlace } from '../../model/payloads.ts'
import { type PlanRequest, planRequest, type RequestOptions } from '../../model/plan-request.ts'
import type { TableResult } from '../../model/run.ts'
import { type PostgresOptions, type ScratchPostgres, startPostgres } from '../support/postgres.ts'

export interface Workshop {
  home: string
  postgres: ScratchPostgres
  /** Makes a target of these statements and a source of those, and a run between them that is not begun. */
  begin(target: string, source: string, options?: RequestOptions, wish?: TargetWish): Promise<Run>
}

/** The role that the run connects as; absent: the superuser. */
interface TargetWish {
  role?: string
}

export interface Run {
  run: string
  request: PlanRequest
  /** A session of the test's own on the target, as superuser. */
  client: pg.Client
  url: string
  act<I, O>(activity: (with_: typeof WORK & { home: string }, input: I) => Promise<O>, input: I): Promise<O>
  plan(): Promise<PlanSummary>
  open(): Promise<RunPlace>
  /** From the way back to validation. */
  rest(place: RunPlace): Promise<TableResult[]>
  /** Plans, opens the ledger and does the rest. */
  whole(): Promise<TableResult[]>
  takeBack(): Promise<void>
  /** Another run, from a source of these statements into the same target. */
  again(source: string): Run
  rows(sql: string): Promise<unknown[][]>
}

const WORK = { host: 'here', log: pino({ level: 'silent' }) }

/** For the tests of one file; it is cleared away after them. */
export async function openWorkshop(options: PostgresOptions = {}): Promise<Workshop> {
  const postgres = await startPostgres(options)
  const home = mkdtempSync(join(tmpdir(), 'longhaul-whole-'))
  const clients: pg.Client[] = []
  after(async () => {
    await Promise.all(clients.map(client => client.end().catch(() => {})))
    rmSync(home, { recursive: true, force: true })
    await postgres.stop()
  })
  return {
    ...{ home, postgres },
    async begin(target, source, options = {}, { role } = {}) {
      const url = await postgres.createDatabase()
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      clients.push(client)
      await client.query(target)
      return openRun(home, url, client, sourceFile(home, source), options, role)
    },
  }
}

function sourceFile(home: string, sql: string): string {
  const path = join(mkdtempSync(join(home, 'source-')), 'app.db')
  const db = new Database(path)
  db.exec(sql)
  db.close()
  return path
}

function openRun(
  home: string,
  url: string,
  client: pg.Client,
  path: string,
  options: RequestOptions,
  role: string | undefined,
): Run {
  const run = randomUUID()
  const login = new URL(url)
  if (role) [login.username, login.password] = [role, `${role}-canary`]
  const connection = `db-${run.slice(0, 8)}`
  saveConnection(connection, login.href, home)
  const request = planRequest(
    {
      source: { kind: 'sqlite', path, host: 'here' },
      target: { kind: 'postgres', connection, schema: 'public' },
    },
    options,
  )
  const act: Run['act'] = (activity, input) =>
    new MockActivityEnvironment().run(() => activity({ ...WORK, home }, input))
  const plan = async () => {
    await act(takeSnapshot, { run, source: request.source })
    await act(assess, { run, request })
    return unpacked(await act(makePlan, { run, request }))
  }
  const open = () =>
    act(openLedger, {
      ...{ run, name: 'story', requestHash: 'r', request, adopt: false },
      takenAt: new Date().toISOString(),
    })
  const rest = async (place: RunPlace) => {
    await act(prepareWayBack, { place })
    await act(createTables, { place })
    const { rows } = await client.query(`SELECT name FROM longhaul.table_run WHERE run_id = '${run}'`)
    const tables = rows.map(({ name }) => name)
    await act(planChunks, { place, tables })
    await act(copyChunks, { place, tables, owner: 'a', sweep: true })
    const failures = [...(await act(finishTables, { place, tables })), ...(await act(finishKeys, { place }))]
    if (failures.length > 0) throw new Error(failures.join('\n'))
    return act(validateTables, { place, tables })
  }
  return {
    ...{ run, request, client, url, act, plan, open, rest },
    whole: async () => {
      await plan()
      return rest(await open())
    },
    again: source => openRun(home, url, client, sourceFile(home, source), options, role),
    takeBack: async () => void (await act(rollBack, { run, target: request.target })),
    rows: async sql => (await client.query({ text: sql, rowMode: 'array' })).rows,
  }
}
