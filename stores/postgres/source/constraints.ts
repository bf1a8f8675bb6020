/** The constraints of a source's tables. */
import type { Client } from 'pg'
import type { PostgresForeignKey, PostgresTable } from '../../../model/postgres-schema.ts'
import type { ReferentialAction } from '../../../model/schema.ts'

export type Constraints = Pick<PostgresTable, 'primaryKey' | 'uniques' | 'checks' | 'foreignKeys'>

interface ConstraintRow {
  relation: number
  /** `p`, `u`, `c`, `f`. */
  kind: string
  name: string
  columns: string[]
  expression: string | null
  nullsNotDistinct: boolean
  deferrable: boolean
  deferred: boolean
  validated: boolean
  parent: number
  parentSchema: string | null
  parentTable: string | null
  parentColumns: string[]
  onUpdate: string
  onDelete: string
  full: boolean
  partial: boolean
}

/**
 * By oid of their table; a table without any has no entry.
 *
 * @param names plan names of tables by oid
 */
export async function describeConstraints(
  client: Client,
  version: number,
  names: Map<number, string>,
): Promise<Map<number, Constraints>> {
  const { rows } = await client.query<ConstraintRow>(constraints(version), [[...names.keys()]])
  const found = new Map<number, Constraints>()
  for (const row of rows) {
    const table = found.get(row.relation) ?? { uniques: [], checks: [], foreignKeys: [] }
    found.set(row.relation, table)
    add(table, row, names)
  }
  return found
}

function add(table: Constraints, row: ConstraintRow, names: Map<number, string>): void {
  const { kind, name, columns } = row
  if (kind === 'p') table.primaryKey = { name, columns }
  if (kind === 'u')
    table.uniques.push({ name, columns, ...(row.nullsNotDistinct && { nullsNotDistinct: true }) })
  if (kind === 'c')
    table.checks.push({ name, expression: row.expression!, ...(!row.validated && { notValid: true }) })
  if (kind === 'f') table.foreignKeys.push(foreignKey(row, names.get(row.parent)))
}

function foreignKey(row: ConstraintRow, parent: string | undefined): PostgresForeignKey {
  const { name, columns, deferrable, deferred, validated } = row
  return {
    ...{ name, columns, deferrable, deferred, validated },
    references: {
      schema: row.parentSchema!,
      table: row.parentTable!,
      ...(parent !== undefined && { name: parent }),
      columns: row.parentColumns,
    },
    onUpdate: ACTIONS[row.onUpdate]!,
    onDelete: ACTIONS[row.onDelete]!,
    ...(row.full && { matchFull: true }),
    ...(row.partial && { setsSomeColumns: true }),
  }
}

const ACTIONS: Record<string, ReferentialAction> = {
  a: 'NO ACTION',
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
}

const columnNames = (relation: string, numbers: string) => `
         ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(${numbers}) WITH ORDINALITY AS u(attnum, place)
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.attnum
                ORDER BY u.place)`

/**
 * A foreign key that a partition has from its parent is its own here; those that stand for single partitions of the
 * table referred to are not.
 */
const constraints = (version: number) => `
  SELECT k.conrelid AS relation, k.contype::text AS kind, k.conname::text AS name,
         ${columnNames('k.conrelid', 'k.conkey')} AS columns,
         CASE WHEN k.contype = 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid) END AS expression,
         ${version >= 150000 ? 'coalesce(i.indnullsnotdistinct, false)' : 'false'} AS "nullsNotDistinct",
         k.condeferrable AS deferrable, k.condeferred AS deferred, k.convalidated AS validated,
         k.confrelid AS parent, pn.nspname::text AS "parentSchema", p.relname::text AS "parentTable",
         ${columnNames('k.confrelid', 'k.confkey')} AS "parentColumns",
         k.confupdtype::text AS "onUpdate", k.confdeltype::text AS "onDelete",
         k.confmatchtype = 'f' AS full, ${version >= 150000 ? 'k.confdelsetcols IS NOT NULL' : 'false'} AS partial
    FROM pg_catalog.pg_constraint k
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype = 'u'
    LEFT JOIN pg_catalog.pg_constraint above ON above.oid = k.conparentid
    LEFT JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
    LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
   WHERE k.conrelid = ANY ($1::oid[]) AND k.contype IN ('p', 'u', 'c', 'f')
     AND (k.contype <> 'f' OR k.conparentid = 0 OR above.confrelid = k.confrelid AND above.conrelid <> k.conrelid)
   ORDER BY k.conrelid, k.conname COLLATE "C"`
