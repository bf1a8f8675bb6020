/** The target's ledger, as a command reads it: what a run has done, with no Temporal at all. */
import type { Client } from 'pg'
import {
  readEvents,
  readOrders,
  readRates,
  readSteps,
  readTables,
  type StepRow,
  type TableRow,
} from '../ledger/reader.ts'
import { getRun, listRuns, type RunRow } from '../ledger/runs.ts'
import { findLedger, type Place } from '../ledger/schema.ts'
import type { OperatorEvent, Orders } from '../model/control.ts'
import { type PostgresEndpoint, showEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { AnyRequest } from '../model/plan-request.ts'
import { hangUp, within } from '../sessions/black-hole.ts'
import type { Surroundings } from './here.ts'
import { pickRun } from './pick-run.ts'

/** The server gives up a statement after 10 s: no answer by then, and nobody is there to give one. */
const ANSWER_MS = 15_000

/** A session that only reads the ledger. */
export interface LedgerReader {
  /** Whether the target has a ledger. */
  exists(): Promise<boolean>
  list(): Promise<RunRow[]>
  run(id: string): Promise<RunRow | undefined>
  tables(id: string): Promise<TableRow[]>
  steps(id: string): Promise<StepRow[]>
  /** Undefined where no operator gave any. */
  orders(id: string): Promise<Orders | undefined>
  events(id: string): Promise<OperatorEvent[]>
  /** Rows a second lately, of tables that had any. */
  rates(id: string): Promise<Map<string, number>>
  close(): Promise<void>
}

/**
 * Opens the ledger of a target. `url` goes before what the connection store and the environment know.
 * Fails with `target` or `unavailable`; the message never holds a password.
 */
export async function openLedger(
  to: AnyRequest['target'],
  around: Surroundings,
  url?: string,
): Promise<LedgerReader> {
  const endpoint = ledgerEndpoint(to)
  const client = await readOnly(endpoint, around, url)
  const place = () => findLedger(client, endpoint.schema)
  const inLedger = <T>(read: (place: Place) => Promise<T>, without: T) =>
    within(client, ANSWER_MS, async () => {
      const found = await place()
      return found ? read(found) : without
    })
  return {
    exists: () => within(client, ANSWER_MS, async () => (await place()) !== undefined),
    list: () => inLedger(found => listRuns(client, found), []),
    run: id => inLedger<RunRow | undefined>(found => getRun(client, found, id), undefined),
    tables: id => inLedger(found => readTables(client, found, id), []),
    steps: id => inLedger(found => readSteps(client, found, id), []),
    orders: id => inLedger<Orders | undefined>(found => readOrders(client, found, id), undefined),
    events: id => inLedger(found => readEvents(client, found, id), []),
    rates: id => inLedger(found => readRates(client, found, id), new Map()),
    close: () => hangUp(client),
  }
}

/** A target whose ledger a client can read. Fails with `unavailable` for a file: that is its worker's alone. */
export function ledgerEndpoint(target: AnyRequest['target']): PostgresEndpoint {
  if (target.kind === 'postgres') return target
  throw new Failure({
    code: 'unavailable',
    object: showEndpoint(target),
    message: 'the ledger of a run into SQLite lies in its file, which only the worker on its host opens',
    remedy: 'Ask the run by its name, as "longhaul show NAME" does',
  })
}

/** All that a ledger says of one run. */
export interface LedgerAccount {
  run?: RunRow
  tables: TableRow[]
  steps: StepRow[]
  orders?: Orders
  events: OperatorEvent[]
  rates: Map<string, number>
}

/** Reads all of it in one session. Fails as `openLedger` does. */
export async function readLedger(
  endpoint: AnyRequest['target'],
  id: string,
  around: Surroundings,
): Promise<LedgerAccount> {
  const ledger = await openLedger(endpoint, around)
  try {
    return await accountIn(ledger, id)
  } finally {
    await ledger.close()
  }
}

/** The same in a session that is open. */
export async function accountIn(ledger: LedgerReader, id: string): Promise<LedgerAccount> {
  const [run, orders] = [await ledger.run(id), await ledger.orders(id)]
  return {
    ...(run && { run }),
    ...(orders && { orders }),
    ...{ tables: await ledger.tables(id), steps: await ledger.steps(id) },
    ...{ events: await ledger.events(id), rates: await ledger.rates(id) },
  }
}

/** The latest run of that name, or the one whose UUID begins so, in a target's ledger. Fails with `usage`. */
export async function findInLedger(
  target: AnyRequest['target'],
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
  // Loaded late: a command asks Temporal first, and its run is under way meanwhile.
  const { connect } = await import('../sessions/connect.ts')
  const client = await connect(endpoint, { home, env, application: 'longhaul client', ...(url && { url }) })
  const readsOnly = `SET default_transaction_read_only = on; SET statement_timeout = '10s'`
  await within(client, ANSWER_MS, () => client.query(readsOnly))
  return client
}
