/** The target's ledger, as a command reads it: what a run has done, with no Temporal at all. */
import pg from 'pg'
import { connectionUrl } from '../home/connections.ts'
import { readSteps, readTables, type StepRow, type TableRow } from '../ledger/reader.ts'
import { getRun, listRuns, type RunRow } from '../ledger/runs.ts'
import { findLedger, type Place } from '../ledger/schema.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { Surroundings } from './here.ts'

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
  const client = await connect(endpoint, around, url)
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

async function connect(
  endpoint: PostgresEndpoint,
  { home, env }: Surroundings,
  url?: string,
): Promise<pg.Client> {
  const found = url ?? connectionUrl(endpoint.connection, home, env) ?? endpoint.connection
  if (!/^postgres(ql)?:/.test(found)) throw unknown(endpoint.connection)
  try {
    const client = new pg.Client({
      connectionString: found,
      application_name: 'longhaul client',
      connectionTimeoutMillis: 5000,
      query_timeout: 10_000,
      options: '-c default_transaction_read_only=on -c search_path=pg_catalog',
    })
    // A session that the server ends is found out by the next query.
    client.on('error', () => {})
    await client.connect()
    return client
  } catch (error) {
    throw refused(endpoint, error)
  }
}

const unknown = (name: string) =>
  new Failure({
    code: 'target',
    object: `connection ${name}`,
    message: 'this host knows no connection of that name',
    remedy: `Set LONGHAUL_CONNECTION_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')} to its URL`,
  })

/** What the server said about logging in holds names and no secrets; other errors are given by their code. */
function refused(endpoint: PostgresEndpoint, error: unknown): Failure {
  const { code, message } = error as { code?: string; message: string }
  const said = code && /^[0-9A-Z]{5}$/.test(code) ? message : (code ?? 'no connection')
  const away = !code || /^(E[A-Z]+|57P0\d|53\d{3})$/.test(code)
  return new Failure(
    {
      code: away ? 'unavailable' : 'target',
      object: endpoint.connection,
      message: `it cannot be asked: ${said.replace(/\s+/g, ' ')}`,
      remedy: away
        ? 'Check that the server runs and can be reached from here'
        : 'Check database, role and password',
    },
    { cause: error },
  )
}
