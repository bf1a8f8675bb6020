/** What a table gets once its rows are in: primary key, unique constraints, indexes, sequences, statistics. */
import { openChunks } from '../ledger/claims.ts'
import { tableName } from '../ledger/schema.ts'
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import { analyze, type Effect } from '../stores/postgres/ddl.ts'
import { tableParts } from '../stores/postgres/plan-effects.ts'
import { setSequence } from '../stores/postgres/sequence.ts'
import type { Work } from './edge.ts'
import { tryApply } from './effects.ts'
import { type Target, tableOf, withTarget } from './target.ts'
import { watched } from './watch.ts'

/** Returns what could not be made, in words; each object's failure is its own. */
export async function finishTables(
  { home }: Work,
  { place, tables }: { place: RunPlace; tables: string[] },
): Promise<string[]> {
  return withTarget(home, place, target =>
    watched(home, place, target.me, async () => {
      // An index build that sorts in memory takes about half the time of one that spills.
      await target.client.query(`SET maintenance_work_mem = '256MB'`)
      const failures: string[] = []
      for (const name of tables) failures.push(...(await finishTable(target, tableOf(target.plan, name))))
      return failures.slice(0, 500)
    }),
  )
}

async function finishTable(target: Target, table: TablePlan): Promise<string[]> {
  const { client, ledger, plan, token } = target
  if (plan.what.policies.scope !== 'schema') await mustBeCopied(target, table)
  const failures: string[] = []
  for (const effect of await effectsOf(target, table)) {
    const failure = await tryApply(target, effect)
    if (failure) failures.push(failure)
  }
  await client.query(
    `UPDATE ${tableName(ledger, 'table_run')} SET finished = true WHERE run_id = $1 AND name = $2`,
    [token.run, table.name],
  )
  return failures
}

async function mustBeCopied({ client, ledger, token }: Target, table: TablePlan): Promise<void> {
  const open = await openChunks(client, ledger, token.run, table.name)
  if (open === 0) return
  throw new Failure({
    code: 'internal',
    object: `table "${table.name}"`,
    message: `${open} chunk(s) are not copied yet`,
  })
}

async function effectsOf(target: Target, table: TablePlan): Promise<Effect[]> {
  const parts = table.action === 'use' ? [] : tableParts(table)
  const sequences = await Promise.all(
    table.columns.filter(c => c.identity).map(column => sequenceEffect(target, table, column)),
  )
  return [...parts, ...sequences, analyze(table)]
}

/** The sequence of a table that was there before has a stand to go back to. */
async function sequenceEffect(
  { client }: Target,
  table: TablePlan,
  column: TablePlan['columns'][number],
): Promise<Effect> {
  const effect = setSequence(table, column)
  if (table.action !== 'use') return effect
  const { rows } = await client.query(
    `SELECT s.seqrelid::regclass::text AS name, pg_sequence_last_value(s.seqrelid)::text AS last, s.seqstart::text AS start
       FROM pg_sequence s
      WHERE s.seqrelid = pg_get_serial_sequence(quote_ident($1) || '.' || quote_ident($2), $3)::regclass`,
    [table.target.schema, table.target.name, column.target],
  )
  const stand = rows[0]
  if (!stand) return effect
  const value = stand.last === null ? `${stand.start}, false` : `${stand.last}, true`
  return { ...effect, undo: [`SELECT setval('${stand.name.replaceAll("'", "''")}'::regclass, ${value})`] }
}
