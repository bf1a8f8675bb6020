/**
 * The ledger's tables. They stand in the target, so that an effect and its record are one transaction; in a
 * schema of their own, or with a prefix in the target schema where the role may not create schemas.
 */

import { LEDGER_PREFIX, LEDGER_SCHEMA, LEDGER_TABLES } from '../model/ledger-names.ts'
import { quoteName } from '../model/sql-text.ts'
import { BEGIN } from './transaction.ts'

/** Version of these tables, written into every run's row. */
export const LEDGER_VERSION = 4

/** The least that the ledger needs from a connection; `pg.Client` has it. */
export interface Sql {
  // biome-ignore lint/suspicious/noExplicitAny: rows are named and typed by each statement's reader
  query(text: string, values?: unknown[]): Promise<{ rows: any[]; rowCount: number | null }>
}

/** Where a ledger stands; `prefix` is empty in a schema of its own. */
export interface Place {
  schema: string
  prefix: '' | typeof LEDGER_PREFIX
}

export type LedgerTable = (typeof LEDGER_TABLES)[number]

export const OWN_SCHEMA: Place = { schema: LEDGER_SCHEMA, prefix: '' }
export const placeIn = (schema: string): Place => ({ schema, prefix: LEDGER_PREFIX })

/** The quoted, qualified name of one of the ledger's tables. */
export function tableName(place: Place, table: LedgerTable): string {
  return `${quoteName(place.schema)}.${quoteName(place.prefix + table)}`
}

/**
 * The place of an existing ledger that this role can use: a schema of its own, else prefixed tables in
 * `schema`. One that belongs to others, in the same database, is none.
 */
export async function findLedger(sql: Sql, schema: string): Promise<Place | undefined> {
  for (const place of [OWN_SCHEMA, placeIn(schema)]) {
    const { rows } = await sql.query(
      `SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'r'
          AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
          AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
          AND EXISTS (SELECT FROM pg_catalog.pg_attribute
                       WHERE attrelid = c.oid AND attname = 'request_hash' AND NOT attisdropped)`,
      [place.schema, `${place.prefix}run`],
    )
    if (rows.length > 0) return place
  }
  return undefined
}

/** Where a new ledger goes: a schema of its own where the role may make or fill it, else into `schema`. */
export async function choosePlace(sql: Sql, schema: string): Promise<Place> {
  const { rows } = await sql.query(
    `SELECT CASE WHEN n.oid IS NULL THEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
                 ELSE pg_catalog.has_schema_privilege(n.oid, 'CREATE') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                      AND NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = n.oid AND relname = 'run')
            END AS may
       FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = $1`,
    [OWN_SCHEMA.schema],
  )
  return rows[0].may ? OWN_SCHEMA : placeIn(schema)
}

/** Without what only runs know that overwrite rows, and that a ledger from before such runs lacks. */
export const TELLING_TABLES: readonly LedgerTable[] = LEDGER_TABLES.filter(name => name !== 'overwritten')

/** What version 4 added to tables that were there. */
const ADDED: readonly (readonly [LedgerTable, string])[] = [
  ['chunk', 'written_by'],
  ['table_run', 'skipped'],
  ['table_run', 'note'],
]

/** Whether a ledger has these tables and all columns of this version; one that an earlier version made may lack some. */
export async function isCurrent(
  sql: Sql,
  place: Place,
  tables: readonly LedgerTable[] = LEDGER_TABLES,
): Promise<boolean> {
  const { rows } = await sql.query(
    `SELECT count(DISTINCT c.oid)::int AS tables, count(added.name)::int AS columns
       FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
       LEFT JOIN (pg_catalog.pg_attribute AS a
                  JOIN ROWS FROM (pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[])) AS added("table", name)
                    ON a.attname = added.name AND NOT a.attisdropped)
         ON a.attrelid = c.oid AND c.relname = added."table"
      WHERE n.nspname = $1 AND c.relname = ANY ($2) AND c.relkind = 'r'`,
    [
      place.schema,
      tables.map(table => `${place.prefix}${table}`),
      ADDED.map(([table]) => `${place.prefix}${table}`),
      ADDED.map(([, column]) => column),
    ],
  )
  return rows[0].tables === tables.length && rows[0].columns === ADDED.length
}

/** Makes a ledger, or what one of an earlier version lacks; its runs stay as they are, and can go on. */
export async function bringUpToDate(sql: Sql, place: Place): Promise<void> {
  if (!(await isCurrent(sql, place))) await createLedger(sql, place)
}

/** Makes the ledger, or what is missing of it; safe to run from several places at once. */
export async function createLedger(sql: Sql, place: Place): Promise<void> {
  for (let tries = 5; ; tries--) {
    try {
      return await attemptLedger(sql, place)
    } catch (error) {
      if (tries === 0 || !RACED.has((error as { code?: string }).code ?? '')) throw error
    }
  }
}

/**
 * Somebody made it at the same moment. The lock puts makers one after the other, but a session that waited
 * for it still looks into its old view of the catalog: only its next transaction sees what the other made.
 */
const RACED = new Set(['23505', '42P06', '42P07'])

async function attemptLedger(sql: Sql, place: Place): Promise<void> {
  await sql.query(BEGIN)
  try {
    // A session that stands in the midst of a commit would else keep everybody behind us waiting for as long.
    await sql.query(`SET LOCAL lock_timeout = '5s'`)
    await sql.query(`SELECT pg_catalog.pg_advisory_xact_lock(7017261646572)`)
    // PostgreSQL asks for the right to create a schema also where IF NOT EXISTS finds it.
    const { rows } = await sql.query('SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1', [place.schema])
    if (rows.length === 0) await sql.query(`CREATE SCHEMA "${place.schema}"`)
    for (const statement of ledgerDdl(place)) await sql.query(statement)
    await sql.query('COMMIT')
  } catch (error) {
    await sql.query('ROLLBACK').catch(() => {})
    throw error
  }
}

/** Drops the ledger once no run is left in it. */
export function dropLedgerSql(place: Place): string[] {
  const tables = `DROP TABLE IF EXISTS ${LEDGER_TABLES.map(table => tableName(place, table)).join(', ')} CASCADE`
  return place.prefix === '' ? [tables, dropEmptySchema(place.schema)] : [tables]
}

/** Others may have put something into a schema of that name, or own it: then it stays. */
const dropEmptySchema = (schema: string) => `
  DO $$ BEGIN
    DROP SCHEMA IF EXISTS "${schema}";
  EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN
    NULL;
  END $$`

function ledgerDdl(place: Place): string[] {
  const t = (table: LedgerTable) => tableName(place, table)
  return [
    `CREATE TABLE IF NOT EXISTS ${t('run')} (
       id             uuid        PRIMARY KEY,
       version        integer     NOT NULL,
       name           text        NOT NULL,
       request_hash   text        NOT NULL,
       plan_hash      text        NOT NULL,
       fingerprint    text        NOT NULL,
       source         text        NOT NULL,
       host           text        NOT NULL,
       home           text        NOT NULL,
       database       text        NOT NULL,
       target_tables  text[]      NOT NULL,
       epoch          bigint      NOT NULL DEFAULT 1,
       taken_at       timestamptz NOT NULL,
       attempt        integer     NOT NULL,
       state          text        NOT NULL,
       started_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
       updated_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
       ended_at       timestamptz,
       verdict        text,
       message        text,
       plan           json        NOT NULL
     )`,
    `CREATE TABLE IF NOT EXISTS ${t('step')} (
       run_id      uuid        NOT NULL REFERENCES ${t('run')} ON DELETE CASCADE,
       name        text        NOT NULL,
       state       text        NOT NULL,
       started_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
       ended_at    timestamptz,
       detail      text,
       PRIMARY KEY (run_id, name)
     )`,
    `CREATE TABLE IF NOT EXISTS ${t('table_run')} (
       run_id         uuid    NOT NULL REFERENCES ${t('run')} ON DELETE CASCADE,
       name           text    NOT NULL,
       expected       bigint  NOT NULL,
       chunked        boolean NOT NULL DEFAULT false,
       finished       boolean NOT NULL DEFAULT false,
       counted        bigint,
       source_digest  bytea,
       target_digest  bytea,
       verdict        text,
       error          text,
       PRIMARY KEY (run_id, name)
     )`,
    `CREATE TABLE IF NOT EXISTS ${t('chunk')} (
       run_id         uuid        NOT NULL REFERENCES ${t('run')} ON DELETE CASCADE,
       table_name     text        NOT NULL,
       no             integer     NOT NULL,
       after_key      text,
       up_to_key      text,
       epoch          bigint      NOT NULL DEFAULT 0,
       owner          text,
       backend_pid    integer,
       backend_start  timestamptz,
       claimed_at     timestamptz,
       done           boolean     NOT NULL DEFAULT false,
       done_at        timestamptz,
       rows_read      bigint      NOT NULL DEFAULT 0,
       rows_written   bigint      NOT NULL DEFAULT 0,
       skipped        bigint      NOT NULL DEFAULT 0,
       quarantined    bigint      NOT NULL DEFAULT 0,
       altered        bigint      NOT NULL DEFAULT 0,
       bytes          bigint      NOT NULL DEFAULT 0,
       digest         bytea,
       PRIMARY KEY (run_id, table_name, no)
     )`,
    `CREATE TABLE IF NOT EXISTS ${t('object')} (
       run_id         uuid        NOT NULL REFERENCES ${t('run')} ON DELETE CASCADE,
       no             bigint      GENERATED ALWAYS AS IDENTITY,
       kind           text        NOT NULL,
       table_name     text        NOT NULL,
       name           text        NOT NULL,
       undo           text[]      NOT NULL,
       epoch          bigint      NOT NULL DEFAULT 0,
       backend_pid    integer,
       backend_start  timestamptz,
       done           boolean     NOT NULL DEFAULT false,
       done_at        timestamptz,
       error          text,
       PRIMARY KEY (run_id, kind, table_name, name)
     )`,
    `CREATE TABLE IF NOT EXISTS ${t('quarantine')} (
       run_id       uuid        NOT NULL REFERENCES ${t('run')} ON DELETE CASCADE,
       table_name   text        NOT NULL,
       chunk_no     integer     NOT NULL,
       no           bigint      NOT NULL,
       kind         text        NOT NULL,
       key          text        NOT NULL,
       column_name  text        NOT NULL,
       reason       text        NOT NULL,
       original     bytea       NOT NULL,
       replayed_at  timestamptz,
       PRIMARY KEY (run_id, table_name, chunk_no, no)
     )`,
    // The transactions that wrote a chunk's rows, which tell them from rows of others in the same table:
    // the chunk's own, then one for each replay out of quarantine. As xmin shows them in `written_by::xid[]`;
    // subtransactions are listed as themselves. NULL in chunks that were done by version 3.
    `ALTER TABLE ${t('chunk')} ADD COLUMN IF NOT EXISTS written_by xid8[]`,
    // Without it each claim reads past all chunks that are done.
    `CREATE INDEX IF NOT EXISTS ${quoteName(`${place.prefix}chunk_open`)}
         ON ${t('chunk')} (run_id, table_name, no) WHERE NOT done`,
    // An operator has left it out; what had been made of it is taken back.
    `ALTER TABLE ${t('table_run')} ADD COLUMN IF NOT EXISTS skipped boolean NOT NULL DEFAULT false`,
    // What validation found and is no difference.
    `ALTER TABLE ${t('table_run')} ADD COLUMN IF NOT EXISTS note text`,
    `CREATE TABLE IF NOT EXISTS ${t('control')} (
       run_id      uuid        PRIMARY KEY REFERENCES ${t('run')} ON DELETE CASCADE,
       note        integer     NOT NULL,
       orders      json        NOT NULL,
       updated_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
     )`,
    // Each execution of a run counts its events from one; its epoch tells them apart.
    `CREATE TABLE IF NOT EXISTS ${t('event')} (
       run_id       uuid        NOT NULL REFERENCES ${t('run')} ON DELETE CASCADE,
       epoch        bigint      NOT NULL,
       no           integer     NOT NULL,
       at           timestamptz NOT NULL,
       kind         text        NOT NULL,
       object       text,
       by           text,
       comment      text,
       detail       text,
       PRIMARY KEY (run_id, epoch, no)
     )`,
    // Tables that were there: what they were like before the first write.
    `CREATE TABLE IF NOT EXISTS ${t('before')} (
       run_id       uuid        NOT NULL REFERENCES ${t('run')} ON DELETE CASCADE,
       table_name   text        NOT NULL,
       rows         bigint      NOT NULL,
       digest       text        NOT NULL,
       catalog      json        NOT NULL,
       PRIMARY KEY (run_id, table_name)
     )`,
    // Rows that were there, as they were before a chunk overwrote them: the texts of `imaged` columns, and the
    // transaction that had written the row, as its xmin.
    `CREATE TABLE IF NOT EXISTS ${t('overwritten')} (
       run_id       uuid        NOT NULL REFERENCES ${t('run')} ON DELETE CASCADE,
       table_name   text        NOT NULL,
       chunk_no     integer     NOT NULL,
       no           bigint      NOT NULL,
       image        text[]      NOT NULL,
       writer       xid         NOT NULL,
       PRIMARY KEY (run_id, table_name, chunk_no, no)
     )`,
  ]
}
