/** What tells a database from every other, also from itself dropped and made anew. */
import type { Client } from 'pg'
import type { TargetIdentity } from '../../model/target.ts'

/**
 * The cluster's system identifier with the database's oid and name. Where a provider keeps
 * `pg_control_system()` from the role, a fingerprint of what stays the same in a cluster and is readable takes
 * its place (`unread-…`): the oids and names of its first roles and databases, its port and its name.
 */
export async function identity(client: Client): Promise<TargetIdentity> {
  const { rows } = await client.query<Omit<TargetIdentity, 'systemIdentifier'> & { allowed: boolean }>(
    `SELECT oid::text AS "databaseOid", datname::text AS database,
            has_function_privilege('pg_control_system()', 'EXECUTE') AS allowed
       FROM pg_database WHERE datname = current_database()`,
  )
  const { databaseOid, database, allowed } = rows[0]!
  return { systemIdentifier: await one(client, allowed ? CONTROL : FINGERPRINT), databaseOid, database }
}

const CONTROL = `SELECT system_identifier::text AS id FROM pg_control_system()`

const FINGERPRINT = `
  SELECT 'unread-' || md5(concat_ws('/', current_setting('port'), current_setting('cluster_name'),
           (SELECT string_agg(oid || ':' || rolname, ',' ORDER BY oid) FROM pg_roles WHERE oid <= 10),
           (SELECT string_agg(oid || ':' || datname, ',' ORDER BY oid) FROM pg_database
             WHERE datistemplate OR datname = current_database()))) AS id`

async function one(client: Client, sql: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(sql)
  return rows[0]!.id
}
