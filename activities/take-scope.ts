/** The scopes of a rollback that the ledger drives: the whole run, some of its tables, or rows alone. */

import { aroundRows, fencePart, forgetTables, leaveTablesOut } from '../ledger/parts.ts'
import { type ObjectRow, readObjects } from '../ledger/reader.ts'
import { fenceOff, forgetRun, type RunToken } from '../ledger/runs.ts'
import { inTransaction } from '../ledger/transaction.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { TableFacts } from '../model/judge-rollback.ts'
import { isLoadedInto } from '../model/plan.ts'
import type { RolledBack } from '../model/rollback.ts'
import { terminate } from '../stores/postgres/backend.ts'
import { checkCondition } from './check-condition.ts'
import { dependentsIn } from './dependents-of-run.ts'
import type { Work } from './edge.ts'
import { endWriters } from './end-writers.ts'
import { noteOutcome } from './rollback-outcome.ts'
import type { Subject } from './rollback-subject.ts'
import { sameRows } from './same-rows.ts'
import { Strangers, type Taking, takeObjects, takeRowsOf } from './take-tables.ts'
import { verifyBefore, verifyGone } from './verify-before.ts'

/** How a rollback was asked for. */
export interface Asked {
  target: PostgresEndpoint
  /** Rows of others may go as well. */
  mayLose: boolean
  /** The run itself gave up, and stays given up whatever is in the way. */
  givenUp: boolean
}

/** All that the run made; the ledger's record goes last, after the comparison with what was there before. */
export async function takeWhole(work: Work, subject: Subject, asked: Asked): Promise<RolledBack> {
  const { client, ledger, run } = subject
  const fence = async () => {
    await fenceOff(client, ledger, run.id, 'rolling back')
    await mustBePossible(subject)
  }
  // What is refused to an operator leaves the run as it was; one that gave up itself stays so.
  await (asked.givenUp ? fence() : inTransaction(client, fence))
  await endWriters(client, ledger, run.id)
  const { undone, rows } = await knowing(work, subject, asked, taking =>
    takeAllOf(work, taking, () => readObjects(client, ledger, run.id, true)),
  )
  const [old, gone] = [await verifyBefore(subject, { catalog: true }), await verifyGone(subject)]
  const outcome = noteOutcome(work.home, run.id, {
    ...{ undone, rows },
    verified: [...old.verified, ...gone.verified],
    differences: [...old.differences, ...gone.differences],
  })
  await forgetRun(client, ledger, run.id)
  work.log.info(outcome, 'taken back')
  return outcome
}

/** Some tables with what belongs to them; the run's record stays, and has them as left out. */
export async function takePart(
  work: Work,
  subject: Subject,
  asked: Asked,
  token?: RunToken,
): Promise<RolledBack> {
  const { client, ledger, run, tables } = subject
  const names = tables.map(({ name }) => name)
  await mustBePossible(subject)
  if (!token) {
    await fencePart(client, ledger, run.id)
    await endWriters(client, ledger, run.id)
  }
  for (const backend of await leaveTablesOut(client, ledger, run.id, names, token))
    await terminate(client, backend)
  const { undone, rows } = await knowing(work, subject, asked, taking =>
    takeAllOf(work, taking, () => objectsOf(subject)),
  )
  const [old, gone] = [await verifyBefore(subject, { catalog: true }), await verifyGone(subject)]
  await forgetTables(client, ledger, run.id, tables)
  return {
    ...{ undone, rows },
    verified: [...old.verified, ...gone.verified],
    differences: [...old.differences, ...gone.differences],
  }
}

/** Rows that the run wrote, or all rows of tables that it made; the tables stay. */
export async function takeRowsAlone(work: Work, subject: Subject, asked: Asked): Promise<RolledBack> {
  const { client, ledger, run, tables, scope } = subject
  if (run.state === 'rolling back') throw takenBackWhole(subject)
  await mustBePossible(subject)
  await fencePart(client, ledger, run.id)
  await endWriters(client, ledger, run.id)
  const rows = await knowing(work, subject, asked, taking => takeRowsOf(taking, tables))
  const found = scope.where === undefined ? await verifyBefore(subject, { catalog: false }) : NOTHING_FOUND
  return { undone: 0, rows, ...found }
}

const NOTHING_FOUND = { verified: [], differences: [] }

const takenBackWhole = ({ run }: Subject) =>
  new Failure({
    code: 'refused',
    object: `run ${run.name}`,
    message: 'is being taken back as a whole',
    remedy: `End that with "longhaul rollback ${run.name}"`,
  })

/** Refuses what the safety check refuses, before anything is touched. */
async function mustBePossible(subject: Subject): Promise<void> {
  const { run, scope } = subject
  const [condition] = await checkCondition(subject)
  if (condition) throw new Failure({ code: 'usage', object: `run ${run.name}`, message: condition })
  if (scope.kind !== 'all') return
  const [other] = (await dependentsIn(subject)).others
  if (other)
    throw new Failure({
      code: 'object',
      object: `table "${other.on.schema}.${other.on.name}"`,
      message: `could not take it back: ${other.text} depends on it, and is not of this run`,
      remedy: 'Drop or change that, then roll back again',
    })
}

/** Rows that others seem to have written may be the run's own in a table that was rewritten: then they count as such. */
async function knowing<T>(
  { home }: Work,
  subject: Subject,
  { target, mayLose }: Asked,
  act: (taking: Taking) => Promise<T>,
): Promise<T> {
  const same = new Map<string, TableFacts>()
  for (;;) {
    try {
      return await act({ subject, mayLose, same })
    } catch (error) {
      if (!(error instanceof Strangers) || same.has(error.table.name)) throw error
      if (!(await sameRows(home, target, subject, error.table, error.seen))) throw error
      same.set(error.table.name, error.seen)
    }
  }
}

/** Everything of these objects, and the rows of tables that stay; `objects` are read anew for each part. */
async function takeAllOf(work: Work, taking: Taking, objects: () => Promise<ObjectRow[]>) {
  const { tables } = taking.subject
  const made = await takeAll(work, taking, aroundRows(await objects(), tables).before)
  const rows = await takeRowsOf(taking, tables.filter(isLoadedInto))
  const rested = await takeAll(work, taking, aroundRows(await objects(), tables).after)
  return { rows, undone: made + rested }
}

async function takeAll({ log }: Work, taking: Taking, objects: ObjectRow[]): Promise<number> {
  const made = objects.filter(({ done }) => done).length
  for (const { kind, name } of await takeObjects(taking, objects))
    log.warn({ kind, object: name }, 'was gone already')
  return made
}

/** What belongs to the tables of a part: their own objects, and those of the run that stand on them. */
async function objectsOf(subject: Subject): Promise<ObjectRow[]> {
  const { client, ledger, run, tables, what } = subject
  const objects = await readObjects(client, ledger, run.id, true)
  const dependents = new Set((await dependentsIn({ ...subject, objects })).own)
  const names = new Set(tables.map(({ name }) => name))
  const places = new Set(tables.map(({ target }) => `${target.schema}.${target.name}`))
  const views = new Set([...dependents].filter(o => o.kind === 'view').map(({ name }) => name))
  const triggers = new Set(
    what.triggers
      .filter(({ on }) => places.has(`${on.schema}.${on.name}`) || views.has(on.name))
      .map(({ target }) => target),
  )
  const belongs = (object: ObjectRow): boolean => {
    const { kind, table, name } = object
    if (kind === 'trigger' || kind === 'old function') return triggers.has(name)
    if (kind === 'view' || kind === 'old view') return views.has(name)
    return names.has(table) || dependents.has(object)
  }
  return objects.filter(belongs)
}
