/** Rights of other roles on the tables of a schema, and whether row security narrows them. */
import type { Client } from 'pg'
import type { GrantPlan } from '../../model/plan.ts'

export interface Rights {
  grants: Map<string, GrantPlan[]>
  /** Tables with row security. */
  secured: Set<string>
  /** Those of them whose policies hold for the role of the session. */
  screened: Set<string>
}

/** By table. What a role may do as the owner counts as granted where that is not the role of the session. */
export async function describeGrants(client: Client, schema: string): Promise<Rights> {
  const { rows } = await client.query<GrantRow>(GRANTS, [schema])
  const grants = new Map<string, GrantPlan[]>()
  for (const { table, to, rights, grantable, columns } of rows) {
    const list = grants.get(table) ?? []
    grants.set(table, list)
    list.push({
      ...(to !== null && { to }),
      rights,
      ...(columns && { columns }),
      ...(grantable && { grantable }),
    })
  }
  const { rows: secured } = await client.query<{ name: string; active: boolean }>(
    `SELECT c.relname::text AS name, row_security_active(c.oid) AS active
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relrowsecurity`,
    [schema],
  )
  const screened = secured.filter(({ active }) => active)
  const names = (list: { name: string }[]) => new Set(list.map(({ name }) => name))
  return { grants, secured: names(secured), screened: names(screened) }
}

interface GrantRow {
  table: string
  to: string | null
  rights: string[]
  grantable: true | null
  columns: string[] | null
}

const GRANTS = `
  WITH granted AS (
    SELECT c.relname, NULL::name AS attname, a.grantee, a.privilege_type, a.is_grantable
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
           LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT c.relname, t.attname, a.grantee, a.privilege_type, a.is_grantable
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute t ON t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped AND t.attacl IS NOT NULL,
           LATERAL aclexplode(t.attacl) AS a
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
  ), by_column AS (
    SELECT relname, attname, grantee, is_grantable, array_agg(privilege_type ORDER BY privilege_type) AS rights
      FROM granted
     WHERE grantee <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
     GROUP BY relname, attname, grantee, is_grantable
  )
  SELECT relname::text AS "table", CASE grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(grantee)::text END AS "to", rights,
         CASE WHEN is_grantable THEN true END AS grantable,
         array_agg(attname::text ORDER BY attname) FILTER (WHERE attname IS NOT NULL) AS columns
    FROM by_column
   GROUP BY relname, grantee, is_grantable, rights, attname IS NULL
   ORDER BY 1, 2 NULLS FIRST, 5 NULLS FIRST, 3`
