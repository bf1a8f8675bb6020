/** Views: those that are certain to show the same rows. */
import { leaveWithNote } from '../build-plan/draft.ts'
import type { ViewPlan } from '../plan.ts'
import type { PostgresTable, PostgresView } from '../postgres-schema.ts'
import type { From } from '../postgres-sql/ast.ts'
import { NotUnderstood } from '../postgres-sql/cursor.ts'
import { parseSelect } from '../postgres-sql/select.ts'
import { quoteName } from '../sql-text.ts'
import { foldName } from '../sqlite-sql/names.ts'
import { attempt } from './attempt.ts'
import { columnValue } from './context.ts'
import type { Draft, Planning } from './draft.ts'
import { type Relation, translateSelect } from './expression/select.ts'
import { refuse, type Value } from './expression/value.ts'
import { freeName, usualName } from './names.ts'

/** In an order in which they can be made. */
export function planViews(planning: Planning, drafts: readonly Draft[]): ViewPlan[] {
  const { scope } = planning.request
  if (scope === 'data' || scope === 'check') return []
  const known: Known = { relations: tablesOf(drafts), left: tablesLeft(planning, drafts) }
  const waiting = new Map(
    planning.origin.views.map(view => [idOf(view), { view, reads: tablesIn(view.query) }]),
  )
  const plans: ViewPlan[] = []
  // Each round makes those that wait for no other; views cannot go round in a circle.
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, { reads }]) => !reads.some(id => waiting.has(id)))
    for (const [id, { view, reads }] of ready) {
      waiting.delete(id)
      plans.push(...planView(planning, view, reads, known))
    }
  }
  return plans
}

interface Known {
  /** By `schema.name`: what queries of the target may read. */
  relations: Map<string, Relation>
  /** Likewise, plan names of tables that are not copied. */
  left: Map<string, string>
}

const idOf = ({ schema, name }: { schema: string; name: string }): string => JSON.stringify([schema, name])

const idOfTable = ({ schema, relation }: PostgresTable): string => idOf({ schema, name: relation })

function tablesOf(drafts: readonly Draft[]): Map<string, Relation> {
  return new Map(
    drafts.map(draft => [
      idOfTable(draft.table),
      {
        target: draft.plan.target.name,
        column: (name: string, alias: string): Value | undefined => columnValue(draft, name, alias),
      },
    ]),
  )
}

function tablesLeft({ origin }: Planning, drafts: readonly Draft[]): Map<string, string> {
  const copied = new Set(drafts.map(({ table }) => table))
  return new Map(origin.tables.flatMap(table => (copied.has(table) ? [] : [[idOfTable(table), table.name]])))
}

function planView(
  planning: Planning,
  view: PostgresView,
  reads: readonly string[],
  known: Known,
): ViewPlan[] {
  const kind = view.materialized ? 'materialized view' : 'view'
  const name = view.schema === 'public' ? view.name : `${view.schema}.${view.name}`
  const object = `${kind} ${name}`
  const missing = reads.flatMap(id => known.left.get(id) ?? [])[0]
  if (missing !== undefined && !view.materialized) {
    const reason = `it reads table ${missing}, which is left out`
    leaveWithNote(planning, { kind, name, sql: view.query, reason }, 'view-left-out')
    return []
  }
  const plan = attempt(planning, { kind, name, sql: view.query }, object, () => {
    if (view.materialized) refuse('SQLite keeps no rows of a query')
    const wanted = usualName(planning, view.schema, view.name)
    if (planning.names.has(foldName(wanted))) refuse('its name in SQLite is taken')
    const warn = (code: string, message: string) => {
      planning.findings.push({ code, severity: 'warning', object, message })
    }
    const { sql, columns } = translateSelect(view.query, {
      origin: planning.origin,
      relation: (schema, relation) =>
        known.relations.get(idOf({ schema: schema ?? 'pg_catalog', name: relation })),
      warn: warning => warn(warning.code, warning.message),
    })
    known.relations.set(idOf(view), {
      target: wanted,
      column: (column, alias) => viewColumn(view, columns, column, alias),
    })
    return { name, target: { schema: 'main', name: wanted }, columns: view.columns, query: sql }
  })
  if (plan) freeName(planning, plan.target.name)
  return plan ? [plan] : []
}

function viewColumn(
  { columns }: PostgresView,
  values: readonly Value[],
  name: string,
  alias: string,
): Value | undefined {
  const at = columns.indexOf(name)
  const value = values[at]
  return value && { sql: `${quoteName(alias)}.${quoteName(name)}`, holds: value.holds }
}

/** Tables and views that a query reads; none where it is not understood, as it is left out then. */
function tablesIn(query: string): string[] {
  try {
    return tablesRead(parseSelect(query).from)
  } catch (error) {
    if (error instanceof NotUnderstood) return []
    throw error
  }
}

function tablesRead(from: From | undefined): string[] {
  if (!from) return []
  if (from.kind === 'join') return [...tablesRead(from.left), ...tablesRead(from.right)]
  return [idOf({ schema: from.schema ?? 'pg_catalog', name: from.name })]
}
