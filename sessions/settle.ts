/** What a session is like from its first statement on. */
import type { Client } from 'pg'
import { speakToPool } from './pooled.ts'
import type { Stance } from './servers.ts'

/**
 * What a session must be like whatever was configured. `synchronous_commit` is only ever raised: a commit
 * that was acknowledged must be there after a crash (2 of 3 were gone with it off). `row_security` off makes
 * a filtered read fail in place of returning fewer rows. Settings that a server does not have are left out.
 */
const SETTINGS: Record<string, string> = {
  search_path: 'pg_catalog',
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'iso_8601',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  synchronous_commit: 'on',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_isolation: 'read committed',
  row_security: 'off',
  client_min_messages: 'warning',
  // The server's side of a connection that leads nowhere ends within a minute; by default after two hours.
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '60000',
}

/**
 * Of sessions out of a pool, between our transactions. A pool lets go of a session under the name that it has, which
 * others bear then, and whoever looks for the sessions of a run has to find none of theirs.
 */
const SHARED_NAME = 'longhaul'

/** By which the ledger's statements know. */
const POOLED = ['longhaul.pooled', 'on'] as const

/** Those of a connection, and of the time between two transactions: of no use in one transaction alone. */
const OF_CONNECTION = /^tcp_|^idle_session|^default_transaction/

/**
 * A pool has a number of its own for the session, in place of that of the server's process: then nothing is set for
 * longer than this statement but a name that is nobody's, and each transaction says it again.
 */
export async function settle(client: Client, application: string): Promise<Stance> {
  const { processID } = client as unknown as { processID: number | null }
  const { rows } = await client.query<Settled>(
    `SELECT name, value, pid <> $3 AS pooled,
            CASE WHEN pid <> $3 AND name = 'application_name' THEN pg_catalog.set_config(name, $4, false)
                 ELSE pg_catalog.set_config(name, value, pid <> $3) END AS set,
            pg_catalog.pg_is_in_recovery() AS recovering, was = 'on' AS "readOnly"
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS s(name, value),
            pg_catalog.pg_backend_pid() AS pid, pg_catalog.current_setting('transaction_read_only') AS was
      WHERE CASE WHEN name = 'synchronous_commit'
                 THEN pg_catalog.current_setting(name) NOT IN ('on', 'remote_apply')
                      OR pg_catalog.current_setting(name) = 'on' AND pid <> $3
                 ELSE pg_catalog.current_setting(name, true) IS NOT NULL END`,
    [
      [...Object.keys(SETTINGS), 'application_name'],
      [...Object.values(SETTINGS), application],
      processID,
      SHARED_NAME,
    ],
  )
  const { pooled, recovering, readOnly } = rows[0]!
  if (!pooled) return { recovering, readOnly }
  const settings = rows.filter(({ name }) => !OF_CONNECTION.test(name))
  speakToPool(client, new Map([...settings.map(({ name, value }) => [name, value] as const), POOLED]))
  return { recovering, readOnly }
}

interface Settled extends Stance {
  name: string
  value: string
  pooled: boolean
}
