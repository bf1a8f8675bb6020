/** The run's row: registering, taking over, states, steps. Every change of state is one small transaction. */
import { Failure } from '../model/failure.ts'
import type { Plan } from '../model/plan.ts'
import { type RunState, type StepName, type StepState, UNFINISHED, type Verdict } from '../model/run.ts'
import { dropLedgerSql, LEDGER_VERSION, type Place, type Sql, tableName } from './schema.ts'
import { inTransaction } from './transaction.ts'

/** Whose run it is: written into every fence, so that an older epoch writes nothing more. */
export interface RunToken {
  run: string
  epoch: string
}

export interface Registration {
  run: string
  name: string
  /** sha256 of what the user asked for (endpoints, options, plan file). */
  requestHash: string
  /** Which source this is: host, path and identity of the file. */
  fingerprint: string
  source: string
  host: string
  home: string
  /** Which database this is: a ledger that was dumped and restored elsewhere records runs of another one. */
  database: string
  plan: Plan
  /** When the execution that registers began, ISO 8601, and which attempt of it this is. */
  takenAt: string
  attempt: number
  /** Take over whatever stands there. */
  adopt: boolean
}

/** A run as it stands in the ledger, without its plan. */
export interface RunRow {
  id: string
  name: string
  requestHash: string
  planHash: string
  fingerprint: string
  source: string
  host: string
  home: string
  database: string
  targetTables: string[]
  epoch: string
  state: RunState
  startedAt: Date
  updatedAt: Date
  endedAt?: Date
  verdict?: Verdict
  message?: string
}

const COLUMNS = `id, name, request_hash, plan_hash, fingerprint, source, host, home, database, target_tables,
                 epoch::text AS epoch, state, started_at, updated_at, ended_at, verdict, message`

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
  database: r.database,
  targetTables: r.target_tables,
  epoch: r.epoch,
  state: r.state,
  startedAt: r.started_at,
  updatedAt: r.updated_at,
  ...(r.ended_at && { endedAt: r.ended_at }),
  ...(r.verdict && { verdict: r.verdict }),
  ...(r.message && { message: r.message }),
})

/** All runs of a ledger, the newest first. */
export async function listRuns(sql: Sql, place: Place): Promise<RunRow[]> {
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM ${tableName(place, 'run')} ORDER BY started_at DESC, id`,
  )
  return rows.map(runRow)
}

export async function getRun(sql: Sql, place: Place, run: string): Promise<RunRow | undefined> {
  const { rows } = await sql.query(`SELECT ${COLUMNS} FROM ${tableName(place, 'run')} WHERE id = $1`, [run])
  return rows[0] && runRow(rows[0])
}

/** The plan that a run executes, and the database in which it began. */
export async function getPlan(
  sql: Sql,
  place: Place,
  run: string,
): Promise<{ plan: Plan; database: string } | undefined> {
  const { rows } = await sql.query(`SELECT plan, database FROM ${tableName(place, 'run')} WHERE id = $1`, [
    run,
  ])
  return rows[0]
}

export const ledgerGone = (run: string) =>
  new Failure({
    code: 'target-replaced',
    object: `run ${run}`,
    message:
      'the target has no record of this run: it was dropped, restored or made anew since the run began',
    remedy: 'Run the same command again; it starts a new run',
  })

/**
 * Writes the run's row, or takes over the one that is there: the epoch grows by one, and whoever held the
 * older one writes nothing more. An attempt that slept and wakes after a later one is `fenced`. Refused while an
 * unfinished run of others writes into the same tables, and once a rollback has begun.
 */
export async function register(sql: Sql, place: Place, r: Registration): Promise<RunToken> {
  return inTransaction(sql, async () => {
    // One registration at a time: two runs on the same tables would not see each other.
    await sql.query(`LOCK TABLE ${tableName(place, 'run')} IN SHARE ROW EXCLUSIVE MODE`)
    return registerLocked(sql, place, r)
  })
}

async function registerLocked(sql: Sql, place: Place, r: Registration): Promise<RunToken> {
  const tables = r.plan.what.tables.map(t => `${t.target.schema}.${t.target.name}`)
  const other = await sql.query(
    `SELECT id, name, host FROM ${tableName(place, 'run')}
      WHERE id <> $1 AND database = $4 AND state = ANY($2) AND target_tables && $3 LIMIT 1`,
    [r.run, UNFINISHED, tables, r.database],
  )
  if (other.rows[0]) throw busyTarget(other.rows[0])
  const standing = await getRun(sql, place, r.run)
  if (standing?.state === 'rolling back') throw goesBack(standing)
  const { rows } = await sql.query(
    `INSERT INTO ${tableName(place, 'run')} AS run
       (id, version, name, request_hash, plan_hash, fingerprint, source, host, home, database, target_tables,
        taken_at, attempt, state, plan)
     VALUES ($1, ${LEDGER_VERSION}, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'running', $13)
     ON CONFLICT (id) DO UPDATE
       SET epoch = run.epoch + 1, state = 'running', message = NULL, ended_at = NULL,
           taken_at = excluded.taken_at, attempt = excluded.attempt,
           updated_at = pg_catalog.clock_timestamp()
       WHERE $14 OR (run.taken_at, run.attempt) < (excluded.taken_at, excluded.attempt)
     RETURNING epoch::text AS epoch`,
    [
      r.run,
      r.name,
      r.requestHash,
      r.plan.hash,
      r.fingerprint,
      r.source,
      r.host,
      r.home,
      r.database,
      tables,
      r.takenAt,
      r.attempt,
      JSON.stringify(r.plan),
      r.adopt,
    ],
  )
  if (!rows[0]) throw outdated(r.run)
  // Orders were those of the execution before: this one begins with none.
  await sql.query(`DELETE FROM ${tableName(place, 'control')} WHERE run_id = $1`, [r.run])
  await sql.query(
    `INSERT INTO ${tableName(place, 'table_run')} (run_id, name, expected)
     SELECT $1, name, expected FROM unnest($2::text[], $3::bigint[]) AS t(name, expected)
     ON CONFLICT DO NOTHING`,
    [r.run, r.plan.what.tables.map(t => t.name), r.plan.what.tables.map(t => t.rows)],
  )
  return { run: r.run, epoch: rows[0].epoch }
}

/** Some of what the ledger calls done is gone by now: there is no way forward. */
export const goesBack = ({ id, name }: RunRow) =>
  new Failure({
    code: 'refused',
    object: `run ${name} (${id})`,
    message: 'is the same job, and is being taken back',
    remedy: `End that with "longhaul rollback ${name}", then run the command again`,
  })

export const outdated = (run: string) =>
  new Failure({ code: 'fenced', object: `run ${run}`, message: 'a later attempt has taken over' })

export const busyTarget = (other: { id: string; name: string; host: string }) =>
  new Failure({
    code: 'refused',
    object: `run ${other.name} (${other.id})`,
    message: `is unfinished and writes into the same tables; it was started on host ${other.host}`,
    remedy: `Go on with it (repeat its command), or take it back with "longhaul rollback ${other.name}"`,
  })

/** Moves the run to another epoch and state, so that no attempt that began before can write. */
export async function fenceOff(sql: Sql, place: Place, run: string, state: RunState): Promise<RunToken> {
  const { rows } = await sql.query(
    `UPDATE ${tableName(place, 'run')}
        SET epoch = epoch + 1, state = $2, updated_at = pg_catalog.clock_timestamp()
      WHERE id = $1 RETURNING epoch::text AS epoch`,
    [run, state],
  )
  if (!rows[0]) throw ledgerGone(run)
  return { run, epoch: rows[0].epoch }
}

/** Records how the run stands; ended states get their time. */
export async function setState(
  sql: Sql,
  place: Place,
  token: RunToken,
  state: RunState,
  facts: { verdict?: Verdict; message?: string } = {},
): Promise<void> {
  await sql.query(
    `UPDATE ${tableName(place, 'run')}
        SET state = $3, verdict = coalesce($4, verdict), message = $5,
            updated_at = pg_catalog.clock_timestamp(),
            ended_at = CASE WHEN $3 = ANY($6) THEN NULL ELSE pg_catalog.clock_timestamp() END
      WHERE id = $1 AND epoch = $2`,
    [
      token.run,
      token.epoch,
      state,
      facts.verdict ?? null,
      facts.message ?? null,
      ['planned', 'running', 'paused', 'waiting', 'replaying', 'repairing', 'rolling back'],
    ],
  )
}

/** Records a step of a run that is ours; a repeated start keeps the first time. Others' runs stay as they are. */
export async function setStep(
  sql: Sql,
  place: Place,
  { run, epoch }: RunToken,
  step: StepName,
  state: StepState,
  detail?: string,
): Promise<void> {
  await sql.query(
    `INSERT INTO ${tableName(place, 'step')} AS step (run_id, name, state, ended_at, detail)
     SELECT id, $3, $4, CASE WHEN $4 = 'running' THEN NULL ELSE pg_catalog.clock_timestamp() END, $5
       FROM ${tableName(place, 'run')} WHERE id = $1 AND epoch = $2
     ON CONFLICT (run_id, name) DO UPDATE
       SET state = excluded.state, ended_at = excluded.ended_at, detail = coalesce(excluded.detail, step.detail)`,
    [run, epoch, step, state, detail ?? null],
  )
}

/** Takes a run and all its records out of the ledger, and the ledger away with the last one. */
export async function forgetRun(sql: Sql, place: Place, run: string): Promise<void> {
  await inTransaction(sql, async () => {
    // Nobody may register in between.
    await sql.query(`LOCK TABLE ${tableName(place, 'run')}`)
    await sql.query(`DELETE FROM ${tableName(place, 'run')} WHERE id = $1`, [run])
    const { rows } = await sql.query(`SELECT FROM ${tableName(place, 'run')} LIMIT 1`)
    if (rows.length === 0) for (const statement of dropLedgerSql(place)) await sql.query(statement)
  })
}
