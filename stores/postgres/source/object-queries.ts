/**
 * The objects of a source that are no rows and no parts of tables, as queries with the columns `kind`, `schema`, `name`,
 * `relation` (oid of the table or view that has it) and `sql` (empty where the server prints none).
 */
import { NOT_OURS, notOfExtension } from './scope.ts'

const OF_SCHEMAS = `n.nspname = ANY ($1::text[])`
const NO_TABLE = 'NULL::oid'

/** That the server did not make it for another object, as the functions and casts of a range type. */
const notOfItsOwn = (catalog: string, oid: string) => `
         NOT EXISTS (SELECT FROM pg_catalog.pg_depend i
                      WHERE i.classid = 'pg_catalog.${catalog}'::regclass AND i.objid = ${oid} AND i.deptype = 'i')`

/** An object of a catalog that has a schema, and nothing to print. */
const named = (kind: string, catalog: string, name: string, namespace: string) => `
  SELECT '${kind}', n.nspname::text, o.${name}::text, ${NO_TABLE}, ''
    FROM pg_catalog.${catalog} o JOIN pg_catalog.pg_namespace n ON n.oid = o.${namespace}
   WHERE ${OF_SCHEMAS} AND ${notOfExtension(catalog, 'o.oid')}`

export const OBJECTS_OF_SCHEMAS = [
  `
  SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
         n.nspname::text AS schema,
         p.proname::text || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' AS name,
         ${NO_TABLE} AS relation,
         CASE WHEN p.prokind = 'a' THEN '' ELSE pg_catalog.pg_get_functiondef(p.oid) END AS sql
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   WHERE ${OF_SCHEMAS} AND ${notOfExtension('pg_proc', 'p.oid')}
     AND ${notOfItsOwn('pg_proc', 'p.oid')}`,
  `
  SELECT 'foreign table', n.nspname::text, c.relname::text, ${NO_TABLE}, ''
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'f' AND ${OF_SCHEMAS} AND ${NOT_OURS} AND ${notOfExtension('pg_class', 'c.oid')}`,
  `
  SELECT 'composite type', n.nspname::text, c.relname::text, ${NO_TABLE},
         pg_catalog.format('CREATE TYPE %I.%I AS (%s)', n.nspname, c.relname,
           (SELECT pg_catalog.string_agg(pg_catalog.format('%I %s', a.attname,
                                           pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
              FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_type t ON t.typrelid = c.oid
   WHERE c.relkind = 'c' AND ${OF_SCHEMAS} AND ${notOfExtension('pg_type', 't.oid')}`,
  `
  SELECT 'range type', n.nspname::text, t.typname::text, ${NO_TABLE},
         pg_catalog.format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s)', n.nspname, t.typname,
           pg_catalog.format_type(r.rngsubtype, NULL))
    FROM pg_catalog.pg_range r JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
   WHERE ${OF_SCHEMAS} AND ${notOfExtension('pg_type', 't.oid')}`,
  `
  SELECT 'type', n.nspname::text, t.typname::text, ${NO_TABLE}, ''
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
   WHERE t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
     AND ${OF_SCHEMAS} AND ${notOfExtension('pg_type', 't.oid')}`,
  named('operator', 'pg_operator', 'oprname', 'oprnamespace'),
  named('operator class', 'pg_opclass', 'opcname', 'opcnamespace'),
  named('operator family', 'pg_opfamily', 'opfname', 'opfnamespace'),
  named('collation', 'pg_collation', 'collname', 'collnamespace'),
  named('conversion', 'pg_conversion', 'conname', 'connamespace'),
  named('text search configuration', 'pg_ts_config', 'cfgname', 'cfgnamespace'),
  named('text search dictionary', 'pg_ts_dict', 'dictname', 'dictnamespace'),
  named('text search parser', 'pg_ts_parser', 'prsname', 'prsnamespace'),
  named('text search template', 'pg_ts_template', 'tmplname', 'tmplnamespace'),
].join('\n UNION ALL ')

/** A table or view of these schemas, and what belongs to it. */
const ON = `pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                                                     AND ${OF_SCHEMAS} AND ${NOT_OURS}
                                                     AND ${notOfExtension('pg_class', 'c.oid')}`

const COMMANDS = `CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END`

/** Those that partitions have from their parents stand for nothing of their own. */
export const OBJECTS_OF_TABLES = (version: number): string => `
  SELECT 'trigger', n.nspname::text, t.tgname::text, c.oid, pg_catalog.pg_get_triggerdef(t.oid)
    FROM pg_catalog.pg_trigger t JOIN (${ON}) ON c.oid = t.tgrelid
   WHERE NOT t.tgisinternal ${version >= 130000 ? 'AND t.tgparentid = 0' : ''}
 UNION ALL
  SELECT 'rule', n.nspname::text, r.rulename::text, c.oid, pg_catalog.pg_get_ruledef(r.oid)
    FROM pg_catalog.pg_rewrite r JOIN (${ON}) ON c.oid = r.ev_class
   WHERE r.rulename <> '_RETURN'
 UNION ALL
  SELECT 'row security', n.nspname::text, c.relname::text, c.oid,
         pg_catalog.format('ALTER TABLE %I.%I %s ROW LEVEL SECURITY', n.nspname, c.relname,
                           CASE WHEN c.relforcerowsecurity THEN 'FORCE' ELSE 'ENABLE' END)
    FROM ${ON}
   WHERE c.relrowsecurity OR c.relforcerowsecurity
 UNION ALL
  SELECT 'policy', n.nspname::text, p.polname::text, c.oid,
         pg_catalog.format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s', p.polname, n.nspname, c.relname,
                           CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, ${COMMANDS},
                           (SELECT pg_catalog.string_agg(CASE o WHEN 0 THEN 'PUBLIC' ELSE o::regrole::text END, ', ')
                              FROM pg_catalog.unnest(p.polroles) AS o))
           || coalesce(' USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')', '')
           || coalesce(' WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
    FROM pg_catalog.pg_policy p JOIN (${ON}) ON c.oid = p.polrelid
 UNION ALL
  SELECT 'statistics', n.nspname::text, s.stxname::text, c.oid, pg_catalog.pg_get_statisticsobjdef(s.oid)
    FROM pg_catalog.pg_statistic_ext s JOIN (${ON}) ON c.oid = s.stxrelid`

/** Of the whole database; large objects as one. */
export const OBJECTS_OF_DATABASE = `
  SELECT 'extension', NULL::text, e.extname::text, ${NO_TABLE},
         pg_catalog.format('CREATE EXTENSION %I SCHEMA %I', e.extname, n.nspname)
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
   WHERE e.extname <> 'plpgsql'
 UNION ALL
  SELECT 'event trigger', NULL, e.evtname::text, ${NO_TABLE},
         pg_catalog.format('CREATE EVENT TRIGGER %I ON %s EXECUTE FUNCTION %s()', e.evtname, e.evtevent,
                           e.evtfoid::pg_catalog.regproc)
    FROM pg_catalog.pg_event_trigger e WHERE ${notOfExtension('pg_event_trigger', 'e.oid')}
 UNION ALL
  SELECT 'publication', NULL, p.pubname::text, ${NO_TABLE}, '' FROM pg_catalog.pg_publication p
 UNION ALL
  SELECT 'subscription', NULL, s.subname::text, ${NO_TABLE}, ''
    FROM pg_catalog.pg_subscription s
    JOIN pg_catalog.pg_database d ON d.oid = s.subdbid AND d.datname = pg_catalog.current_database()
 UNION ALL
  SELECT 'foreign data wrapper', NULL, w.fdwname::text, ${NO_TABLE}, ''
    FROM pg_catalog.pg_foreign_data_wrapper w WHERE ${notOfExtension('pg_foreign_data_wrapper', 'w.oid')}
 UNION ALL
  SELECT 'foreign server', NULL, s.srvname::text, ${NO_TABLE}, ''
    FROM pg_catalog.pg_foreign_server s WHERE ${notOfExtension('pg_foreign_server', 's.oid')}
 UNION ALL
  SELECT 'language', NULL, l.lanname::text, ${NO_TABLE}, ''
    FROM pg_catalog.pg_language l WHERE l.oid >= 16384 AND ${notOfExtension('pg_language', 'l.oid')}
 UNION ALL
  SELECT 'cast', NULL, pg_catalog.format_type(k.castsource, NULL) || ' as ' || pg_catalog.format_type(k.casttarget, NULL),
         ${NO_TABLE}, ''
    FROM pg_catalog.pg_cast k WHERE k.oid >= 16384 AND ${notOfExtension('pg_cast', 'k.oid')}
     AND ${notOfItsOwn('pg_cast', 'k.oid')}
 UNION ALL
  SELECT 'large objects', NULL, pg_catalog.count(*)::text, ${NO_TABLE}, ''
    FROM pg_catalog.pg_largeobject_metadata HAVING pg_catalog.count(*) > 0`
