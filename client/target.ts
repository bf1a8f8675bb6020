/** The target's ledger, as a command reads it: what a run has done, with no Temporal at all. */
import type { Client } from 'pg'
import { readSteps, readTables, type StepRow, type TableRow } from '../ledger/reader.ts'
import { getRun, listRuns, type RunRow } from '../ledger/runs.ts'
import { findLedger, type Place } from '../ledger/schema.ts'
import { type PostgresEndpoint, showEndpoint } from '../model/endpoint.ts'
import { connect } from '../sessions/connect.ts'
import type { Surroundings } from './here.ts'
import { pickRun } from './pick-run.ts'

/** A session that only reads the ledger. */
export interface LedgerReader {
  /** Whether the target has a ledger. */
  exists(): Promise<boolean>
  list(): Promise<RunRow[]>
  run(id: string): Promise<RunRow | undefined>
  tables(id: string): Promise<TableRow[]>
  steps(id: string): Promise<StepRow[]>
  close(): Promise<void>
}

/**
 * Opens the ledger of a target. `url` goes before what the connection store and the environment know.
 * Fails with `target` or `unavailable`; the message never holds a password.
 */
export async function openLedger(
  endpoint: PostgresEndpoint,
  around: Surroundings,
  url?: string,
): Promise<LedgerReader> {
  const client = await readOnly(endpoint, around, url)
  const place = () => findLedger(client, endpoint.schema)
  const inLedger = async <T>(read: (place: Place) => Promise<T>, without: T) => {
    const found = await place()
    return found ? read(found) : without
  }
  return {
    exists: async () => (await place()) !== undefined,
    list: () => inLedger(found => listRuns(client, found), []),
    run: id => inLedger<RunRow | undefined>(found => getRun(client, found, id), undefined),
    tables: id => inLedger(found => readTables(client, found, id), []),
    steps: id => inLedger(found => readSteps(client, found, id), []),
    close: () => client.end().catch(() => {}),
  }
}

/** The latest run of that name, or the one whose UUID begins so, in a target's ledger. Fails with `usage`. */
export async function findInLedger(
  target: PostgresEndpoint,
  id: string,
  around: Surroundings,
): Promise<RunRow> {
  const ledger = await openLedger(target, around)
  try {
    return pickRun(await ledger.list(), id, showEndpoint(target), 'See "longhaul status --postgres URL"')
  } finally {
    await ledger.close()
  }
}

async function readOnly(endpoint: PostgresEndpoint, around: Surroundings, url?: string): Promise<Client> {
  const { home, env } = around
  const client = await connect(endpoint, { home, env, application: 'longhaul client', ...(url && { url }) })
  await client.query(`SET default_transaction_read_only = on; SET statement_timeout = '10s'`)
  return client
}
