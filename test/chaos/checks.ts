/** What has to be true when a run is over, by this program's own looking; each thing that is not, in words. */
import type { Client } from 'pg'
import { filesBelow, findAny, openToOthers } from '../end-to-end/canary.ts'
import type { Ended } from '../scenarios/cli.ts'
import { halfMade, processesOf } from '../scenarios/leftovers.ts'
import { TABLES } from '../scenarios/source.ts'
import { until } from '../scenarios/until.ts'
import { assertMigrated, lostAndDoubled } from '../scenarios/verify.ts'
import { PASSWORD, type Stage } from './stage.ts'

/** Values of the source; `canary.db` is made with them. */
export const CANARIES = ['row-canary-4711', 'key-canary-4712']

export interface Checked {
  lost: number
  doubled: number
  violations: string[]
}

/** After an end with status 0. */
export async function checked(stage: Stage, ended: Ended): Promise<Checked> {
  const client = await stage.session()
  try {
    const rows = await countRows(stage, client)
    const violations = [
      ...(await whole(stage, client)),
      ...(await accountOf(stage, client)),
      ...(await leftovers(stage, client)),
      ...secrets(stage, ended),
    ]
    return { ...rows, violations }
  } finally {
    await client.end()
  }
}

async function countRows({ source }: Stage, client: Client): Promise<{ lost: number; doubled: number }> {
  let [lost, doubled] = [0, 0]
  for (const table of Object.keys(TABLES)) {
    const of = await lostAndDoubled(source, client, table)
    lost += of.lost
    doubled += of.doubled
  }
  return { lost, doubled }
}

async function whole({ source }: Stage, client: Client): Promise<string[]> {
  try {
    await assertMigrated(source, client)
    return []
  } catch (error) {
    return [`the target is not whole: ${(error as Error).message.slice(0, 500)}`]
  }
}

/** Status 0 was said: the ledger has one run, done, and its sums are those of the tables. */
async function accountOf(_: Stage, client: Client): Promise<string[]> {
  const { rows: runs } = await client.query('SELECT state, verdict FROM longhaul.run')
  const { rows: sums } = await client.query(
    'SELECT table_name AS table, sum(rows_written)::int AS n FROM longhaul.chunk GROUP BY table_name',
  )
  const wrong: string[] = []
  if (runs.length !== 1 || runs[0].state !== 'done' || runs[0].verdict !== 'equal')
    wrong.push(`the ledger says ${JSON.stringify(runs)}`)
  for (const { table, n } of sums) {
    const { rows } = await client.query(`SELECT count(*)::int AS n FROM public.${table}`)
    if (rows[0].n !== n) wrong.push(`the ledger counts ${n} rows of ${table}, and there are ${rows[0].n}`)
  }
  return wrong
}

async function leftovers({ home, role, proxy }: Stage, client: Client): Promise<string[]> {
  const left: string[] = []
  await until('the processes are gone', () => (processesOf(home).length === 0 ? true : undefined), 60_000)
    // What is left is listed below.
    .catch(() => {})
  left.push(...processesOf(home).map(line => `process ${line}`))
  // A stalled connection is the proxy's doing: the server cannot know that nobody is behind it.
  await proxy.stop()
  const none = async () => ((await sessionsOf(client, role)).length === 0 ? true : undefined)
  await until('the sessions are gone', none, 30_000).catch(() => {})
  left.push(...(await sessionsOf(client, role)))
  const { rows } = await client.query(`
    SELECT 'prepared transaction ' || gid AS what FROM pg_prepared_xacts WHERE database = current_database()
    UNION ALL
    SELECT 'advisory lock ' || objid FROM pg_locks
     WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL
    SELECT 'temporary table ' || relname FROM pg_class WHERE relpersistence = 't'
    UNION ALL
    SELECT 'schema ' || nspname FROM pg_namespace
     WHERE nspname NOT IN ('public', 'longhaul', 'information_schema') AND nspname !~ '^pg_'
    UNION ALL
    SELECT 'replication slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()`)
  left.push(...rows.map(({ what }) => what as string))
  left.push(...halfMade(home).map(name => `file ${name}`))
  left.push(...openToOthers(home).map(name => `open to others: ${name}`))
  return left.map(what => `left behind: ${what}`)
}

async function sessionsOf(client: Client, role: string): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT 'session ' || application_name || ', ' || coalesce(state, '?') AS what
       FROM pg_stat_activity WHERE usename = $1`,
    [role],
  )
  return rows.map(({ what }) => what as string)
}

/** The snapshot holds the rows, and the store of connections the password: that is what they are for. */
function secrets({ home }: Stage, { out, err }: Ended): string[] {
  const said = { name: 'output', bytes: Buffer.from(out + err) }
  return [
    ...findAny([said, ...filesBelow(home, /connections\.json$/)], [PASSWORD]),
    ...findAny([said, ...filesBelow(home, /snapshot\.db$/)], CANARIES),
  ].map(found => `secret: ${found}`)
}
