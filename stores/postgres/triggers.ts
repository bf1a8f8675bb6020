/**
 * Keeping a user's triggers quiet while rows are loaded into a table that was there before.
 *
 * `SET session_replication_role = replica` needs a superuser (or a grant, from 15 on) and silences foreign
 * keys too, which would let orphans in under a constraint that claims to be valid. `ALTER TABLE … DISABLE
 * TRIGGER` needs only the owner but takes SHARE ROW EXCLUSIVE, which conflicts with itself and with writers:
 * in each chunk's transaction it would put lanes one after the other, and a stalled attempt would block its
 * successor. So it is an effect of the plan, done once before the first chunk in a short transaction with
 * its ledger row, and taken back once after the last one or by a rollback. Other sessions' writes do not
 * fire these triggers in between either; preflight names who writes.
 */
import type { Client } from 'pg'
import type { TablePlan } from '../../model/plan.ts'
import type { Effect } from './ddl.ts'
import { ident, qualified } from './quote.ts'

/** How a trigger was enabled, by `pg_trigger.tgenabled`: `O` as usual, `A` always. */
interface Enabled {
  name: string
  mode: 'O' | 'A'
}

/**
 * The effect that disables the triggers that would fire; `undo` enables each as it was, and is also what the
 * finish step executes. Triggers that are off, or for replicas only, are left alone. Undefined where there
 * is none: nothing to do, no lock taken.
 */
export async function silenceTriggers(client: Client, table: TablePlan): Promise<Effect | undefined> {
  const enabled = await firing(client, table)
  if (enabled.length === 0) return undefined
  const alter = `ALTER TABLE ${qualified(table.target.schema, table.target.name)}`
  return {
    object: { kind: 'triggers', table: table.name, name: table.target.name },
    sql: enabled.map(({ name }) => `${alter} DISABLE TRIGGER ${ident(name)}`),
    undo: enabled.map(
      ({ name, mode }) => `${alter} ENABLE ${mode === 'A' ? 'ALWAYS ' : ''}TRIGGER ${ident(name)}`,
    ),
  }
}

async function firing(client: Client, table: TablePlan): Promise<Enabled[]> {
  const { rows } = await client.query<Enabled>(
    `SELECT t.tgname::text AS name, t.tgenabled::text AS mode
       FROM pg_trigger t
       JOIN pg_class c ON c.oid = t.tgrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2
        AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
      ORDER BY t.tgname`,
    [table.target.schema, table.target.name],
  )
  return rows
}
