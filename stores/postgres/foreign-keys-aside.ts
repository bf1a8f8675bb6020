/**
 * The foreign keys of tables that were there before, taken off while rows are loaded. They are checked row
 * by row otherwise: a child that is copied beside its parent, a row that refers to a later one and a cycle of
 * tables would fail although the whole is sound. Put back at the end they are checked over all rows, and what
 * violates them is named.
 */
import type { Client } from 'pg'
import type { TablePlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { ident, qualified } from './quote.ts'

interface Key {
  name: string
  definition: string
}

/** One effect for each foreign key of the table; `undo` puts it back as the server printed it. */
export async function foreignKeysAside(client: Client, table: TablePlan): Promise<Effect[]> {
  const { rows } = await client.query<Key>(
    `SELECT k.conname::text AS name, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k
       JOIN pg_class c ON c.oid = k.conrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname = $1 AND c.relname = $2
      ORDER BY k.conname`,
    [table.target.schema, table.target.name],
  )
  const alter = `ALTER TABLE ${qualified(table.target.schema, table.target.name)}`
  return rows.map(({ name, definition }) => ({
    object: { kind: 'foreign key aside', table: table.name, name },
    sql: [`${alter} DROP CONSTRAINT ${ident(name)}`],
    undo: [`${alter} ADD CONSTRAINT ${ident(name)} ${definition}`],
  }))
}
