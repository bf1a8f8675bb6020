/** Names of the schema that relations do not share, and the one extension that longhaul knows a use for. */
import type { Client } from 'pg'
import type { TargetDescription } from '../../model/target.ts'

/** Functions of a schema that a new one without arguments would collide with, and its extended statistics. */
export async function describeNames(
  client: Client,
  schema: string,
): Promise<Pick<TargetDescription, 'functions' | 'statistics'>> {
  const { rows } = await client.query<{ functions: string[]; statistics: string[] }>(
    `SELECT ARRAY(SELECT DISTINCT p.proname::text FROM pg_proc p
                   WHERE p.pronamespace = n.oid AND p.pronargs = 0 ORDER BY 1) AS functions,
            ARRAY(SELECT s.stxname::text FROM pg_statistic_ext s
                   WHERE s.stxnamespace = n.oid ORDER BY 1) AS statistics
       FROM pg_namespace n WHERE n.nspname = $1`,
    [schema],
  )
  return rows[0] ?? { functions: [], statistics: [] }
}

/** A trusted extension needs the right to create in the database; any other a superuser. */
export async function describeTrigrams(client: Client): Promise<TargetDescription['trigrams']> {
  const { rows } = await client.query<{ schema: string | null; canCreate: boolean }>(
    `SELECT (SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
              WHERE e.extname = 'pg_trgm') AS schema,
            EXISTS (SELECT FROM pg_available_extensions a
                      JOIN pg_available_extension_versions v
                        ON v.name = a.name AND v.version = a.default_version
                     WHERE a.name = 'pg_trgm'
                       AND (NOT v.superuser
                            OR v.trusted AND has_database_privilege(current_database(), 'CREATE')
                            OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))) AS "canCreate"`,
  )
  const { schema, canCreate } = rows[0]!
  return { ...(schema !== null && { schema }), canCreate }
}
