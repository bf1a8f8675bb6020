/**
 * The run's row in the file's ledger: registering, taking over, states, steps. Whoever writes holds the file's only lock,
 * so that a look at the row and the writes after it are one moment.
 */
import type { Plan } from '../../model/plan.ts'
import { type RunState, type StepName, type StepState, UNFINISHED, type Verdict } from '../../model/run.ts'
import { obstacle } from '../fence.ts'
import {
  busyTarget,
  goesBack,
  ledgerGone,
  outdated,
  type Registration,
  type RunRow,
  type RunToken,
} from '../runs.ts'
import { type Db, FILE_LEDGER_TABLES, FILE_LEDGER_VERSION, fileTable, hasLedger, NOW } from './schema.ts'

const RUN = fileTable('run')
const LISTED = `id, name, request_hash, plan_hash, fingerprint, source, host, home, target_tables,
                CAST(epoch AS TEXT) AS epoch, state, started_at, updated_at, ended_at, verdict, message`

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
const runRow = (r: any): RunRow => ({
  id: r.id,
  name: r.name,
  requestHash: r.request_hash,
  planHash: r.plan_hash,
  fingerprint: r.fingerprint,
  source: r.source,
  host: r.host,
  home: r.home,
  // The file is the database.
  database: '',
  targetTables: JSON.parse(r.target_tables),
  epoch: r.epoch,
  state: r.state,
  startedAt: new Date(r.started_at),
  updatedAt: new Date(r.updated_at),
  ...(r.ended_at && { endedAt: new Date(r.ended_at) }),
  ...(r.verdict && { verdict: r.verdict }),
  ...(r.message && { message: r.message }),
})

/** All runs of a file, the newest first; none where it has no ledger. */
export function listFileRuns(db: Db): RunRow[] {
  if (!hasLedger(db)) return []
  return db.prepare(`SELECT ${LISTED} FROM ${RUN} ORDER BY started_at DESC, id`).all().map(runRow)
}

export function getFileRun(db: Db, run: string): RunRow | undefined {
  if (!hasLedger(db)) return undefined
  const row = db.prepare(`SELECT ${LISTED} FROM ${RUN} WHERE id = ?`).get(run)
  return row && runRow(row)
}

/** The plan that a run executes; undefined where the file has none, or only the history of it. */
export function getFilePlan(db: Db, run: string): Plan | undefined {
  if (!hasLedger(db)) return undefined
  const row = db.prepare(`SELECT plan FROM ${RUN} WHERE id = ?`).get(run)
  return row?.plan ? (JSON.parse(row.plan) as Plan) : undefined
}

/** Throws `paused` or `fenced` where nothing may be written now, `target-replaced` without the run's row. */
export function mustBeOurs(db: Db, token: RunToken): void {
  const row = db.prepare(`SELECT CAST(epoch AS TEXT) AS epoch, state FROM ${RUN} WHERE id = ?`).get(token.run)
  const failure = obstacle(token, row)
  if (failure) throw failure
}

/**
 * Writes the run's row, or takes over the one that is there, as `register` does for a ledger in PostgreSQL; within a
 * transaction of the caller's.
 */
export function registerInFile(db: Db, r: Omit<Registration, 'database'>): RunToken {
  const tables = r.plan.what.tables.map(({ target }) => target.name)
  mustBeFree(db, r.run, tables)
  const standing = getFileRun(db, r.run)
  if (standing?.state === 'rolling back') throw goesBack(standing)
  const { changes } = db
    .prepare(
      `INSERT INTO ${RUN} (id, version, name, request_hash, plan_hash, fingerprint, source, host, home, target_tables,
                           taken_at, attempt, state, plan)
       VALUES (?, ${FILE_LEDGER_VERSION}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)
       ON CONFLICT (id) DO UPDATE
         SET epoch = epoch + 1, state = 'running', message = NULL, ended_at = NULL, home = excluded.home,
             taken_at = excluded.taken_at, attempt = excluded.attempt, updated_at = ${NOW}
         WHERE ? OR (taken_at, attempt) < (excluded.taken_at, excluded.attempt)`,
    )
    .run(
      ...[r.run, r.name, r.requestHash, r.plan.hash, r.fingerprint, r.source, r.host, r.home],
      ...[JSON.stringify(tables), r.takenAt, BigInt(r.attempt), JSON.stringify(r.plan), r.adopt ? 1n : 0n],
    )
  if (changes === 0) throw outdated(r.run)
  const table = db.prepare(
    `INSERT INTO ${fileTable('table_run')} (run_id, name, expected) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  for (const { name, rows } of r.plan.what.tables) table.run(r.run, name, BigInt(rows))
  return { run: r.run, epoch: getFileRun(db, r.run)!.epoch }
}

function mustBeFree(db: Db, run: string, tables: readonly string[]): void {
  const others = listFileRuns(db).filter(({ id, state }) => id !== run && UNFINISHED.includes(state))
  const other = others.find(({ targetTables }) => targetTables.some(name => tables.includes(name)))
  if (other) throw busyTarget(other)
}

/** Moves the run to another epoch and state, so that no attempt that began before can write. */
export function fenceOffInFile(db: Db, run: string, state: RunState): RunToken {
  const { changes } = db
    .prepare(`UPDATE ${RUN} SET epoch = epoch + 1, state = ?, updated_at = ${NOW} WHERE id = ?`)
    .run(state, run)
  if (changes === 0) throw ledgerGone(run)
  return { run, epoch: getFileRun(db, run)!.epoch }
}

/** Records how the run stands; ended states get their time. A run that is not ours stays as it is. */
export function setFileState(
  db: Db,
  { run, epoch }: RunToken,
  state: RunState,
  { verdict, message }: { verdict?: Verdict; message?: string } = {},
): void {
  const ended = GOING.includes(state) ? 'NULL' : NOW
  db.prepare(
    `UPDATE ${RUN} SET state = ?, verdict = coalesce(?, verdict), message = ?, updated_at = ${NOW}, ended_at = ${ended}
      WHERE id = ? AND epoch = ?`,
  ).run(state, verdict ?? null, message ?? null, run, BigInt(epoch))
}

const GOING: readonly RunState[] = ['planned', 'running', 'paused', 'waiting', 'rolling back']

/** Records a step of a run; a repeated start keeps the first time. */
export function setFileStep(db: Db, run: string, step: StepName, state: StepState, detail?: string): void {
  db.prepare(
    `INSERT INTO ${fileTable('step')} AS step (run_id, name, state, ended_at, detail)
     VALUES (?, ?, ?, ${state === 'running' ? 'NULL' : NOW}, ?)
     ON CONFLICT (run_id, name) DO UPDATE
       SET state = excluded.state, ended_at = excluded.ended_at, detail = coalesce(excluded.detail, step.detail)`,
  ).run(run, step, state, detail ?? null)
}

/** Leaves the run's row as its history: without the plan, which is in the run's folder. */
export function keepAsHistory(db: Db, run: string): void {
  db.prepare(`UPDATE ${RUN} SET plan = NULL WHERE id = ?`).run(run)
}

/** Writes a plan that differs in sizes alone: its hash is the same. */
export function noteFileSizes(db: Db, run: string, plan: Plan): void {
  db.prepare(`UPDATE ${RUN} SET plan = ? WHERE id = ?`).run(JSON.stringify(plan), run)
  const expect = db.prepare(`UPDATE ${fileTable('table_run')} SET expected = ? WHERE run_id = ? AND name = ?`)
  for (const { name, rows } of plan.what.tables) expect.run(BigInt(rows), run, name)
}

/** Takes a run and all its records out of the ledger. Gives how many runs are left. */
export function forgetFileRun(db: Db, run: string): number {
  for (const table of FILE_LEDGER_TABLES.filter(table => table !== 'run'))
    if (hasLedger(db, table)) db.prepare(`DELETE FROM ${fileTable(table)} WHERE run_id = ?`).run(run)
  db.prepare(`DELETE FROM ${RUN} WHERE id = ?`).run(run)
  return db.prepare(`SELECT count(*) AS n FROM ${RUN}`).get().n
}
