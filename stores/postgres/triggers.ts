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
  /** The table, or the part of it, that has the trigger. */
  schema: string
  table: string
  name: string
  mode: 'O' | 'A'
}

/**
 * The effect that disables the triggers that would fire; `undo` enables each as it was, and is also what the
 * finish step executes. Triggers that are off, or for replicas only, are left alone; those of a partitioned
 * table's parts are its own. Undefined where there is none: nothing to do, no lock taken.
 */
export async function silenceTriggers(client: Client, table: TablePlan): Promise<Effect | undefined> {
  const enabled = await firing(client, table)
  if (enabled.length === 0) return undefined
  return {
    object: { kind: 'triggers', table: table.name, name: table.target.name },
    sql: enabled.map(trigger => `${alter(trigger)} DISABLE TRIGGER ${ident(trigger.name)}`),
    undo: enabled.map(
      trigger =>
        `${alter(trigger)} ENABLE ${trigger.mode === 'A' ? 'ALWAYS ' : ''}TRIGGER ${ident(trigger.name)}`,
    ),
  }
}

/** Each part has its own say: what is done to the whole would also wake a trigger that is off in one part. */
const alter = ({ schema, table }: Enabled) => `ALTER TABLE ONLY ${qualified(schema, table)}`

async function firing(client: Client, table: TablePlan): Promise<Enabled[]> {
  const { rows } = await client.query<Enabled>(
    `SELECT n.nspname::text AS schema, c.relname::text AS "table", t.tgname::text AS name, t.tgenabled::text AS mode
       FROM (SELECT root.oid FROM pg_class root JOIN pg_namespace n ON n.oid = root.relnamespace
              WHERE n.nspname = $1 AND root.relname = $2) AS root
       JOIN LATERAL (SELECT root.oid UNION SELECT relid FROM pg_partition_tree(root.oid)) AS part(oid) ON true
       JOIN pg_trigger t ON t.tgrelid = part.oid
       JOIN pg_class c ON c.oid = part.oid
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
      ORDER BY part.oid <> root.oid, n.nspname, c.relname, t.tgname`,
    [table.target.schema, table.target.name],
  )
  return rows
}
