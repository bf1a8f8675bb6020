/** A rollback as SQL to run by hand, written from the target's ledger: no Temporal and no worker is needed. */
import { conditionTrials } from '../ledger/condition.ts'
import { type ObjectRow, readObjects, readTables } from '../ledger/reader.ts'
import { getPlan, getRun } from '../ledger/runs.ts'
import { findLedger, isCurrent } from '../ledger/schema.ts'
import { undoScript } from '../ledger/undo-script.ts'
import { Failure } from '../model/failure.ts'
import { isLoadedInto, type PlanWhat, type TablePlan } from '../model/plan.ts'
import type { RollbackScope } from '../model/rollback.ts'
import { tablesOfScope } from '../model/tables-of-scope.ts'
import { connect } from '../sessions/connect.ts'
import { toFailure } from '../sessions/errors.ts'
import type { Surroundings } from './here.ts'
import type { RollbackTarget } from './rollback.ts'
import { ledgerEndpoint } from './target.ts'

/** Fails with `usage` for what no script can do, and for tables that are none of the run. */
export async function rollbackScript(
  { run, name, target: to }: RollbackTarget,
  scope: RollbackScope,
  { home, env }: Surroundings,
): Promise<string> {
  if (scope.kind === 'database') throw noScript(name)
  const target = ledgerEndpoint(to)
  const client = await connect(target, { home, env, application: 'longhaul client' })
  try {
    await client.query('SET default_transaction_read_only = on')
    const ledger = await findLedger(client, target.schema)
    const row = ledger && (await getRun(client, ledger, run))
    if (!ledger || !row) throw gone(name)
    if (!(await isCurrent(client, ledger))) throw older(name)
    const { what } = (await getPlan(client, ledger, run))!.plan
    const counts = await readTables(client, ledger, run)
    const tables = await existing(client, tablesOfScope(what, scope))
    if (scope.where !== undefined) await mustBeCondition(client, tables, scope.where)
    const objects = await readObjects(client, ledger, run, true)
    return undoScript({
      ...{ ledger, run: row, scope, tables },
      objects: scope.tables ? objects.filter(belongsTo(tables, what)) : objects,
      written: new Map(counts.map(({ name, written }) => [name, written])),
    })
  } finally {
    await client.end().catch(() => {})
  }
}

async function existing(
  client: Awaited<ReturnType<typeof connect>>,
  tables: TablePlan[],
): Promise<TablePlan[]> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT pg_catalog.to_regclass(pg_catalog.quote_ident(schema) || '.' || pg_catalog.quote_ident(name)) IS NOT NULL AS there
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS t(schema, name, at) ORDER BY at`,
    [tables.map(({ target }) => target.schema), tables.map(({ target }) => target.name)],
  )
  return tables.filter((_, i) => rows[i]!.there)
}

async function mustBeCondition(
  client: Awaited<ReturnType<typeof connect>>,
  tables: TablePlan[],
  where: string,
): Promise<void> {
  for (const table of tables)
    for (const trial of conditionTrials(table, where))
      await client.query(trial, [0]).catch(error => {
        throw toFailure(error, { object: `--where for table "${table.name}"`, doing: 'read the condition' })
      })
}

/** As far as the plan tells: a view of the run that reads one of the tables is named by PostgreSQL. */
function belongsTo(tables: readonly TablePlan[], what: PlanWhat): (object: ObjectRow) => boolean {
  const names = new Set(tables.map(({ name }) => name))
  const places = new Set(
    tables.filter(t => !isLoadedInto(t)).map(({ target }) => `${target.schema}.${target.name}`),
  )
  const keys = new Set(
    what.tables.flatMap(table =>
      table.foreignKeys
        .filter(({ references: { schema, table: parent } }) => places.has(`${schema}.${parent}`))
        .map(({ name }) => `${table.name}\0${name}`),
    ),
  )
  const triggers = new Set(
    what.triggers.filter(({ on }) => places.has(`${on.schema}.${on.name}`)).map(({ target }) => target),
  )
  return ({ kind, table, name }) => {
    if (kind === 'trigger' || kind === 'old function') return triggers.has(name)
    if (kind === 'foreign key' || kind === 'constraint for new rows')
      return names.has(table) || keys.has(`${table}\0${name}`)
    return table !== '' && names.has(table)
  }
}

const noScript = (name: string) =>
  new Failure({
    code: 'usage',
    object: `run ${name}`,
    message: 'a database cannot drop itself in a script',
    remedy: 'Roll back with --scope database, or restore the dump of the run by hand with pg_restore',
  })

const gone = (name: string) =>
  new Failure({
    code: 'usage',
    object: `run ${name}`,
    message: "the target's ledger does not have it: it was taken back already",
  })

const older = (name: string) =>
  new Failure({
    code: 'usage',
    object: `run ${name}`,
    message: 'an earlier version of longhaul wrote its ledger, which does not tell its rows from others',
    remedy: 'Roll back with "longhaul rollback"',
  })
