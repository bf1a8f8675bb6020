/** Foreign keys that were made NOT VALID because their parents were in quarantine: after a replay they may hold. */
import type { Client } from 'pg'
import type { Plan, TablePlan } from '../model/plan.ts'
import { toFailure } from '../sessions/errors.ts'
import { ident, qualified } from '../stores/postgres/quote.ts'

/** Validates what the plan wants valid; rows that still break a key leave it as it is. */
export async function validateKeys(client: Client, { what }: Plan): Promise<void> {
  for (const table of what.tables.filter(t => t.foreignKeys.length > 0)) {
    const open = await keysOf(client, table, false)
    for (const { name } of table.foreignKeys.filter(key => !key.notValid && open.includes(key.name)))
      await tryValidate(client, table, name)
  }
}

/** The beginnings of the sentences that told of keys which are valid now. */
export async function validNow(client: Client, { what }: Plan): Promise<string[]> {
  const told: string[] = []
  for (const table of what.tables.filter(t => t.foreignKeys.length > 0)) {
    const valid = await keysOf(client, table, true)
    told.push(...valid.map(name => `foreign key "${name}" of table "${table.name}": `))
  }
  return told
}

async function keysOf(client: Client, { target }: TablePlan, valid: boolean): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT k.conname::text AS name FROM pg_catalog.pg_constraint AS k
       JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE k.contype = 'f' AND n.nspname = $1 AND c.relname = $2 AND k.convalidated = $3`,
    [target.schema, target.name, valid],
  )
  return rows.map(row => row.name)
}

async function tryValidate(client: Client, { name: table, target }: TablePlan, name: string): Promise<void> {
  try {
    await client.query(
      `ALTER TABLE ${qualified(target.schema, target.name)} VALIDATE CONSTRAINT ${ident(name)}`,
    )
  } catch (error) {
    const failure = toFailure(error, { object: `table "${table}"`, doing: 'validate a foreign key' })
    if (failure.code !== 'object') throw failure
  }
}
