/** Objects that stand on tables: what a `DROP TABLE` would refuse for, or take along. */
import type { Client } from 'pg'

/** An object that depends on a table, whoever made it. */
export interface Dependent {
  kind: 'view' | 'foreign key' | 'table' | 'function' | 'other'
  schema: string
  /** Of a foreign key: its own name; `of` is the table that has it. */
  name: string
  of?: string
  /** The server's words for it. */
  text: string
  /** The table that it depends on. */
  on: { schema: string; name: string }
}

/**
 * Objects that depend on the tables, directly or over views, and are no part of them (indexes, own constraints,
 * triggers, sequences of columns). Tables that are not there have none.
 */
export async function dependentsOf(
  client: Client,
  tables: readonly { schema: string; name: string }[],
): Promise<Dependent[]> {
  const { rows } = await client.query<Omit<Dependent, 'of'> & { of: string | null }>(DEPENDENTS, [
    tables.map(t => t.schema),
    tables.map(t => t.name),
  ])
  return rows.map(({ of, ...dependent }) => ({ ...dependent, ...(of !== null && { of }) }))
}

/** A view depends through its rule: from there the search goes on with the view. */
const DEPENDENTS = `
  WITH RECURSIVE wanted AS (
    SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name
      FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) AS t(schema, name)
      JOIN pg_namespace n ON n.nspname = t.schema
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
  ), found AS (
    SELECT 'pg_class'::regclass AS class, w.oid AS object, w.oid AS root FROM wanted w
    UNION
    SELECT CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END,
           CASE WHEN r.oid IS NULL THEN d.objid ELSE r.ev_class END, f.root
      FROM found f
      JOIN pg_depend d ON d.deptype IN ('n', 'P', 'S')
       AND (d.refclassid, d.refobjid) IN (
             (f.class, f.object),
             ('pg_type'::regclass, (SELECT reltype FROM pg_class WHERE oid = f.object AND f.class = 'pg_class'::regclass)))
      LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
     WHERE NOT (d.classid = 'pg_constraint'::regclass
                AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND k.conrelid = f.object AND k.contype <> 'f'))
  )
  SELECT DISTINCT
         CASE WHEN k.contype = 'f' THEN 'foreign key'
              WHEN c.relkind IN ('v', 'm') THEN 'view'
              WHEN c.relkind IN ('r', 'p', 'f') THEN 'table'
              WHEN f.class = 'pg_proc'::regclass THEN 'function' ELSE 'other' END AS kind,
         coalesce(n.nspname, kn.nspname, pn.nspname, '')::text AS schema,
         coalesce(c.relname, k.conname, p.proname, '')::text AS name,
         kc.relname::text AS of,
         pg_describe_object(f.class, f.object, 0) AS text,
         jsonb_build_object('schema', w.schema, 'name', w.name) AS "on"
    FROM found f
    JOIN wanted w ON w.oid = f.root
    LEFT JOIN pg_class c ON f.class = 'pg_class'::regclass AND c.oid = f.object
    LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_constraint k ON f.class = 'pg_constraint'::regclass AND k.oid = f.object
    LEFT JOIN pg_class kc ON kc.oid = k.conrelid
    LEFT JOIN pg_namespace kn ON kn.oid = kc.relnamespace
    LEFT JOIN pg_proc p ON f.class = 'pg_proc'::regclass AND p.oid = f.object
    LEFT JOIN pg_namespace pn ON pn.oid = p.pronamespace
   WHERE NOT (f.class = 'pg_class'::regclass AND f.object IN (SELECT oid FROM wanted))
     AND (k.oid IS NULL OR k.conrelid NOT IN (SELECT oid FROM wanted))
     AND NOT EXISTS (SELECT FROM (
           SELECT 'pg_policy'::regclass AS class, oid, polrelid AS relation FROM pg_policy
           UNION ALL SELECT 'pg_attrdef'::regclass, oid, adrelid FROM pg_attrdef
           UNION ALL SELECT 'pg_trigger'::regclass, oid, tgrelid FROM pg_trigger) AS part
          WHERE (part.class, part.oid) = (f.class, f.object) AND part.relation IN (SELECT oid FROM wanted))
     AND coalesce(c.relkind, 'r') NOT IN ('i', 'I', 'S', 't')`
