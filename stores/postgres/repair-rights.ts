/** What a role needs for a repair, asked before anything is done. */
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { RepairKind } from '../../model/repair.ts'
import { qualified } from './quote.ts'

const RIGHTS: Record<RepairKind, string> = { missing: 'INSERT', different: 'UPDATE', surplus: 'DELETE' }

/** The first right that is lacking, as a failure; undefined where all is granted. Tables that are not there need none. */
export async function lackingRights(
  client: Client,
  tables: readonly TablePlan[],
  kinds: readonly RepairKind[],
): Promise<Failure | undefined> {
  if (kinds.length === 0) return undefined
  const { rows: database } = await client.query(
    `SELECT current_user::text AS role, pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY') AS temporary,
            pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only') = 'on' AS fixed`,
  )
  const { role, temporary, fixed } = database[0]
  if (fixed) return lacking('the target', 'it takes no writes (a standby, or default_transaction_read_only)')
  if (!temporary) return lacking('the target', `role ${role} may not make temporary tables in this database`)
  // The lock that keeps other writers out asks for more than INSERT.
  const lock = kinds.every(kind => kind === 'missing') ? ['UPDATE, DELETE, TRUNCATE'] : []
  const needs = ['SELECT', ...kinds.map(kind => RIGHTS[kind]), ...lock]
  const { rows } = await client.query(
    `SELECT t.name, ARRAY(SELECT r FROM pg_catalog.unnest($3::text[]) AS r
                           WHERE NOT pg_catalog.has_table_privilege(c.oid, r)) AS lacking
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS t(name, place)
       JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.place)`,
    [
      tables.map(({ name }) => name),
      tables.map(({ target }) => qualified(target.schema, target.name)),
      needs,
    ],
  )
  const short = rows.find(row => row.lacking.length > 0)
  if (!short) return undefined
  return lacking(
    `table "${short.name}"`,
    `role ${role} lacks ${short.lacking.map(inWords).join(' and ')} on it`,
  )
}

const lacking = (object: string, message: string) =>
  new Failure({ code: 'target', object, message, remedy: 'Grant it, or connect as a role that may' })

/** A list of rights is had with any of them. */
const inWords = (right: string) => right.replaceAll(', ', ' or ')
