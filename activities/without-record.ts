/** A run of which the target's ledger knows nothing: taken back already, or not looked for in its own database. */
import type { Client } from 'pg'
import { OWN_SCHEMA, placeIn } from '../ledger/schema.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { showName } from '../model/name-text.ts'
import type { RollbackCheck } from '../model/rollback.ts'
import { databaseOfRun } from './database-of-run.ts'
import { readRemake } from './remake-state.ts'
import { outcomeTime } from './rollback-outcome.ts'
import { databaseId } from './session.ts'

const NOTHING: RollbackCheck = {
  ...{ safe: true, loses: false, refusals: [], warnings: [], tables: [], more: 0, state: 'rolled back' },
}

/** What this host remembers of it decides; where it remembers nothing, that is said. */
export async function withoutRecord(
  home: string,
  { run, target }: { run: string; target: PostgresEndpoint },
  client: Client,
): Promise<RollbackCheck> {
  const began = databaseOfRun(home, run)
  const another = began !== undefined && began !== (await databaseId(client))
  const at = outcomeTime(home, run)
  if (at !== undefined) return already(`at ${at}`, another)
  if (readRemake(home, run)?.phase === 'done')
    return already('with the whole database, made anew from its dump')
  if (another) return refusedAs(ANOTHER)
  const closed = await closedLedger(client, target.schema)
  if (closed !== undefined) return refusedAs(closed)
  return began === undefined
    ? refusedAs(UNKNOWN)
    : already('by its script or from another host; or somebody has dropped the ledger')
}

const already = (how: string, another = false): RollbackCheck => ({
  ...NOTHING,
  already: `was taken back already: ${how}${another ? '; the database is another one by now, dropped and made anew since' : ''}`,
})

const refusedAs = (reason: string): RollbackCheck => ({
  ...{ ...NOTHING, safe: false, refusals: [reason], state: 'unknown' },
})

/** A ledger that is there, and that this role may not read: whose runs it has nobody can say. */
async function closedLedger(client: Client, schema: string): Promise<string | undefined> {
  const places = [OWN_SCHEMA, placeIn(schema)]
  const { rows } = await client.query<{ schema: string; role: string }>(
    `SELECT n.nspname::text AS schema, current_user::text AS role
       FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) AS t(schema, name)
       JOIN pg_namespace AS n ON n.nspname = t.schema
       JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.name AND c.relkind = 'r'
      WHERE NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))`,
    [places.map(place => place.schema), places.map(({ prefix }) => `${prefix}run`)],
  )
  return rows[0]
    ? `the role ${showName(rows[0].role)} may not read the ledger in schema ${showName(rows[0].schema)}. Connect as the role that began the run`
    : undefined
}

const ANOTHER =
  'this is another database than the one in which the run wrote: that one was dropped and made anew, or stands elsewhere. Nothing here is of this run, and nothing was taken back'
const UNKNOWN =
  "the target's ledger has no such run: it was taken back from another host, or this is another database. See the report of a rollback there"
