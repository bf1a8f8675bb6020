/** After a rollback: tables that were there before the run, compared with what they were like then. */
import { Context } from '@temporalio/activity'
import type { Before } from '../ledger/before.ts'
import { showName } from '../model/name-text.ts'
import type { TablePlan } from '../model/plan.ts'
import type { RolledBack } from '../model/rollback.ts'
import { catalogDifferences, catalogOf, type TableCatalog } from '../stores/postgres/catalog.ts'
import { fingerprintTable } from '../stores/postgres/fingerprint.ts'
import { isThere, type Subject } from './rollback-subject.ts'

type Verified = Pick<RolledBack, 'verified' | 'differences'>

/** Lines of one table's catalog that are told; more of them mean another table. */
const MOST = 10

/** Rows by count and digest, and with `catalog` also what the table is besides them. */
export async function verifyBefore(subject: Subject, { catalog }: { catalog: boolean }): Promise<Verified> {
  const { client, tables, before } = subject
  const known = tables.filter(({ name }) => before.has(name))
  const differences: string[] = []
  for (const table of known) {
    Context.current().heartbeat(table.name)
    differences.push(...(await differencesOf(client, table, before.get(table.name)!, catalog)))
  }
  if (catalog) differences.push(...(await droppedFor(subject)))
  const blank = tables.filter(t => t.action !== 'create' && !before.has(t.name))
  return {
    verified: [
      ...(known.length > 0
        ? [
            `${known.length} table(s) that were there before: rows by count and digest${catalog ? ', columns, constraints, indexes, triggers, rules, policies, owner, grants, comments and sequences' : ''}`,
          ]
        : []),
      ...(blank.length > 0 && catalog
        ? [`not compared: ${blank.length} table(s) of which nothing was noted before the run`]
        : []),
    ],
    differences,
  }
}

/** Whose old table is not back once all is undone: the run dropped it, with consent. */
async function droppedFor({ client, tables, before, what }: Subject): Promise<string[]> {
  if (what.policies.backup !== 'none') return []
  const found: string[] = []
  for (const table of tables) {
    if (table.action !== 'replace' || before.has(table.name) || (await isThere(client, table))) continue
    const name = showName(`${table.target.schema}.${table.target.name}`)
    found.push(
      `table ${name}: the run dropped the one that was there, with its rows (--backup none, consent no-way-back), and nothing brings it back`,
    )
  }
  return found
}

async function differencesOf(
  client: Subject['client'],
  table: TablePlan,
  before: Before<TableCatalog>,
  catalog: boolean,
): Promise<string[]> {
  const { target } = table
  const name = `table ${showName(`${target.schema}.${target.name}`)}`
  if (!(await isThere(client, table))) return [`${name} is not there any more`]
  const { rows, digest } = await fingerprintTable(client, target)
  const found = catalog ? catalogDifferences(before.catalog, await catalogOf(client, target)) : []
  return [
    ...(rows === before.rows && digest === before.digest ? [] : [rowsDiffer(name, rows, before.rows)]),
    ...found.slice(0, MOST).map(line => `${name}: ${line}`),
    ...(found.length > MOST ? [`${name}: and ${found.length - MOST} more`] : []),
  ]
}

const rowsDiffer = (name: string, rows: number, before: number) =>
  rows === before
    ? `${name}: has ${rows} rows as before, but not the same ones: others have changed it since`
    : `${name}: has ${rows} rows, and had ${before} before the run: others have written to it since`

/** Tables that the run made and that are gone. */
export async function verifyGone({ client, tables }: Subject): Promise<Verified> {
  const made = tables.filter(table => table.action === 'create')
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT t.schema, t.name FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) AS t(schema, name)
       JOIN pg_namespace n ON n.nspname = t.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name`,
    [made.map(({ target }) => target.schema), made.map(({ target }) => target.name)],
  )
  return {
    verified:
      made.length > rows.length
        ? [`${made.length - rows.length} table(s) that were not there before: gone`]
        : [],
    differences: rows.map(
      ({ schema, name }) => `table ${showName(`${schema}.${name}`)} is there, and this run did not make it`,
    ),
  }
}
