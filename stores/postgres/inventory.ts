/** Everything that a dump of a database has to bring back, as lines of text: objects, owners, rights, stands. */
import type { Client } from 'pg'
import type { Relation } from './fingerprint.ts'

/** Leaves out schemas of the server's own, temporary ones, what belongs to extensions, and the relations of `but`. */
const USERS = (namespace: string) =>
  `${namespace}.nspname !~ '^pg_' AND ${namespace}.nspname <> 'information_schema'`
const OWN = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.${catalog}'::regclass
                 AND e.objid = ${oid} AND e.deptype = 'e')`

/** Tables with rows of their own, and partitioned ones, whose rows are those of their parts. */
export interface DumpedTable extends Relation {
  partitioned: boolean
  /** As `pg_restore` writes it: each name quoted where it must be. */
  shown: string
}

/** The tables that a dump holds; without those of the ledger where `but` names them. */
export async function dumpedTables(client: Client, but: readonly Relation[]): Promise<DumpedTable[]> {
  const { rows } = await client.query<DumpedTable>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind = 'p' AS partitioned,
            pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS shown
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND ${USERS('n')} AND ${OWN('pg_class', 'c.oid')}
        AND NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS b(s, t)
                         WHERE b.s = n.nspname AND b.t = c.relname)
      ORDER BY 1, 2`,
    lists(but),
  )
  return rows
}

const lists = (relations: readonly Relation[]) => [relations.map(r => r.schema), relations.map(r => r.name)]

/** Sorted lines, one for each object; of tables more is in `catalogOf`. */
export async function inventory(client: Client, but: readonly Relation[]): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT line FROM (${PARTS.join('\n UNION ALL \n')}) AS parts WHERE line IS NOT NULL ORDER BY line COLLATE pg_catalog."C"`,
    lists(but),
  )
  return rows.map(({ line }) => line)
}

const ACL = (acl: string, kind: string, owner: string) =>
  `(SELECT coalesce(pg_catalog.string_agg(a.privilege_type || ' to ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, ', '
             ORDER BY a.privilege_type, a.grantee::regrole::text), 'nobody')
      FROM pg_catalog.aclexplode(coalesce(${acl}, pg_catalog.acldefault('${kind}', ${owner}))) AS a)`

const NOT_LEFT_OUT = `
  NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS b(s, t)
               WHERE b.s = n.nspname AND (b.t = c.relname OR pg_catalog.starts_with(c.relname, b.t || '_') AND c.relkind IN ('i', 'S')))`

const PARTS = [
  `SELECT pg_catalog.format('schema %I of %s: %s', n.nspname, n.nspowner::regrole, ${ACL('n.nspacl', 'n', 'n.nspowner')}) AS line
     FROM pg_catalog.pg_namespace n
    WHERE ${USERS('n')} AND ${OWN('pg_namespace', 'n.oid')}
      AND NOT (n.nspname = ANY ($1) AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND ${NOT_LEFT_OUT}))`,
  `SELECT pg_catalog.format('relation %s %I.%I of %s: %s', c.relkind::text, n.nspname, c.relname, c.relowner::regrole,
            CASE WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f') THEN ${ACL('c.relacl', 'r', 'c.relowner')}
                 WHEN c.relkind = 'S' THEN ${ACL('c.relacl', 's', 'c.relowner')} END)
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND c.relpersistence <> 't' AND ${USERS('n')}
      AND ${OWN('pg_class', 'c.oid')} AND ${NOT_LEFT_OUT}`,
  `SELECT pg_catalog.format('view %I.%I: %s', n.nspname, c.relname, pg_catalog.pg_get_viewdef(c.oid))
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND ${USERS('n')} AND ${OWN('pg_class', 'c.oid')}`,
  `SELECT pg_catalog.format('sequence %I.%I: %s', n.nspname, c.relname, coalesce(pg_catalog.pg_sequence_last_value(q.seqrelid)::text, 'not used'))
     FROM pg_catalog.pg_sequence q JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't' AND ${USERS('n')} AND ${OWN('pg_class', 'q.seqrelid')} AND ${NOT_LEFT_OUT}
      AND pg_catalog.has_sequence_privilege(q.seqrelid, 'USAGE, SELECT')`,
  `SELECT pg_catalog.format('routine %I.%I(%s) of %s, %s: %s', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid),
            p.proowner::regrole, pg_catalog.md5(p.prosrc), ${ACL('p.proacl', 'f', 'p.proowner')})
     FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE ${USERS('n')} AND ${OWN('pg_proc', 'p.oid')}`,
  `SELECT pg_catalog.format('type %I.%I of %s%s', n.nspname, t.typname, t.typowner::regrole,
            (SELECT ': ' || pg_catalog.string_agg(l.enumlabel, ', ' ORDER BY l.enumsortorder) FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid))
     FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r') AND ${USERS('n')} AND ${OWN('pg_type', 't.oid')}`,
  `SELECT pg_catalog.format('extension %I in %I', x.extname, n.nspname)
     FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace`,
  `SELECT pg_catalog.format('large objects: %s', pg_catalog.count(*)) FROM pg_catalog.pg_largeobject_metadata`,
]
