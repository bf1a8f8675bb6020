/** One state of a source for many sessions: exported by a transaction that stays open, imported by others. */
import type { Client } from 'pg'
import { Failure } from '../../../model/failure.ts'
import { isServerError } from '../../../sessions/errors.ts'
import { literal, qualified } from '../quote.ts'
import { schemasOf } from './scope.ts'

/** A snapshot that a transaction has exported. */
export interface Exported {
  /** What others import. */
  snapshot: string
  /** Which transactions it sees: tells it from one that a server made anew has under the same name. */
  sees: string
}

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'

/** How often it is tried again where tables come and go meanwhile. */
const TRIES = 20

/**
 * Begins a transaction that sees one state, and locks the tables of these schemas against being emptied, rewritten or dropped
 * (ACCESS SHARE): the old rows of a table to which that is done are in no snapshot any more. The locks come before the snapshot, and
 * are held as long as it. Tables that the role may not read are left out. Fails with `unavailable` where others keep a table locked for
 * longer than `patienceMs`.
 */
export async function exportSnapshot(client: Client, schema: string, patienceMs: number): Promise<Exported> {
  await waitForLocks(client, patienceMs)
  for (let tries = 0; tries < TRIES; tries++) {
    const tables = await lockable(client, schema)
    await client.query(BEGIN)
    if (await locked(client, tables)) {
      const exported = await exportAgain(client)
      // What was made between the list and the locks is seen, and not locked.
      const seen = await lockable(client, schema)
      if (seen.every(table => tables.includes(table))) return exported
    }
    await client.query('ROLLBACK')
  }
  throw new Failure({
    code: 'unavailable',
    object: 'the source',
    message: 'tables are made and dropped all the time, and no moment was found in which all could be locked',
    remedy: 'Try again when that has ended, or name the schemas that are wanted with ?schema=…',
  })
}

/** The same for a transaction that has imported a snapshot of another, so that it outlives that one. */
export async function holdSnapshot(
  client: Client,
  schema: string,
  exported: Exported,
  patienceMs: number,
): Promise<Exported> {
  await waitForLocks(client, patienceMs)
  if (!(await importSnapshot(client, exported))) throw gone()
  if (!(await locked(client, await lockable(client, schema)))) throw gone()
  return exportAgain(client)
}

const gone = () =>
  new Failure({ code: 'unavailable', object: 'the source', message: 'its snapshot went while it was taken' })

/** Begins a transaction that sees what was exported; without one, false, where that is not there any more. */
export async function importSnapshot(client: Client, { snapshot, sees }: Exported): Promise<boolean> {
  await client.query(BEGIN)
  try {
    await client.query(`SET TRANSACTION SNAPSHOT ${literal(snapshot)}`)
    if ((await seenBy(client)) === sees) return true
  } catch (error) {
    if (!isServerError(error) || !NOT_THERE.has(error.code)) throw error
  }
  await client.query('ROLLBACK')
  return false
}

/** No such snapshot, its transaction has ended, or it is another database's. */
const NOT_THERE = new Set(['22023', '55000', '0A000', '42704', '58P01'])

/** Waiting for a lock behind a statement that itself waits for this snapshot's end would never end. */
export async function waitForLocks(client: Client, patienceMs: number): Promise<void> {
  await client.query(`SET lock_timeout = ${Math.max(1, Math.round(patienceMs))}`)
}

async function exportAgain(client: Client): Promise<Exported> {
  const { rows } = await client.query<{ snapshot: string }>(
    'SELECT pg_catalog.pg_export_snapshot() AS snapshot',
  )
  return { snapshot: rows[0]!.snapshot, sees: await seenBy(client) }
}

async function seenBy(client: Client): Promise<string> {
  const { rows } = await client.query<{ sees: string }>(
    'SELECT pg_catalog.txid_current_snapshot()::text AS sees',
  )
  return rows[0]!.sees
}

/** The quoted names of all tables that the role may read. */
async function lockable(client: Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname = ANY ($1::text[])
        AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
      ORDER BY c.oid`,
    [await schemasOf(client, schema)],
  )
  return rows.map(row => qualified(row.schema, row.name))
}

/** Whether all are locked now; not where one of them is gone. */
async function locked(client: Client, tables: string[]): Promise<boolean> {
  if (tables.length === 0) return true
  const only = tables.map(table => `ONLY ${table}`).join(', ')
  try {
    await client.query(`LOCK TABLE ${only} IN ACCESS SHARE MODE`)
    return true
  } catch (error) {
    if (!isServerError(error)) throw error
    if (error.code === UNDEFINED_TABLE || error.code === NO_SUCH_SCHEMA) return false
    throw error.code === TOO_MANY_LOCKS ? tooMany(tables.length) : error
  }
}

const UNDEFINED_TABLE = '42P01'
const NO_SUCH_SCHEMA = '3F000'
const TOO_MANY_LOCKS = '53200'

const tooMany = (tables: number) =>
  new Failure({
    code: 'source',
    object: 'the source',
    message: `the server has no room for the locks that keep ${tables} tables from being dropped or emptied while they are read`,
    remedy:
      'Raise max_locks_per_transaction of the source, or name the schemas that are wanted with ?schema=…',
  })
