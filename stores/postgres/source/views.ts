/** The views of a source, each after those that it reads. */
import type { Client } from 'pg'
import type { PostgresView } from '../../../model/postgres-schema.ts'
import { NOT_OURS, notOfExtension } from './scope.ts'

interface ViewRow extends PostgresView {
  oid: number
  /** Oids of relations that it reads. */
  reads: number[]
}

export async function describeViews(client: Client, schemas: string[]): Promise<PostgresView[]> {
  const { rows } = await client.query<ViewRow>(VIEWS, [schemas])
  return inOrder(rows).map(({ oid: _oid, reads: _reads, ...view }) => ({
    ...view,
    query: view.query.trim().replace(/;$/, ''),
  }))
}

function inOrder(views: ViewRow[]): ViewRow[] {
  const all = new Map(views.map(view => [view.oid, view]))
  const done = new Set<ViewRow>()
  const put = (view: ViewRow | undefined): void => {
    // The server lets no view read itself, not even through others.
    if (!view || done.has(view)) return
    for (const oid of view.reads) if (oid !== view.oid) put(all.get(oid))
    done.add(view)
  }
  views.forEach(put)
  return [...done]
}

const VIEWS = `
  SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind = 'm' AS materialized,
         ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns,
         ARRAY(SELECT DISTINCT d.refobjid FROM pg_catalog.pg_rewrite r
                 JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
                WHERE r.ev_class = c.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass) AS reads,
         pg_catalog.pg_get_viewdef(c.oid) AS query
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND n.nspname = ANY ($1::text[])
     AND ${NOT_OURS} AND ${notOfExtension('pg_class', 'c.oid')}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`
