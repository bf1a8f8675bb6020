/** Undoes what the ledger says a run did, last first, after every writer of it has ended. */
import type { Client } from 'pg'
import type { Logger } from 'pino'
import { readBackends, readObjects, readTables } from '../ledger/reader.ts'
import { fenceOff, forget, getPlan, getRun, listRuns, type RunRow } from '../ledger/runs.ts'
import { dropLedgerSql, findLedger, type Place, tableName } from '../ledger/schema.ts'
import { inTransaction } from '../ledger/transaction.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { TablePlan } from '../model/plan.ts'
import { identify, terminate } from '../stores/postgres/backend.ts'
import { qualified } from '../stores/postgres/quote.ts'
import type { Work } from './edge.ts'
import { application, withSession } from './session.ts'
import { attempted, undoAll } from './undo.ts'
import { watched } from './watch.ts'

export interface RollBackInput {
  run: string
  target: PostgresEndpoint
  /** The epoch of the one who gives up: whoever has taken the run over since keeps it. Absent: the operator's word. */
  epoch?: string
}

/**
 * Returns how many objects were taken back. An attempt after a killed one goes on where that one was; a run
 * that is not in the ledger is taken back already.
 */
export async function rollBack({ home, log }: Work, { run, target, epoch }: RollBackInput): Promise<number> {
  return withSession(home, target, run, async client =>
    watched(home, { run, target }, await identify(client), () =>
      undoRun(client, log, { run, target, ...(epoch !== undefined && { epoch }) }),
    ),
  )
}

async function undoRun(client: Client, log: Logger, { run, target, epoch }: RollBackInput): Promise<number> {
  const ledger = await findLedger(client, target.schema)
  const row = ledger && (await getRun(client, ledger, run))
  if (!ledger || !row) return 0
  if (epoch !== undefined && row.epoch !== epoch && row.state !== 'rolling back') throw takenOver(row)
  await mustBeLast(client, ledger, row)
  await fenceOff(client, ledger, run, 'rolling back')
  await endWriters(client, ledger, run)
  const { what } = (await getPlan(client, ledger, run))!.plan
  await emptyAgain(
    client,
    ledger,
    run,
    what.tables.filter(t => t.action === 'use'),
  )
  const objects = await readObjects(client, ledger, run, true)
  for (const { kind, name } of await undoAll(client, ledger, run, objects))
    log.warn({ kind, object: name }, 'was gone already')
  await forgetRun(client, ledger, run)
  log.info({ objects: objects.length }, 'taken back')
  return objects.filter(o => o.done).length
}

/** Dropping a table, or emptying it, would take away what a later run has made or loaded there. */
async function mustBeLast(
  client: Client,
  ledger: Place,
  { id, targetTables, startedAt }: RunRow,
): Promise<void> {
  const later = (await listRuns(client, ledger)).find(
    run =>
      run.id !== id &&
      run.startedAt > startedAt &&
      run.targetTables.some(table => targetTables.includes(table)),
  )
  if (!later) return
  throw new Failure({
    code: 'object',
    object: `run ${id}`,
    message: `run ${later.name} came after it and has tables in common with it`,
    remedy: `Take that one back first with "longhaul rollback ${later.name}"`,
  })
}

const takenOver = ({ id, host, home }: RunRow) =>
  new Failure({
    code: 'fenced',
    object: `run ${id}`,
    message: `was taken over by ${home} on host ${host}, so it is not taken back from here`,
  })

/** Takes the run out of the ledger, and the ledger away with the last one: nobody may register in between. */
async function forgetRun(client: Client, ledger: Place, run: string): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(`LOCK TABLE ${tableName(ledger, 'run')}`)
    const { left } = await forget(client, ledger, run)
    if (left === 0) for (const statement of dropLedgerSql(ledger)) await client.query(statement)
  })
}

/** Sessions with a claim, and any other that shows the run's name: a stalled one must not write after the undo. */
export async function endWriters(client: Client, ledger: Place, run: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT pid, (backend_start AT TIME ZONE 'UTC')::text AS "startedAt"
       FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()`,
    [application(run)],
  )
  const { rows: own } = await client.query('SELECT pg_backend_pid() AS pid')
  const claimed = await readBackends(client, ledger, run)
  for (const backend of [...rows, ...claimed].filter(b => b.pid !== own[0].pid))
    await terminate(client, backend)
}

/**
 * Tables that were there before were empty, and are again, unless others have written into them since. All of
 * them in one statement, as they may refer to each other.
 */
async function emptyAgain(client: Client, ledger: Place, run: string, used: TablePlan[]): Promise<void> {
  const rows = await readTables(client, ledger, run)
  const written = (table: TablePlan) => rows.find(r => r.name === table.name)?.written ?? 0
  if (used.every(table => written(table) === 0)) return
  const names = used.map(table => qualified(table.target.schema, table.target.name))
  await inTransaction(client, async () => {
    await client.query(`LOCK TABLE ${names.join(', ')}`)
    for (const table of used) await mustBeOurs(client, table, written(table))
    if (!(await attempted(client, `TRUNCATE ${names.join(', ')}`, NO_TRUNCATE)))
      await deleteAll(client, names)
    await client.query(`UPDATE ${tableName(ledger, 'chunk')} SET rows_written = 0 WHERE run_id = $1`, [run])
  })
}

/** A table outside the run refers to one of them, or the role may delete and not truncate. */
const NO_TRUNCATE = new Set(['0A000', '42501'])
const STILL_REFERRED_TO = new Set(['23503', '23001'])

/** Row by row, children before parents: in rounds, until a round changes nothing. */
async function deleteAll(client: Client, names: string[]): Promise<void> {
  let left = names
  while (left.length > 0) {
    const kept: string[] = []
    for (const name of left) {
      if (!(await attempted(client, `DELETE FROM ${name}`, STILL_REFERRED_TO))) kept.push(name)
    }
    if (kept.length === left.length) throw referredTo(kept)
    left = kept
  }
}

const referredTo = (names: string[]) =>
  new Failure({
    code: 'refused',
    object: `table ${names.join(', ')}`,
    message: 'rows of other tables refer to what this run wrote there, so it cannot be emptied',
    remedy: 'Delete those rows, then roll back again',
  })

async function mustBeOurs(client: Client, table: TablePlan, written: number): Promise<void> {
  const name = qualified(table.target.schema, table.target.name)
  const { rows } = await client.query(`SELECT count(*)::float8 AS n FROM ${name}`)
  if (rows[0].n !== written) throw strangers(table, rows[0].n, written)
}

const strangers = (table: TablePlan, found: number, written: number) =>
  new Failure({
    code: 'refused',
    object: `table "${table.target.name}"`,
    message: `holds ${found} rows, and this run wrote ${written}: others have written into it since, so emptying it would lose rows`,
    remedy: 'Move those rows elsewhere, then roll back again',
  })
