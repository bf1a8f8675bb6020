/** One transaction of a repair: its rows, what puts the old ones back, and its record. */
import type { Client } from 'pg'
import { mayRepair, noteWriter } from '../ledger/repair.ts'
import type { RunToken } from '../ledger/runs.ts'
import type { Place } from '../ledger/schema.ts'
import { inTransaction } from '../ledger/transaction.ts'
import { Failure } from '../model/failure.ts'
import { noRows, type RepairKind, type RowCounts, rowsIn } from '../model/repair.ts'
import { isServerError, toFailure } from '../sessions/errors.ts'
import { copyTexts } from '../stores/postgres/copy-texts.ts'
import { qualified } from '../stores/postgres/quote.ts'
import { refuseCascades } from '../stores/postgres/repair-cascades.ts'
import { countMoved, repairRows, vacate } from '../stores/postgres/repair-rows.ts'
import type { Stage } from '../stores/postgres/repair-stage.ts'
import { undoSql } from '../stores/postgres/repair-undo.ts'
import { silenceTriggers } from '../stores/postgres/triggers.ts'
import { noteTransaction, UndoScript } from './repair-files.ts'

/** Where a repair works. */
export interface RepairPlace {
  home: string
  run: string
  /** When it began, ISO 8601: its files are named by it. */
  at: string
  /** Absent for a comparison, which has no ledger. */
  ledger?: { place: Place; token: RunToken }
}

/** What came of one table, or of some buckets of it. */
export interface Written {
  done: RowCounts
  /** Rows that were to be touched, and that somebody has changed since they were located. */
  moved: number
  /** Rules of the target that were in the way, in words. */
  violations: string[]
}

/** In this order a row can give way to one that takes its place; the script takes them back in the other one. */
const GIVE_WAY: readonly RepairKind[] = ['surplus', 'different', 'missing']
/** In this one a row finds its parents in the same table. */
const PARENTS: readonly RepairKind[] = ['missing', 'different', 'surplus']

/** How a transaction goes about it. */
interface Way {
  order: readonly RepairKind[]
  /** Unique columns are emptied first. */
  vacate: boolean
}

/**
 * Does all kinds in one transaction; where a rule of the target is against that, in the other order, and then each kind
 * in a transaction of its own. What a rule is against stays as it is.
 */
export async function writeRows(
  client: Client,
  where: RepairPlace,
  stage: Stage,
  kinds: readonly RepairKind[],
): Promise<Written> {
  const able = kinds.filter(kind => kind !== 'different' || stage.overwritten.length > 0)
  const attempts = [
    { order: GIVE_WAY.filter(kind => able.includes(kind)), vacate: false },
    { order: PARENTS.filter(kind => able.includes(kind)), vacate: true },
  ]
  for (const [i, way] of attempts.entries()) {
    const written = await attempt(client, where, stage, way)
    const isLast = i > 0 && able.length === 1
    if (written.violations.length === 0 || isLast) return written
  }
  const sum: Written = { done: noRows(), moved: 0, violations: [] }
  for (const kind of attempts[1]!.order) {
    const { done, moved, violations } = await attempt(client, where, stage, { order: [kind], vacate: true })
    sum.done[kind] += done[kind]
    sum.moved = Math.max(sum.moved, moved)
    sum.violations.push(...violations)
  }
  return sum
}

async function attempt(client: Client, where: RepairPlace, stage: Stage, way: Way): Promise<Written> {
  try {
    const { done, moved } = await inTransaction(client, () => transaction(client, where, stage, way))
    return { done, moved, violations: [] }
  } catch (error) {
    const failure = isServerError(error)
      ? toFailure(error, { object: `table "${stage.table.name}"`, doing: 'repair rows' })
      : error
    if (!(failure instanceof Failure) || !AGAINST.has(failure.code)) throw failure
    return { done: noRows(), moved: 0, violations: [failure.facts.message] }
  }
}

/** What the rows and the target's rules are to blame for. */
const AGAINST: ReadonlySet<string> = new Set(['object', 'value'])

async function transaction(
  client: Client,
  where: RepairPlace,
  stage: Stage,
  way: Way,
): Promise<Pick<Written, 'done' | 'moved'>> {
  const { ledger } = where
  const { table } = stage
  if (ledger) await mayRepair(client, ledger.place, ledger.token)
  // Nobody writes between the look at a row and its change; who has the table is waited for briefly, and asked again.
  await client.query(`SET LOCAL lock_timeout = '5s'`)
  await client.query(
    `LOCK TABLE ${qualified(table.target.schema, table.target.name)} IN SHARE ROW EXCLUSIVE MODE`,
  )
  const silence = await silenceTriggers(client, table)
  for (const statement of silence?.sql ?? []) await client.query(statement)
  await client.query('SET CONSTRAINTS ALL DEFERRED')
  const moved = await countMoved(client, stage)
  const { rows } = await client.query('SELECT pg_catalog.pg_current_xact_id()::text AS xid')
  const xid: string = rows[0].xid
  const script = new UndoScript(where.home, where.run, where.at, table.name, xid)
  try {
    const done = await changeRows(client, stage, way, script)
    await client.query('SET CONSTRAINTS ALL IMMEDIATE')
    for (const statement of silence?.undo ?? []) await client.query(statement)
    if (rowsIn(done) === 0) {
      script.discard()
      return { done, moved }
    }
    if (ledger) await noteWriter(client, ledger.place, where.run, table.name)
    script.close()
    noteTransaction(where.home, where.run, where.at, { table: table.name, xid, done, undo: script.name })
    return { done, moved }
  } catch (error) {
    script.discard()
    throw error
  }
}

async function changeRows(
  client: Client,
  stage: Stage,
  { order, vacate: first }: Way,
  script: UndoScript,
): Promise<RowCounts> {
  const done = noRows()
  // What was written has to go before what was removed can come back.
  for (const kind of PARENTS.filter(one => order.includes(one)))
    await copyTexts(client, stage.table, undoSql(kind, stage), script)
  if (first) await vacate(client, stage, order)
  for (const kind of order) {
    if (kind !== 'missing') await refuseCascades(client, kind, stage)
    done[kind] = await repairRows(client, kind, stage)
  }
  if (script.rows !== rowsIn(done)) throw miscounted(stage)
  return done
}

/** A rule or a trigger of the target has swallowed rows, or made more of them. */
const miscounted = ({ table: { name } }: Stage) =>
  new Failure({
    code: 'object',
    object: `table "${name}"`,
    message: 'a rule of the target makes other rows of those that are written; nothing was changed',
  })
