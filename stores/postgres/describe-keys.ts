/** Keys of all tables of a schema, and the foreign keys of others that point there. */
import type { Client } from 'pg'
import type { ExistingTable } from '../../model/target.ts'

export interface Keys {
  primary: Map<string, string[]>
  uniques: Map<string, string[][]>
  /** Those of both that are looked at only at the end of a transaction. */
  deferrable: Map<string, string[][]>
  outgoing: Map<string, ExistingTable['foreignKeys']>
  incoming: Map<string, ExistingTable['referencedBy']>
}

/** By table of the schema. */
export async function describeKeys(client: Client, schema: string): Promise<Keys> {
  const { primary, uniques, deferrable } = await indexKeys(client, schema)
  const { outgoing, incoming } = await foreignKeys(client, schema)
  return { primary, uniques, deferrable, outgoing, incoming }
}

/** Unique means for every row: no partial index and none over an expression, whether a constraint or not. */
async function indexKeys(
  client: Client,
  schema: string,
): Promise<Pick<Keys, 'primary' | 'uniques' | 'deferrable'>> {
  const { rows } = await client.query<{
    table: string
    primary: boolean
    immediate: boolean
    columns: string[]
  }>(
    `SELECT c.relname::text AS table, i.indisprimary AS primary, i.indimmediate AS immediate, k.columns
       FROM pg_index i
       JOIN pg_class c ON c.oid = i.indrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace,
            LATERAL (SELECT array_agg(a.attname::text ORDER BY u.place) AS columns
                       FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u(attnum, place)
                       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
                      WHERE u.place <= i.indnkeyatts) AS k
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
        AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
      ORDER BY c.relname, i.indexrelid`,
    [schema],
  )
  const primary = new Map<string, string[]>()
  for (const row of rows) if (row.primary) primary.set(row.table, row.columns)
  return {
    primary,
    uniques: grouped(
      rows.filter(row => !row.primary),
      row => row.table,
      row => row.columns,
    ),
    deferrable: grouped(
      rows.filter(row => !row.immediate),
      row => row.table,
      row => row.columns,
    ),
  }
}

interface ForeignKeyRow {
  name: string
  schema: string
  table: string
  columns: string[]
  parentSchema: string
  parent: string
  parentColumns: string[]
}

async function foreignKeys(client: Client, schema: string): Promise<Pick<Keys, 'outgoing' | 'incoming'>> {
  const { rows } = await client.query<ForeignKeyRow>(FOREIGN_KEYS, [schema])
  const outgoing = grouped(
    rows.filter(row => row.schema === schema),
    row => row.table,
    ({ name, columns, parentSchema, parent, parentColumns }) => ({
      name,
      columns,
      references: { schema: parentSchema, table: parent, columns: parentColumns },
    }),
  )
  const incoming = grouped(
    rows.filter(row => row.parentSchema === schema && (row.schema !== schema || row.table !== row.parent)),
    row => row.parent,
    ({ schema, table, name }) => ({ schema, table, name }),
  )
  return { outgoing, incoming }
}

/** Those that partitions inherit stand for nothing of their own. */
const FOREIGN_KEYS = `
  SELECT f.conname::text AS name,
         n.nspname::text AS schema, c.relname::text AS table, child.columns,
         pn.nspname::text AS "parentSchema", p.relname::text AS parent, parent.columns AS "parentColumns"
    FROM pg_constraint f
    JOIN pg_class c ON c.oid = f.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class p ON p.oid = f.confrelid
    JOIN pg_namespace pn ON pn.oid = p.relnamespace,
         LATERAL (SELECT array_agg(a.attname::text ORDER BY u.place) AS columns
                    FROM unnest(f.conkey) WITH ORDINALITY AS u(attnum, place)
                    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = u.attnum) AS child,
         LATERAL (SELECT array_agg(a.attname::text ORDER BY u.place) AS columns
                    FROM unnest(f.confkey) WITH ORDINALITY AS u(attnum, place)
                    JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = u.attnum) AS parent
   WHERE f.contype = 'f' AND f.conparentid = 0 AND $1 IN (n.nspname, pn.nspname)
   ORDER BY n.nspname, c.relname, f.conname`

function grouped<T, V>(rows: T[], key: (row: T) => string, value: (row: T) => V): Map<string, V[]> {
  const groups = new Map<string, V[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group) group.push(value(row))
    else groups.set(key(row), [value(row)])
  }
  return groups
}
