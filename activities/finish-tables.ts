/** What a table gets once its rows are in: primary key, unique constraints, indexes, sequences, statistics. */

import type { Client } from 'pg'
import { readKept } from '../ledger/kept.ts'
import { tableName } from '../ledger/schema.ts'
import type { RunPlace } from '../model/payloads.ts'
import { isLoadedInto, type PlanWhat, type TablePlan } from '../model/plan.ts'
import { quoteText } from '../model/sql-text.ts'
import { analyze, type Effect } from '../stores/postgres/ddl.ts'
import { indexMemory } from '../stores/postgres/index-memory.ts'
import { tableParts } from '../stores/postgres/plan-effects.ts'
import { sequenceOf, setSequence } from '../stores/postgres/sequence.ts'
import { setBack } from './as-heard.ts'
import type { Work } from './edge.ts'
import { tryAll, tryEach } from './effects-together.ts'
import { sideBySide } from './side-by-side.ts'
import { type Target, withoutLeftOut, withTarget } from './target.ts'
import { vacuumTables } from './vacuum.ts'
import { watched } from './watch.ts'

/** Up to here a table's parts are made in a moment, and with those of others in one transaction. */
export const SMALL_TABLE = 4 * 1024 * 1024
/** From here on the build of an index takes longer than another session costs. */
const LARGE_TABLE = 32 * 1024 * 1024

export interface FinishInput {
  place: RunPlace
  tables: string[]
}

/** Returns what could not be made, in words; each object's failure is its own. */
export const finishTables = (work: Work, input: FinishInput): Promise<string[]> =>
  finishTablesWith(work, input, tableParts)

/** What a table that the run makes gets, in the order of making: constraints, indexes, and all else. */
type PartsOf = (table: TablePlan, what: PlanWhat) => Effect[]

/** The same, whatever tables get in this direction. */
export async function finishTablesWith(
  { home }: Work,
  { place, tables }: FinishInput,
  partsOf: PartsOf,
): Promise<string[]> {
  return withTarget(home, place, whole =>
    watched(home, place, whole.me, async () => {
      const { target } = await withoutLeftOut(whole)
      const plans = target.plan.what.tables.filter(({ name }) => tables.includes(name))
      if (target.plan.what.policies.scope !== 'schema') await mustBeCopied(target, tables)
      const small = plans.filter(plan => plan.bytes <= SMALL_TABLE && !isLoadedInto(plan))
      const failures = await finish(target, small, partsOf, effects => tryAll(target, effects))
      for (const table of plans.filter(plan => !small.includes(plan)))
        failures.push(
          ...(await finish(target, [table], partsOf, effects =>
            makeParts(home, place, target, table, effects),
          )),
        )
      return failures.slice(0, 500)
    }),
  )
}

type Make = (effects: readonly Effect[]) => Promise<string[]>

async function finish(target: Target, tables: TablePlan[], partsOf: PartsOf, make: Make): Promise<string[]> {
  const effects: Effect[] = []
  for (const table of tables) effects.push(...(await effectsOf(target, table, partsOf)))
  const failures = await make(effects)
  if (target.plan.what.policies.vacuum) failures.push(...(await vacuumTables(target, tables)))
  await target.client.query(
    `UPDATE ${tableName(target.ledger, 'table_run')} SET finished = true WHERE run_id = $1 AND name = ANY($2)`,
    [target.token.run, tables.map(({ name }) => name)],
  )
  return failures
}

/** Constraints lock the table against everything else; of plain indexes several are built at a time. */
async function makeParts(
  home: string,
  place: RunPlace,
  target: Target,
  table: TablePlan,
  effects: readonly Effect[],
): Promise<string[]> {
  const isIndex = ({ object: { kind } }: Effect) => kind === 'index'
  const first = effects.findIndex(isIndex)
  const constraints = effects.filter((effect, i) => i < first && !isIndex(effect))
  const rest = effects.filter(effect => !isIndex(effect) && !constraints.includes(effect))
  const roomForSort = `SET maintenance_work_mem = '${indexMemory(table)}MB'`
  await target.client.query(roomForSort)
  const failures = await tryEach(target, constraints)
  const indexes = await sideBySide(target, {
    ...{ home, place, tasks: effects.filter(isIndex) },
    sessions: table.bytes < LARGE_TABLE ? 1 : target.plan.how.lanes,
    work: async (own, effect) => {
      await own.client.query(roomForSort)
      return tryEach(own, [effect])
    },
  })
  return [...failures, ...indexes, ...(await tryEach(target, rest))]
}

async function mustBeCopied({ client, ledger, token }: Target, tables: string[]): Promise<void> {
  const { uncopied } = await readKept(client, ledger, token.run)
  const [table] = tables.filter(name => uncopied.includes(name))
  if (table !== undefined) throw setBack(`rows of table "${table}"`)
}

async function effectsOf(target: Target, table: TablePlan, partsOf: PartsOf): Promise<Effect[]> {
  const parts = isLoadedInto(table) ? [] : partsOf(table, target.plan.what)
  const sequences = await Promise.all(
    table.columns.filter(c => c.identity).map(column => sequenceEffect(target, table, column)),
  )
  return [...parts, ...sequences, ...(target.plan.what.policies.vacuum ? [] : [analyze(table)])]
}

/** The sequence of a table that was there before has a stand to go back to. */
async function sequenceEffect(
  { client }: Target,
  table: TablePlan,
  column: TablePlan['columns'][number],
): Promise<Effect> {
  const effect = setSequence(table, column)
  if (!isLoadedInto(table)) return effect
  const stand = await standOf(client, sequenceOf(table, column))
  if (!stand) return effect
  return { ...effect, undo: [`SELECT setval(${quoteText(stand.name)}::regclass, ${stand.value})`] }
}

/** What `setval` takes to bring a sequence back; a role without the right to read it is told its last number alone. */
async function standOf(
  client: Client,
  sequence: string,
): Promise<{ name: string; value: string } | undefined> {
  const { rows } = await client.query(
    `SELECT s.seqrelid::regclass::text AS name, pg_sequence_last_value(s.seqrelid)::text AS last, s.seqstart::text AS start,
            has_sequence_privilege(s.seqrelid, 'SELECT') AS readable
       FROM pg_sequence s
      WHERE s.seqrelid = ${sequence}`,
  )
  if (!rows[0]) return undefined
  const { name, last, start, readable } = rows[0]
  if (!readable) return { name, value: last === null ? `${start}, false` : `${last}, true` }
  const { rows: exact } = await client.query(
    `SELECT last_value::text || ', ' || is_called AS value FROM ${name}`,
  )
  return { name, value: exact[0].value }
}
