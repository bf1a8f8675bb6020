/** What a target is like: a handful of queries over the catalogs, each for all tables at once. */
import type { Client } from 'pg'
import { choosePlace, findLedger, OWN_SCHEMA } from '../../ledger/schema.ts'
import { isLedgerTable } from '../../model/ledger-names.ts'
import type { ExistingTable, TargetDescription } from '../../model/target.ts'
import { describeCollations } from './describe-collations.ts'
import { describeColumns } from './describe-columns.ts'
import { describeGrants } from './describe-grants.ts'
import { describeKeys } from './describe-keys.ts'
import { describeNames, describeTrigrams } from './describe-names.ts'
import { describeRights, NO_RIGHTS } from './describe-rights.ts'
import { withRows } from './describe-rows.ts'
import { describeTriggerFunctions, describeViews, readersOfTables } from './describe-views.ts'
import { freeBytes } from './free-space.ts'
import { identity } from './identity.ts'

interface Server {
  version: number
  release: string
  encoding: string
  role: string
  canCreateSchema: boolean
  temporary: boolean
  exists: boolean
  canCreate: boolean
}

/**
 * Describes the database that `client` speaks to and one schema of it. Sessions of other roles show their state only to members of `pg_read_all_stats`;
 * that they write is seen in any case, from the transaction id that they hold a lock on.
 */
export async function describeTarget(client: Client, schema: string): Promise<TargetDescription> {
  const server = await describeServer(client, schema)
  const free = await freeBytes(client)
  return {
    engine: `PostgreSQL ${server.release}`,
    version: server.version,
    identity: await identity(client),
    encoding: server.encoding,
    role: server.role,
    schema: { name: schema, exists: server.exists, canCreate: server.canCreate },
    canCreateSchema: server.canCreateSchema,
    ...(!server.temporary && { noTemporary: true as const }),
    takesLedger: server.canCreate || (await hasPlaceElsewhere(client, schema)),
    tables: server.exists ? await describeTables(client, schema) : [],
    relations: server.exists ? await otherRelations(client, schema) : [],
    views: await describeViews(client, schema),
    triggerFunctions: await describeTriggerFunctions(client, schema),
    ...(await describeNames(client, schema)),
    collations: await describeCollations(client),
    trigrams: await describeTrigrams(client),
    writers: await writers(client),
    ...(free !== undefined && { freeBytes: free }),
  }
}

async function hasPlaceElsewhere(client: Client, schema: string): Promise<boolean> {
  return (
    (await findLedger(client, schema)) !== undefined || (await choosePlace(client, schema)) === OWN_SCHEMA
  )
}

async function describeServer(client: Client, schema: string): Promise<Server> {
  const { rows } = await client.query<Server>(
    `SELECT current_setting('server_version_num')::int AS version,
            split_part(current_setting('server_version'), ' ', 1) AS release,
            current_setting('server_encoding') AS encoding,
            current_user::text AS role,
            has_database_privilege(current_database(), 'CREATE') AS "canCreateSchema",
            has_database_privilege(current_database(), 'TEMPORARY') AS temporary,
            n.oid IS NOT NULL AS exists,
            coalesce(has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE'), false)
              AS "canCreate"
       FROM (SELECT) AS one LEFT JOIN pg_namespace n ON n.nspname = $1`,
    [schema],
  )
  return rows[0]!
}

async function describeTables(client: Client, schema: string): Promise<ExistingTable[]> {
  const columns = await describeColumns(client, schema)
  const keys = await describeKeys(client, schema)
  const filled = await withRows(client, schema)
  const rights = await describeRights(client, schema)
  const { grants, secured, screened } = await describeGrants(client, schema)
  const triggers = await listed(client, TRIGGERS, schema)
  const views = await readersOfTables(client, schema)
  const users = [...columns].filter(([name]) => !isLedgerTable(name))
  return users.map(([name, list]) => ({
    name,
    hasRows: filled.has(name),
    rights: rights.get(name) ?? NO_RIGHTS,
    columns: list,
    ...(keys.primary.has(name) && { primaryKey: keys.primary.get(name)! }),
    uniques: keys.uniques.get(name) ?? [],
    ...(keys.deferrable.has(name) && { deferrable: keys.deferrable.get(name)! }),
    foreignKeys: keys.outgoing.get(name) ?? [],
    triggers: triggers.get(name) ?? [],
    referencedBy: keys.incoming.get(name) ?? [],
    views: views.get(name) ?? [],
    ...(grants.has(name) && { grants: grants.get(name)! }),
    ...(secured.has(name) && { rowSecurity: true }),
    ...(screened.has(name) && { screened: true }),
  }))
}

async function listed(client: Client, sql: string, schema: string): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ table: string; names: string[] }>(sql, [schema])
  return new Map(rows.map(({ table, names }) => [table, names]))
}

const TRIGGERS = `
  SELECT c.relname::text AS table, array_agg(t.tgname::text ORDER BY t.tgname) AS names
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
   GROUP BY c.oid, c.relname`

async function otherRelations(client: Client, schema: string): Promise<TargetDescription['relations']> {
  const { rows } = await client.query<{ name: string; kind: string; table: string | null }>(
    `SELECT c.relname::text AS name,
            CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index'
                           WHEN 'I' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table'
                           WHEN 'c' THEN 'type' ELSE 'relation' END AS kind,
            (SELECT o.relname::text FROM pg_class o WHERE o.oid = coalesce(i.indrelid, s.refobjid)) AS table
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_index i ON i.indexrelid = c.oid
       LEFT JOIN pg_depend s ON c.relkind = 'S' AND s.classid = 'pg_class'::regclass AND s.objid = c.oid
                            AND s.refclassid = 'pg_class'::regclass AND s.deptype IN ('a', 'i')
      WHERE n.nspname = $1 AND c.relkind NOT IN ('r', 'p', 't')
      ORDER BY c.relname`,
    [schema],
  )
  return rows.map(({ name, kind, table }) => ({ name, kind, ...(table !== null && { table }) }))
}

async function writers(client: Client): Promise<TargetDescription['writers']> {
  const { rows } = await client.query<TargetDescription['writers'][number]>(
    `SELECT a.pid, coalesce(a.usename::text, '') AS role, coalesce(a.application_name, '') AS application,
            coalesce(a.state, 'in a transaction that writes') AS state
       FROM pg_stat_activity a
      WHERE a.datname = current_database()
        AND a.pid <> pg_backend_pid()
        AND a.usename IS NOT NULL
        AND (a.state LIKE 'idle in transaction%'
             OR EXISTS (SELECT FROM pg_locks l
                         WHERE l.pid = a.pid AND l.locktype = 'transactionid'
                           AND l.mode = 'ExclusiveLock' AND l.granted))
      ORDER BY a.pid`,
  )
  return rows
}
