/**
 * A migration without worker and Temporal, for hundreds of small databases: the same description, scan, plan,
 * trial of expressions, statements, readers, encoders and digests as a run has, in one session.
 */
import type { Client } from 'pg'
import { verifyExpressions } from '../../activities/verify-job.ts'
import type { TableFacts } from '../../model/assessment.ts'
import { type PlanInput, planAndExpressions, wantsEveryDigit } from '../../model/build-plan.ts'
import { needsConforming } from '../../model/conforming.ts'
import type { PostgresEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { isAccepted } from '../../model/finding.ts'
import { disagreement, measured } from '../../model/measures.ts'
import type { Plan, TablePlan } from '../../model/plan.ts'
import { planRequest, type RequestOptions } from '../../model/plan-request.ts'
import type { Row } from '../../model/types.ts'
import { withRowName } from '../../stores/conform.ts'
import type { Digest } from '../../stores/digest/digest.ts'
import { digestFor } from '../../stores/digest/digester.ts'
import { digestTarget } from '../../stores/digest/target.ts'
import { FittingRows } from '../../stores/fitting-rows.ts'
import { copyIn } from '../../stores/postgres/copy-in.ts'
import { analyze, createTable, type Effect } from '../../stores/postgres/ddl.ts'
import { describeTarget } from '../../stores/postgres/describe.ts'
import { measureTarget } from '../../stores/postgres/measure.ts'
import { foreignKeys, tableParts, triggers, views } from '../../stores/postgres/plan-effects.ts'
import { setSequence } from '../../stores/postgres/sequence.ts'
import { measureSource } from '../../stores/sqlite/measure.ts'
import { openSnapshot } from '../../stores/sqlite/open.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import type { KeyRange, SourceStore } from '../../stores/store.ts'

export interface Place {
  client: Client
  /** Its connection is a URL with everything in it. */
  target: PostgresEndpoint
  /** A state folder, which nothing is looked up in. */
  home: string
}

export interface Migrated {
  plan: Plan
  /** What it was made from. */
  input: PlanInput
  /** Whether the plan may run: nothing is refused, everything else that needs it has its consent. */
  ran: boolean
  /** Objects that could not be made, with the server's words. */
  failures: { object: Effect['object']; message: string }[]
  /** Tables whose digests differ. */
  different: string[]
  /** Tables of which the engines count something else. */
  counted: string[]
}

/** Small, so that a few rows make several chunks. */
const CHUNK_ROWS = 3

/** Plans the database file's way into the place's schema and, where the plan may run, goes it. */
export async function migrate(file: string, place: Place, options: RequestOptions): Promise<Migrated> {
  const store = openSqlite(file)
  try {
    const { plan, input } = await planFor(file, store, place, options)
    const stops = plan.findings.some(
      finding =>
        finding.severity === 'refused' ||
        (finding.severity === 'consent' && !isAccepted(finding, plan.what.accept)),
    )
    if (stops) return { plan, input, ran: false, failures: [], different: [], counted: [] }
    const ran = await run(store, place, plan)
    const counted = await countedOtherwise(file, place, plan, input.assessment.tables)
    return { plan, input, ran: true, ...ran, counted }
  } finally {
    store.close()
  }
}

async function planFor(file: string, store: SourceStore, place: Place, options: RequestOptions) {
  const { client, target } = place
  const request = planRequest({ source: { kind: 'sqlite', path: file, host: 'here' }, target }, options)
  const there = await describeTarget(client, target.schema)
  const schema = store.describe()
  const tables = schema.tables.map(table =>
    store.scan(table, () => {}, wantsEveryDigit(table, request, there)),
  )
  const assessment = {
    source: 'sqlite:app.db',
    takenAt: '2026-01-01T00:00:00Z',
    schema,
    tables,
    findings: [],
  }
  const input = { assessment, target: there, request }
  return { plan: await planTried(file, place, input), input }
}

/** The plan without the expressions that do not do the same in the target. */
export async function planTried(file: string, { target, home }: Place, input: PlanInput): Promise<Plan> {
  const rejected = new Map<string, string>()
  for (;;) {
    const { plan, expressions } = planAndExpressions({ ...input, rejected })
    const untried = expressions.filter(({ id }) => !rejected.has(id))
    if (untried.length === 0) return plan
    const where = { home, run: 'random', target, snapshot: file, tables: plan.what.tables }
    const failed = await verifyExpressions({ ...where, expressions: untried }, () => {})
    if (failed.length === 0) return plan
    for (const { id, reason } of failed) rejected.set(id, reason)
  }
}

/** What the engines count by themselves, of tables all of whose rows are there as they were. */
async function countedOtherwise(
  file: string,
  { client }: Place,
  { what }: Plan,
  facts: TableFacts[],
): Promise<string[]> {
  const otherwise: string[] = []
  const db = openSnapshot(file)
  for (const table of what.tables) {
    const columns = measured(table, facts.find(({ name }) => name === table.name)!)
    const here = measureSource(db, table.name, columns)
    const unlike = disagreement(columns, here, await measureTarget(client, table, columns))
    if (unlike !== undefined) otherwise.push(`${table.name}: ${unlike}`)
  }
  db.close()
  return otherwise
}

async function run(
  store: SourceStore,
  { client }: Place,
  { what }: Plan,
): Promise<Pick<Migrated, 'failures' | 'different'>> {
  const failures: Migrated['failures'] = []
  for (const table of what.tables) await execute(client, createTable(table))
  const digests = new Map<TablePlan, Digest>()
  for (const table of what.tables) digests.set(table, await copy(client, store, table))
  for (const effect of [
    ...what.tables.flatMap(finished),
    ...foreignKeys(what),
    ...views(what),
    ...triggers(what),
  ]) {
    const message = await attempt(client, effect)
    if (message !== undefined) failures.push({ object: effect.object, message })
  }
  const different: string[] = []
  for (const [table, digest] of digests)
    if (!digest.equals(await digestTarget(client, table, () => {}))) different.push(table.name)
  return { failures, different }
}

function finished(table: TablePlan): Effect[] {
  const numbers = table.columns.filter(({ identity }) => identity)
  return [...tableParts(table), ...numbers.map(column => setSequence(table, column)), analyze(table)]
}

/** Chunk by chunk, each a transaction; the digest sees what was read. */
async function copy(client: Client, store: SourceStore, table: TablePlan): Promise<Digest> {
  const digester = digestFor(table, 'source')
  for (const range of ranges([...store.bounds(table, CHUNK_ROWS)])) {
    await client.query('BEGIN')
    try {
      await copyIn(
        client,
        table,
        hear(rowsOf(store, table, range), rows => digester.add(rows)),
        () => {},
      )
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    }
    await client.query('COMMIT')
  }
  return digester.digest
}

function ranges(bounds: NonNullable<KeyRange['upTo']>[]): KeyRange[] {
  return [...bounds, undefined].map((upTo, i) => ({
    ...(i > 0 && { after: bounds[i - 1]! }),
    ...(upTo && { upTo }),
  }))
}

function* rowsOf(store: SourceStore, table: TablePlan, range: KeyRange): Iterable<Row[]> {
  if (!needsConforming(table)) {
    yield* store.read(table, range)
    return
  }
  const fitting = new FittingRows(table, store.read(withRowName(table), range))
  while (!fitting.over) {
    yield* fitting.rows()
    const aside = fitting.take()
    if (aside.length > 0) throw new Error('a row was set aside, and no plan file asked for it')
  }
}

function* hear(batches: Iterable<Row[]>, heard: (rows: Row[]) => void): Iterable<Row[]> {
  for (const batch of batches) {
    heard(batch)
    yield batch
  }
}

async function attempt(client: Client, effect: Effect): Promise<string | undefined> {
  try {
    await execute(client, effect)
    return undefined
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error)) throw error
    return error.message
  }
}

async function execute(client: Client, { sql }: Effect): Promise<void> {
  await client.query('BEGIN')
  try {
    for (const statement of sql) await client.query(statement)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}
