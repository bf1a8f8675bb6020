/** What a rollback is about: the run as its ledger has it, and the tables and objects that the scope means. */
import type { Client } from 'pg'
import { type Before, readBefore } from '../ledger/before.ts'
import { countOverwritten, overwrittenNow } from '../ledger/overwritten.ts'
import { type ObjectRow, readObjects, readTables, type TableRow } from '../ledger/reader.ts'
import { getPlan, getRun, listRuns, type RunRow } from '../ledger/runs.ts'
import { findLedger, isCurrent, type Place, TELLING_TABLES } from '../ledger/schema.ts'
import { idsHold, NO_TRANSACTIONS, tally } from '../ledger/written.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import type { Overwritten, TableFacts } from '../model/judge-rollback.ts'
import { isLoadedInto, keepsOthers, type PlanWhat, type TablePlan } from '../model/plan.ts'
import type { RollbackScope } from '../model/rollback.ts'
import { tablesOfScope } from '../model/tables-of-scope.ts'
import type { TableCatalog } from '../stores/postgres/catalog.ts'
import { qualified } from '../stores/postgres/quote.ts'
import type { Reference } from '../stores/postgres/referring.ts'
import { databaseId } from './session.ts'

export interface Subject {
  client: Client
  ledger: Place
  run: RunRow
  what: PlanWhat
  scope: RollbackScope
  /** Those that the scope means. */
  tables: TablePlan[]
  /** All of the run, in the order of undoing. */
  objects: ObjectRow[]
  counts: Map<string, TableRow>
  before: Map<string, Before<TableCatalog>>
  /** Why no row of the run can be told from others' by its transaction; absent: they can. */
  blind?: string
}

/** Undefined where the target's ledger does not have the run: it was taken back already. Fails with `usage`. */
export async function openSubject(
  client: Client,
  { run, target, scope }: { run: string; target: PostgresEndpoint; scope: RollbackScope },
): Promise<Subject | undefined> {
  const ledger = await findLedger(client, target.schema)
  const row = ledger && (await getRun(client, ledger, run))
  if (!ledger || !row) return undefined
  const { what } = (await getPlan(client, ledger, run))!.plan
  const current = await isCurrent(client, ledger, TELLING_TABLES)
  const blind = row.database === (await databaseId(client)) ? (current ? undefined : NO_TRANSACTIONS) : COPY
  return {
    ...{ client, ledger, run: row, what, scope },
    tables: tablesOfScope(what, scope),
    objects: await readObjects(client, ledger, run, true),
    counts: new Map((await readTables(client, ledger, run)).map(table => [table.name, table])),
    before: current ? await readBefore(client, ledger, run) : new Map(),
    ...(blind !== undefined && { blind }),
  }
}

const COPY = 'this database is a copy of the one in which they were written'

const MAY_HOLD_ROWS: ReadonlySet<TablePlan['action']> = new Set(['append', 'upsert', 'replace'])

const isDropped = ({ kind, done }: ObjectRow) => kind === 'old tables' && done

/** A table as it is now; reads all of its rows. */
export async function survey(
  { client, ledger, run, counts, before, blind, objects }: Subject,
  table: TablePlan,
): Promise<TableFacts> {
  const written = counts.get(table.name)?.written ?? 0
  const known = {
    name: table.name,
    target: `${table.target.schema}.${table.target.name}`,
    made: !isLoadedInto(table),
    written,
    before: !isLoadedInto(table) ? 0 : (before.get(table.name)?.rows ?? 0),
    noted: before.get(table.name)?.rows ?? (MAY_HOLD_ROWS.has(table.action) ? null : 0),
    ...(table.action === 'replace' && objects.some(isDropped) && { dropped: true as const }),
    ...(keepsOthers(table) && !before.has(table.name) && { unnoted: true as const }),
  }
  // A table that stood in the way of a `create` that was never made is somebody else's.
  const made =
    isLoadedInto(table) || objects.some(o => o.kind === 'table' && o.table === table.name && o.done)
  if (!made) return { ...known, written: 0, there: false, rows: 0, own: 0 }
  if (!(await isThere(client, table))) return { ...known, there: false, rows: 0, own: 0 }
  const unknown =
    blind === undefined ? await idsHold(client, ledger, run.id, table) : written === 0 ? undefined : blind
  if (blind !== undefined || unknown !== undefined) {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::float8 AS n FROM ${qualified(table.target.schema, table.target.name)}`,
    )
    const over = await overwrittenOf(client, ledger, run.id, table)
    return {
      ...known,
      ...(over && { over }),
      there: true,
      rows: rows[0]!.n,
      own: 0,
      ...(unknown !== undefined && { unknown }),
    }
  }
  const over = await overwrittenOf(client, ledger, run.id, table)
  return { ...known, ...(over && { over }), there: true, ...(await tally(client, ledger, run.id, table)) }
}

async function overwrittenOf(
  client: Client,
  ledger: Place,
  run: string,
  table: TablePlan,
): Promise<Overwritten | undefined> {
  const rows = await countOverwritten(client, ledger, run, table)
  return rows > 0 ? { rows, ...(await overwrittenNow(client, ledger, run, table)) } : undefined
}

/** Under its name. */
export async function isThere(client: Client, { target }: TablePlan): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    qualified(target.schema, target.name),
  ])
  return rows[0]!.there
}

/**
 * Whether rows of others may go or change by this key's rule when rows of the run go: it takes a consent. Rows of the
 * run itself, in tables that the scope leaves out, never go unsaid.
 */
export function goesAlong({ what, tables }: Subject, { cascades, child }: Reference): boolean {
  const isChild = ({ target }: TablePlan) => target.schema === child.schema && target.name === child.name
  return cascades && (tables.some(isChild) || !what.tables.some(isChild))
}

/** A run that came after it and has written into the same tables. */
export async function laterRun({ client, ledger, run, tables }: Subject): Promise<RunRow | undefined> {
  const places = tables.map(({ target }) => `${target.schema}.${target.name}`)
  return (await listRuns(client, ledger)).find(
    other =>
      other.id !== run.id &&
      other.startedAt > run.startedAt &&
      other.targetTables.some(table => places.includes(table)),
  )
}
