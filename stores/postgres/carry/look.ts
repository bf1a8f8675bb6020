/** A target as the planner of PostgreSQL → PostgreSQL sees it: all of it that the source may have as well. */
import type { Client } from 'pg'
import { placeKey, type SequenceStand } from '../../../model/carry/objects.ts'
import type { CarryTarget, RelationThere } from '../../../model/carry/target.ts'

export async function lookForCarry(client: Client): Promise<CarryTarget> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int AS version`,
  )
  return {
    version: rows[0]!.version,
    schemas: new Set(
      await names(client, `SELECT nspname::text AS name, '' AS schema FROM pg_catalog.pg_namespace`, 'name'),
    ),
    relations: await relations(client),
    types: new Set(await names(client, TYPES, 'place')),
    functions: new Set(await names(client, FUNCTIONS, 'place')),
    sequences: await sequencesThere(client),
    extensions: await extensions(client),
  }
}

type Place = { schema: string; name: string }

async function names(client: Client, sql: string, as: 'name' | 'place'): Promise<string[]> {
  const { rows } = await client.query<Place>(sql)
  return rows.map(place => (as === 'name' ? place.name : placeKey(place)))
}

const TYPES = `
  SELECT n.nspname::text AS schema, t.typname::text AS name
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`

const FUNCTIONS = `
  SELECT n.nspname::text AS schema,
         pg_catalog.format('%s(%s)', p.proname, pg_catalog.oidvectortypes(p.proargtypes)) AS name
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')`

async function relations(client: Client): Promise<Map<string, RelationThere>> {
  const { rows } = await client.query<Place & { kind: string; columns: Record<string, string> }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
            coalesce((SELECT pg_catalog.jsonb_object_agg(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
                        FROM pg_catalog.pg_attribute a
                       WHERE c.relkind = 'r' AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                         AND a.attgenerated = ''), '{}') AS columns
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'`,
  )
  const found = new Map<string, RelationThere>()
  for (const { kind, columns, ...place } of rows) {
    const hasRows = kind === 'r' && (await isFilled(client, place))
    found.set(placeKey(place), { kind, hasRows, columns: new Map(Object.entries(columns)) })
  }
  return found
}

/** What the role may not read counts as filled: it cannot be loaded into either. */
async function isFilled(client: Client, { schema, name }: Place): Promise<boolean> {
  const { rows } = await client.query<{ readable: boolean; place: string }>(
    `SELECT pg_catalog.has_table_privilege(place, 'SELECT') AS readable, place::text AS place
       FROM pg_catalog.to_regclass(pg_catalog.format('%I.%I', $1::text, $2::text)) AS place`,
    [schema, name],
  )
  if (!rows[0]!.readable) return true
  const { rows: filled } = await client.query<{ filled: boolean }>(
    `SELECT EXISTS (SELECT FROM ONLY ${rows[0]!.place}) AS filled`,
  )
  return filled[0]!.filled
}

/** By `placeKey`; of those that the role may not read only the first number. */
export async function sequencesThere(client: Client): Promise<Map<string, SequenceStand>> {
  const { rows } = await client.query<SequenceStand>(
    `SELECT schemaname::text AS schema, sequencename::text AS name, coalesce(last_value, start_value)::text AS last,
            last_value IS NOT NULL AS called
       FROM pg_catalog.pg_sequences`,
  )
  return new Map(rows.map(stand => [placeKey(stand), stand]))
}

async function extensions(client: Client): Promise<CarryTarget['extensions']> {
  const { rows } = await client.query<{ name: string; installed: boolean; mayCreate: boolean }>(
    `SELECT e.name::text AS name, e.installed_version IS NOT NULL AS installed,
            coalesce(r.rolsuper OR NOT v.superuser
              OR v.trusted AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'), false) AS "mayCreate"
       FROM pg_catalog.pg_available_extensions e
       LEFT JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
       LEFT JOIN pg_catalog.pg_roles r ON r.rolname = current_user`,
  )
  return new Map(rows.map(({ name, ...there }) => [name, there]))
}
