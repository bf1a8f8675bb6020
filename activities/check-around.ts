/** What stands around the tables of a rollback: later runs, objects of others, locks, changes, the way back. */
import { sentence } from '../model/failure.ts'
import { showName } from '../model/name-text.ts'
import { isLoadedInto, type TablePlan } from '../model/plan.ts'
import type { RollbackTable } from '../model/rollback.ts'
import { asideSchema } from '../stores/postgres/aside.ts'
import { holdersOf, showHolder } from '../stores/postgres/locks.ts'
import { qualified } from '../stores/postgres/quote.ts'
import { type Staying, staying } from '../stores/postgres/referring.ts'
import { referredTo } from '../stores/postgres/take-rows.ts'
import { alterationsOf } from './alterations.ts'
import { dependentsIn } from './dependents-of-run.ts'
import { goesAlong, laterRun, type Subject } from './rollback-subject.ts'
import { application } from './session.ts'

export interface Around {
  refusals: string[]
  warnings: string[]
  /** Tables of others from which rows would go, or in which they would change, by rules of foreign keys. */
  along: RollbackTable[]
}

export async function checkAround(subject: Subject): Promise<Around> {
  const { client, tables, run } = subject
  const locks = await holdersOf(
    client,
    tables.map(({ target }) => target),
    application(run.id),
  )
  const referring = await referringTo(subject)
  const along = referring.filter(({ reference }) => goesAlong(subject, reference))
  return {
    along: along.map(goingWith),
    refusals: [
      ...(await later(subject)),
      ...(await begun(subject)),
      ...(await standing(subject)),
      ...(await asideGone(subject)),
      ...referring
        .filter(one => !along.includes(one))
        .map(one => sentence(referredTo(one)).replace(/\.$/, '')),
    ],
    warnings: [
      ...(UNDER_WAY.has(run.state) ? [`the run is ${run.state}, and is ended first`] : []),
      ...(await goingAlong(subject)),
      ...(await alterationsOf(subject)),
      ...along.map(
        ({ reference: { name, child }, rows }) =>
          `${rows} row(s) of table ${showName(`${child.schema}.${child.name}`)} would be deleted or changed with rows that they refer to (foreign key ${showName(name)}), and what hangs on them`,
      ),
      ...locks.map(holder => `${showHolder(holder)}: the rollback waits for it`),
    ],
  }
}

const UNDER_WAY = new Set(['planned', 'running', 'paused', 'waiting', 'replaying', 'repairing'])

/** Rows alone can be told apart, whoever has written after them. */
async function later(subject: Subject): Promise<string[]> {
  if (subject.scope.kind === 'rows') return []
  const run = await laterRun(subject)
  return run
    ? [
        `run ${run.name} came after it and has tables in common with it. Take that one back first with "longhaul rollback ${run.name}"`,
      ]
    : []
}

/** Of a run that is half taken back no part is left to choose. */
async function begun({ run, scope }: Subject): Promise<string[]> {
  const whole = scope.kind === 'all' && !scope.tables
  return run.state === 'rolling back' && !whole
    ? [`the run is being taken back as a whole. End that with "longhaul rollback ${run.name}"`]
    : []
}

/** A table that goes must carry nothing of others. */
async function standing(subject: Subject): Promise<string[]> {
  if (subject.scope.kind !== 'all') return []
  const { others } = await dependentsIn(subject)
  return others.map(
    ({ text, on }) =>
      `${text} depends on table ${showName(`${on.schema}.${on.name}`)}, and is not of this run. Drop or change it first`,
  )
}

/** A part of a run goes with what stands on it in other parts. */
async function goingAlong(subject: Subject): Promise<string[]> {
  const { scope, tables } = subject
  if (scope.kind !== 'all' || !scope.tables) return []
  const names = new Set(tables.map(({ name }) => name))
  const { own } = await dependentsIn(subject)
  return own
    .filter(({ table }) => !names.has(table))
    .map(
      ({ kind, name, table }) =>
        `${kind} ${showName(name)}${table ? ` of table ${showName(table)}` : ''} goes as well`,
    )
}

async function asideGone(subject: Subject): Promise<string[]> {
  const { client, scope, tables, objects, run } = subject
  if (scope.kind !== 'all') return []
  const kept = tables.filter(
    t =>
      t.action === 'replace' &&
      objects.some(o => o.kind === 'old table' && o.table === t.name && o.done && o.undo.length > 0),
  )
  const gone: TablePlan[] = []
  for (const table of kept) {
    const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
      qualified(asideSchema(run.id), table.target.name),
    ])
    if (!rows[0]!.there) gone.push(table)
  }
  return gone.map(
    ({ name }) =>
      `the old table of ${showName(name)}, which was kept in schema ${asideSchema(run.id)}, is not there any more. Take back the other tables with --tables, or the rows with --scope rows`,
  )
}

/** Rows that stay, and refer to rows that go. */
async function referringTo(subject: Subject): Promise<Staying[]> {
  const { client, ledger, run, scope, tables, blind } = subject
  if (blind !== undefined) return []
  const going = tables
    .filter(table => scope.kind !== 'all' || isLoadedInto(table))
    .map(table => ({
      ...table,
      every: scope.kind === 'data' && !isLoadedInto(table),
      ...(scope.where !== undefined && { where: scope.where }),
    }))
  const found = await staying(client, ledger, run.id, going)
  const dropped = tables.filter(table => scope.kind === 'all' && !isLoadedInto(table))
  return found.filter(
    ({ reference: { child } }) =>
      !dropped.some(({ target }) => target.schema === child.schema && target.name === child.name),
  )
}

function goingWith({ reference: { child }, rows }: Staying): RollbackTable {
  const target = `${child.schema}.${child.name}`
  return { name: target, target, written: 0, rows, before: null, goes: rows, lost: rows, changed: false }
}
