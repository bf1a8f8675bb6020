/** What hangs on the relations of a schema: views that read them, functions that their triggers call. */
import type { Client } from 'pg'
import type { ExistingView, RelationName, TriggerFunction } from '../../model/target.ts'

/** By the name of a table of the schema, the views that read it. */
export async function readersOfTables(client: Client, schema: string): Promise<Map<string, RelationName[]>> {
  const { rows } = await client.query<{ name: string; readBy: RelationName[] }>(
    `SELECT c.relname::text AS name, ${READERS} AS "readBy"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')`,
    [schema],
  )
  return new Map(rows.map(({ name, readBy }) => [name, readBy]))
}

/** Plain views of the schema, without those of extensions. */
export async function describeViews(client: Client, schema: string): Promise<ExistingView[]> {
  const { rows } = await client.query<ExistingView>(
    `SELECT c.relname::text AS name, pg_has_role(c.relowner, 'USAGE') AS owns, ${READERS} AS "readBy"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind = 'v' AND ${NO_EXTENSION('c', 'pg_class')}
      ORDER BY c.relname`,
    [schema],
  )
  return rows
}

/** A view hangs on what it reads by way of its rewrite rule; on itself as well. */
const READERS = `(
  SELECT coalesce(json_agg(DISTINCT jsonb_build_object('schema', vn.nspname, 'name', v.relname)), '[]')
    FROM pg_depend d
    JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm') AND v.oid <> c.oid
    JOIN pg_namespace vn ON vn.oid = v.relnamespace
   WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)`

/** Functions of the schema without arguments that some trigger calls. */
export async function describeTriggerFunctions(client: Client, schema: string): Promise<TriggerFunction[]> {
  const { rows } = await client.query<TriggerFunction>(
    `SELECT p.proname::text AS name, pg_has_role(p.proowner, 'USAGE') AS owns,
            json_agg(DISTINCT jsonb_build_object('schema', cn.nspname, 'name', c.relname)) AS on
       FROM pg_proc p
       JOIN pg_namespace n ON n.oid = p.pronamespace
       JOIN pg_trigger t ON t.tgfoid = p.oid AND NOT t.tgisinternal
       JOIN pg_class c ON c.oid = t.tgrelid
       JOIN pg_namespace cn ON cn.oid = c.relnamespace
      WHERE n.nspname = $1 AND p.pronargs = 0 AND ${NO_EXTENSION('p', 'pg_proc')}
      GROUP BY p.oid, p.proname, p.proowner
      ORDER BY p.proname`,
    [schema],
  )
  return rows
}

const NO_EXTENSION = (alias: string, catalog: string) =>
  `NOT EXISTS (SELECT FROM pg_depend e
                WHERE e.classid = '${catalog}'::regclass AND e.objid = ${alias}.oid AND e.deptype = 'e')`
