/** What the role must be allowed to do for a rollback: told before, and not when half of it is done. */
import { overwrites } from '../ledger/written.ts'
import { showName } from '../model/name-text.ts'
import { isLoadedInto, keepsOthers, type TablePlan } from '../model/plan.ts'
import { asideSchema } from '../stores/postgres/aside.ts'
import { ident, qualified } from '../stores/postgres/quote.ts'
import type { Subject } from './rollback-subject.ts'

export interface Lacking {
  refusals: string[]
  /** Tables whose rows cannot even be counted. */
  unreadable: ReadonlySet<string>
}

/** A table or view and what this role may do with it. */
interface May {
  schema: string
  name: string
  role: string
  enter: boolean
  owns: boolean
  /** Its owner or that of its schema, either of whom may drop it. */
  drops: boolean
  reads: boolean
  updates: boolean
  deletes: boolean
  truncates: boolean
  /** Has triggers of users that fire. */
  loud: boolean
  /** May make something in its schema. */
  makes: boolean
}

export async function rightsLacking(subject: Subject): Promise<Lacking> {
  const { tables, scope, run, what } = subject
  const may = await rightsOn(subject, [
    ...tables.map(({ target }) => target),
    ...tables.map(({ target }) => ({ schema: asideSchema(run.id), name: target.name })),
    ...what.views.map(({ target }) => target),
  ])
  const dropping = scope.kind === 'all'
  const found = tables.map(table => ({ table, at: may.get(key(table.target)) }))
  const here = found.flatMap(({ table, at }) => (at && isOurs(subject, table) ? [{ table, at }] : []))
  return {
    refusals: [
      ...here.flatMap(({ table, at }) =>
        dropping && !isLoadedInto(table) ? toDrop(at, 'table') : toEmpty(at, subject, table),
      ),
      ...(dropping ? tables.flatMap(table => toPutBack(subject, table, may)) : []),
      ...(dropping ? viewsOf(subject).flatMap(view => toDrop(may.get(key(view)), 'view')) : []),
      ...(await ledgerRights(subject)),
    ],
    unreadable: new Set(here.flatMap(({ table, at }) => (at.enter && at.reads ? [] : [table.name]))),
  }
}

const key = ({ schema, name }: { schema: string; name: string }) => `${schema}\0${name}`

/** A table that stood in the way of a `create` is none of the rollback's. */
const isOurs = ({ objects }: Subject, table: TablePlan) =>
  isLoadedInto(table) || objects.some(o => o.kind === 'table' && o.table === table.name && o.done)

const viewsOf = ({ scope, what, objects }: Subject) =>
  scope.tables
    ? []
    : what.views
        .map(({ target }) => target)
        .filter(({ name }) => objects.some(o => o.kind === 'view' && o.name === name && o.done))

/** Without a right on the schema no right on what is in it is of use. */
function toEnter({ enter, schema, role }: May): string[] {
  return enter
    ? []
    : [
        `the role ${showName(role)} may not enter schema ${showName(schema)}. Let its owner run GRANT USAGE ON SCHEMA ${ident(schema)} TO ${ident(role)}`,
      ]
}

function toDrop(at: May | undefined, kind: 'table' | 'view'): string[] {
  if (!at) return []
  const { schema, name, role, drops, reads } = at
  const place = `${kind} ${showName(`${schema}.${name}`)}`
  const lacks = [
    ...(drops
      ? []
      : [`${place} belongs to another role, and ${showName(role)} may not drop it. ${owned(at, kind)}`]),
    ...(reads || kind === 'view'
      ? []
      : [
          `the role ${showName(role)} may not read ${place}, and what would be lost is not known. ${granted(at, 'SELECT')}`,
        ]),
  ]
  return [...toEnter(at), ...lacks]
}

const owned = ({ schema, name, role }: May, kind: 'table' | 'view') =>
  `Connect as its owner, or let the owner run ALTER ${kind.toUpperCase()} ${qualified(schema, name)} OWNER TO ${ident(role)}`
const granted = ({ schema, name, role }: May, rights: string) =>
  `Let its owner run GRANT ${rights} ON ${qualified(schema, name)} TO ${ident(role)}`

/** A table that nobody else has rows in goes by TRUNCATE as well. */
function toEmpty(at: May, { scope, before }: Subject, table: TablePlan): string[] {
  const { schema, name, role, reads, updates, deletes, truncates, loud, owns } = at
  const place = `table ${showName(`${schema}.${name}`)}`
  const alone =
    scope.where === undefined && (before.get(table.name)?.rows ?? (keepsOthers(table) ? 1 : 0)) === 0
  const lacking = [
    ...(reads ? [] : ['SELECT']),
    ...(updates || !overwrites(table) ? [] : ['UPDATE']),
    ...(deletes || (alone && truncates) ? [] : ['DELETE']),
  ]
  return [
    ...toEnter(at),
    ...(lacking.length > 0
      ? [
          `the role ${showName(role)} lacks ${lacking.join(', ')} on ${place}, so that it cannot take the run's rows out. ${granted(at, lacking.join(', '))}`,
        ]
      : []),
    ...(loud && !owns
      ? [
          `${place} has triggers that would fire, and ${showName(role)}, who does not own it, may not disable them. ${owned(at, 'table')}`,
        ]
      : []),
  ]
}

/** Moving the old table back takes its owner, and the right to make something where it goes. */
function toPutBack(
  { run, objects }: Subject,
  { name, action, target }: TablePlan,
  may: Map<string, May>,
): string[] {
  const old = may.get(key({ schema: asideSchema(run.id), name: target.name }))
  const kept = objects.some(o => o.kind === 'old table' && o.table === name && o.done)
  if (action !== 'replace' || !old || !kept) return []
  const to = may.get(key(target))
  return [
    ...(old.owns
      ? []
      : [
          `the old table of ${showName(name)} belongs to another role, and ${showName(old.role)} may not move it back. ${owned(old, 'table')}`,
        ]),
    ...(to && !to.makes
      ? [
          `the role ${showName(old.role)} may not make tables in schema ${showName(target.schema)}, where the old table of ${showName(name)} goes back. Let its owner run GRANT CREATE ON SCHEMA ${ident(target.schema)} TO ${ident(old.role)}`,
        ]
      : []),
  ]
}

async function rightsOn(
  { client }: Subject,
  places: readonly { schema: string; name: string }[],
): Promise<Map<string, May>> {
  const { rows } = await client.query<May>(
    `SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS name, current_user::text AS role,
            has_schema_privilege(n.oid, 'USAGE') AS enter,
            has_schema_privilege(n.oid, 'CREATE') AS makes,
            pg_has_role(c.relowner, 'USAGE') AS owns,
            pg_has_role(c.relowner, 'USAGE') OR pg_has_role(n.nspowner, 'USAGE') AS drops,
            has_table_privilege(c.oid, 'SELECT') AS reads,
            has_table_privilege(c.oid, 'UPDATE') AS updates,
            has_table_privilege(c.oid, 'DELETE') AS deletes,
            has_table_privilege(c.oid, 'TRUNCATE') AS truncates,
            EXISTS (SELECT FROM pg_trigger AS t
                     WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')) AS loud
       FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) AS t(schema, name)
       JOIN pg_namespace n ON n.nspname = t.schema
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name`,
    [places.map(({ schema }) => schema), places.map(({ name }) => name)],
  )
  return new Map(rows.map(may => [key(may), may]))
}

/** The record of the run goes with it, and the ledger with the last run. */
async function ledgerRights({ client, ledger, scope }: Subject): Promise<string[]> {
  const { rows } = await client.query<{ role: string; writes: boolean; owns: boolean; last: boolean }>(
    `SELECT current_user::text AS role, pg_has_role(c.relowner, 'USAGE') AS owns,
            has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE') AS writes,
            (SELECT count(*) = 1 FROM ${qualified(ledger.schema, `${ledger.prefix}run`)}) AS last
       FROM pg_class c WHERE c.oid = to_regclass($1)`,
    [qualified(ledger.schema, `${ledger.prefix}run`)],
  )
  const { role, writes, owns, last } = rows[0]!
  const whole = scope.kind === 'all' && !scope.tables
  if (owns || (writes && !(whole && last))) return []
  return [
    `the ledger in schema ${showName(ledger.schema)} belongs to another role, and ${showName(role)} may not ${writes ? 'drop' : 'write to'} it. Connect as the role that began the run`,
  ]
}
