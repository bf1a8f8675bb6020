/** What a table is besides its rows, as lines of text that are equal for equal tables. */
import type { Client } from 'pg'
import type { Relation } from './fingerprint.ts'

/** By what it is about; the lines of each are sorted, but for columns, which have an order. */
export interface TableCatalog {
  columns: string[]
  constraints: string[]
  indexes: string[]
  triggers: string[]
  rules: string[]
  policies: string[]
  /** Owner, persistence, row security, inheritance. */
  table: string[]
  /** Who may do what, on the table and on columns. */
  grants: string[]
  comments: string[]
  /** Sequences that belong to columns, or that defaults draw from, with where they stand. */
  sequences: string[]
}

const PARTS = [
  'columns',
  'constraints',
  'indexes',
  'triggers',
  'rules',
  'policies',
  'table',
  'grants',
  'comments',
  'sequences',
] as const satisfies readonly (keyof TableCatalog)[]

/** Needs a search path of `pg_catalog` alone, so that every name comes with its schema. */
export async function catalogOf(client: Client, { schema, name }: Relation): Promise<TableCatalog> {
  const { rows } = await client.query<TableCatalog>(CATALOG, [schema, name])
  return rows[0] ?? (Object.fromEntries(PARTS.map(part => [part, []])) as unknown as TableCatalog)
}

/**
 * The differences in words, a line each; empty where there are none. `loose`: for a table that a dump restored, whose
 * expressions the server may print with other casts and brackets than before.
 */
export function catalogDifferences(
  before: TableCatalog,
  after: TableCatalog,
  { loose = false }: { loose?: boolean } = {},
): string[] {
  const form = loose ? plain : (line: string) => line
  return PARTS.flatMap(part => {
    const [old, now] = [before[part], after[part]]
    const has = (lines: string[], line: string) => lines.some(other => form(other) === form(line))
    return [
      ...old.filter(line => !has(now, line)).map(line => `${part}: no longer ${line}`),
      ...now.filter(line => !has(old, line)).map(line => `${part}: now ${line}`),
    ]
  })
}

/** Equal but for casts, brackets and blanks. */
export const sameLoosely = (a: string, b: string): boolean => plain(a) === plain(b)

/** Without casts, brackets and blanks: `x = ANY ((ARRAY['a'::varchar])::text[])` comes back as `x = ANY (ARRAY['a'::text])`. */
const plain = (line: string): string =>
  line
    .replace(
      /::(?:"[^"]*"|[\w.]+)(?: (?:varying|precision|with(?:out)? time zone))?(?:\(\d+(?:,\d+)?\))?(?:\[\])*/g,
      '',
    )
    .replace(/[()[\]\s]/g, '')

/** Rights as they are in force, so that a default that is written out equals one that is not. */
const RIGHTS = (acl: string) => `
         SELECT pg_catalog.format('%s to %s%s by %s', a.privilege_type,
                  CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                  CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END, a.grantor::regrole) AS line
           FROM pg_catalog.aclexplode(${acl}) AS a`

const SORTED = (select: string) =>
  `ARRAY(SELECT line FROM (${select}) AS l(line) ORDER BY line COLLATE pg_catalog."C")`

const CATALOG = `
  SELECT
    ARRAY(
      SELECT pg_catalog.format('%I %s%s%s%s%s%s%s%s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
               CASE WHEN a.attcollation <> y.typcollation THEN ' COLLATE ' || a.attcollation::regcollation::text ELSE '' END,
               CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
               CASE a.attidentity WHEN 'a' THEN ' IDENTITY ALWAYS' WHEN 'd' THEN ' IDENTITY BY DEFAULT' ELSE '' END,
               CASE WHEN d.oid IS NULL THEN '' WHEN a.attgenerated = '' THEN ' DEFAULT ' ELSE ' GENERATED ' END,
               coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), ''),
               CASE WHEN a.attstorage <> y.typstorage THEN ' STORAGE ' || a.attstorage::text ELSE '' END,
               CASE WHEN coalesce(a.attstattarget, -1) >= 0 THEN ' STATISTICS ' || a.attstattarget ELSE '' END)
        FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       ORDER BY a.attnum) AS columns,
    ${SORTED(`
      SELECT pg_catalog.format('%I %s', k.conname, pg_catalog.pg_get_constraintdef(k.oid))
        FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype <> 't'`)} AS constraints,
    ${SORTED(`
      SELECT pg_catalog.pg_get_indexdef(i.indexrelid)
               || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
               || CASE WHEN i.indisclustered THEN ' CLUSTERED' ELSE '' END
               || CASE WHEN i.indisreplident THEN ' REPLICA IDENTITY' ELSE '' END
        FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid
      UNION ALL
      SELECT pg_catalog.pg_get_statisticsobjdef(s.oid) FROM pg_catalog.pg_statistic_ext s WHERE s.stxrelid = c.oid`)} AS indexes,
    ${SORTED(`
      SELECT pg_catalog.pg_get_triggerdef(t.oid) || ' (' || t.tgenabled::text || ')'
        FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal`)} AS triggers,
    ${SORTED(`
      SELECT pg_catalog.pg_get_ruledef(r.oid) || ' (' || r.ev_enabled::text || ')'
        FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'`)} AS rules,
    ${SORTED(`
      SELECT pg_catalog.format('%I %s %s to %s using (%s) check (%s)', p.polname, p.polcmd,
               CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
               (SELECT pg_catalog.string_agg(CASE o WHEN 0 THEN 'PUBLIC' ELSE o::regrole::text END, ', '
                         ORDER BY o::regrole::text) FROM pg_catalog.unnest(p.polroles) AS o),
               pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
        FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid`)} AS policies,
    ${SORTED(`
      SELECT line FROM (VALUES
        ('owner ' || c.relowner::regrole::text),
        (CASE c.relpersistence WHEN 'p' THEN NULL WHEN 'u' THEN 'unlogged' ELSE 'temporary' END),
        (CASE WHEN c.relrowsecurity THEN 'row security' END),
        (CASE WHEN c.relforcerowsecurity THEN 'row security forced' END),
        (CASE WHEN c.relkind = 'p' THEN 'partitioned by ' || pg_catalog.pg_get_partkeydef(c.oid) END),
        (CASE WHEN c.relispartition THEN 'partition ' || pg_catalog.pg_get_expr(c.relpartbound, c.oid) END),
        ('replica identity ' || c.relreplident::text),
        ('options ' || pg_catalog.array_to_string(c.reloptions, ', '))) AS v(line) WHERE line IS NOT NULL
      UNION ALL
      SELECT 'inherits ' || h.inhparent::regclass::text FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid
      UNION ALL
      SELECT 'published in ' || pg_catalog.quote_ident(b.pubname)
        FROM pg_catalog.pg_publication_rel l JOIN pg_catalog.pg_publication b ON b.oid = l.prpubid
       WHERE l.prrelid = c.oid`)} AS "table",
    ${SORTED(`
      ${RIGHTS("coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))")}
      UNION ALL
      SELECT pg_catalog.quote_ident(a.attname) || ': ' || r.line
        FROM pg_catalog.pg_attribute a, LATERAL (${RIGHTS('a.attacl')}) AS r
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attacl IS NOT NULL`)} AS grants,
    ${SORTED(`
      SELECT coalesce(pg_catalog.quote_ident(a.attname) || ': ', '') || x.description
        FROM pg_catalog.pg_description x
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.objoid AND a.attnum = x.objsubid AND x.objsubid > 0
       WHERE x.classoid = 'pg_catalog.pg_class'::regclass AND x.objoid = c.oid`)} AS comments,
    ${SORTED(`
      SELECT pg_catalog.format('%s of %I: %s', q.seqrelid::regclass, a.attname,
               CASE WHEN NOT pg_catalog.has_sequence_privilege(q.seqrelid, 'USAGE, SELECT') THEN 'not readable'
                    ELSE coalesce(pg_catalog.pg_sequence_last_value(q.seqrelid)::text, 'not used') END)
        FROM pg_catalog.pg_sequence q
        JOIN (SELECT objid AS seq, refobjsubid AS num FROM pg_catalog.pg_depend
               WHERE classid = 'pg_catalog.pg_class'::regclass AND refclassid = 'pg_catalog.pg_class'::regclass
                 AND refobjid = c.oid AND refobjsubid > 0 AND deptype IN ('a', 'i')
              UNION
              SELECT p.refobjid, d.adnum FROM pg_catalog.pg_attrdef d
                JOIN pg_catalog.pg_depend p ON p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = d.oid
                 AND p.refclassid = 'pg_catalog.pg_class'::regclass
               WHERE d.adrelid = c.oid) AS s ON s.seq = q.seqrelid
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = s.num`)} AS sequences
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relname = $2`
