/** What a table gets once its rows are in: primary key, unique constraints, indexes, sequences, statistics. */

import { openChunks } from '../ledger/claims.ts'
import { tableName } from '../ledger/schema.ts'
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import { isLoadedInto, type TablePlan } from '../model/plan.ts'
import { quoteText } from '../model/sql-text.ts'
import { analyze, type Effect } from '../stores/postgres/ddl.ts'
import { tableParts } from '../stores/postgres/plan-effects.ts'
import { sequenceOf, setSequence } from '../stores/postgres/sequence.ts'
import type { Work } from './edge.ts'
import { tryAll, tryEach } from './effects-together.ts'
import { type Target, tableOf, withTarget } from './target.ts'
import { watched } from './watch.ts'

/** Up to here a table's parts are made in a moment, and with those of others in one transaction. */
export const SMALL_TABLE = 4 * 1024 * 1024

/** Returns what could not be made, in words; each object's failure is its own. */
export async function finishTables(
  { home }: Work,
  { place, tables }: { place: RunPlace; tables: string[] },
): Promise<string[]> {
  return withTarget(home, place, target =>
    watched(home, place, target.me, async () => {
      // An index build that sorts in memory takes about half the time of one that spills.
      await target.client.query(`SET maintenance_work_mem = '256MB'`)
      const plans = tables.map(name => tableOf(target.plan, name))
      if (target.plan.what.policies.scope !== 'schema') await mustBeCopied(target, tables)
      const small = plans.filter(plan => plan.bytes <= SMALL_TABLE && !isLoadedInto(plan))
      const failures = await finish(target, small, tryAll)
      for (const table of plans.filter(plan => !small.includes(plan)))
        failures.push(...(await finish(target, [table], tryEach)))
      return failures.slice(0, 500)
    }),
  )
}

async function finish(target: Target, tables: TablePlan[], make: typeof tryAll): Promise<string[]> {
  const effects: Effect[] = []
  for (const table of tables) effects.push(...(await effectsOf(target, table)))
  const failures = await make(target, effects)
  await target.client.query(
    `UPDATE ${tableName(target.ledger, 'table_run')} SET finished = true WHERE run_id = $1 AND name = ANY($2)`,
    [target.token.run, tables.map(({ name }) => name)],
  )
  return failures
}

async function mustBeCopied({ client, ledger, token }: Target, tables: string[]): Promise<void> {
  const open = await openChunks(client, ledger, token.run, tables)
  for (const [table, chunks] of open)
    throw new Failure({
      code: 'internal',
      object: `table "${table}"`,
      message: `${chunks} chunk(s) are not copied yet`,
    })
}

async function effectsOf(target: Target, table: TablePlan): Promise<Effect[]> {
  const parts = isLoadedInto(table) ? [] : tableParts(table)
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
  if (!isLoadedInto(table)) return effect
  const { rows } = await client.query(
    `SELECT s.seqrelid::regclass::text AS name, pg_sequence_last_value(s.seqrelid)::text AS last, s.seqstart::text AS start
       FROM pg_sequence s
      WHERE s.seqrelid = ${sequenceOf(table, column)}`,
  )
  const stand = rows[0]
  if (!stand) return effect
  const value = stand.last === null ? `${stand.start}, false` : `${stand.last}, true`
  return { ...effect, undo: [`SELECT setval(${quoteText(stand.name)}::regclass, ${value})`] }
}
