import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { databaseId } from '../../activities/session.ts'
import { saveConnection } from '../../home/connections.ts'
import { type RunToken, register, setStep } from '../../ledger/runs.ts'
import { createLedger, OWN_SCHEMA, tableName } from '../../ledger/schema.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { Plan, PlanHow, TablePlan } from '../../model/plan.ts'
import type { ScratchPostgres } from '../support/postgres.ts'

export interface RegisteredRun {
  /** A session of the test's own; the test ends it. */
  client: pg.Client
  token: RunToken
  place: RunPlace
}

/** A run whose tables are made, over these tables in the ledger of a new database in which `sql` was run before, as activities find it. */
export async function registeredRun(
  postgres: ScratchPostgres,
  home: string,
  tables: TablePlan[] = [],
  sql = '',
  how: Partial<PlanHow> = {},
): Promise<RegisteredRun> {
  const url = await postgres.createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  const name = `db-${randomUUID().slice(0, 8)}`
  saveConnection(name, url, home)
  await createLedger(client, OWN_SCHEMA)
  const policies = { ifExists: 'refuse', onFailure: 'keep', scope: 'all' }
  const what = { tables, views: [], triggers: [], leftOut: [], accept: [], policies }
  const plan = { hash: 'h', findings: [], how, what } as unknown as Plan
  const run = randomUUID()
  const token = await register(client, OWN_SCHEMA, {
    ...{ run, name, plan, requestHash: 'r', fingerprint: 'f', source: '/s.db', host: 'here', home },
    ...{ database: await databaseId(client), takenAt: new Date().toISOString(), attempt: 1, adopt: false },
  })
  await setStep(client, OWN_SCHEMA, token, 'schema', 'done')
  const target = { kind: 'postgres', connection: name, schema: 'public' } as const
  return { client, token, place: { run, epoch: token.epoch, host: 'here', target } }
}

/** As if all its rows were copied and its tables had their keys. */
export async function copiedAndFinished({
  client,
  token,
}: Pick<RegisteredRun, 'client' | 'token'>): Promise<void> {
  await client.query(
    `UPDATE ${tableName(OWN_SCHEMA, 'table_run')} SET chunked = true, finished = true WHERE run_id = $1`,
    [token.run],
  )
  await setStep(client, OWN_SCHEMA, token, 'finish', 'done')
}
