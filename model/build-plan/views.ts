/** Views: their names, what they are in the target, and the order in which they can be made. */
import { showName } from '../name-text.ts'
import type { ViewPlan } from '../plan.ts'
import type { OtherObject, Table } from '../schema.ts'
import { parseCreateView, SqlSyntaxError } from '../sqlite-sql/parse.ts'
import { translateQuery } from '../translate/query.ts'
import { type RelationRef, type Relations, Untranslatable } from '../translate/scope.ts'
import { type Draft, leaveOut, leaveWithNote, type Planning } from './draft.ts'
import { testsJson } from './expressions.ts'
import { assignNames, lookUp } from './names.ts'
import { qualifiedName, relationsOf } from './relations.ts'

/** The views of a plan, and what triggers may name. */
export interface Views {
  plans: ViewPlan[]
  relations: Relations
}

/** Gives every view its name. They are the source's own, so they go before those that are made up for keys. */
export function nameViews(planning: Planning): Map<string, string> {
  const views = viewsOf(planning)
  const names = assignNames(
    views.map(({ name }) => name),
    planning.relations,
  )
  return new Map(views.map(({ name }, i) => [name, names[i]!]))
}

const viewsOf = ({ schema }: Planning) => schema.others.filter(({ kind }) => kind === 'view')

/** Plans every view, each after those that it reads; what cannot be made is left out with its reason. */
export function planViews(
  planning: Planning,
  drafts: readonly Draft[],
  skipped: readonly Table[],
  names: ReadonlyMap<string, string>,
): Views {
  const known = viewsOf(planning)
  const plans: ViewPlan[] = []
  const settled = new Map<OtherObject, RelationRef | 'under way' | 'left out'>()
  const relations: Relations = {
    ...relationsOf(planning, drafts, skipped, name => {
      const view = lookUp(known, name)
      return view && relationOf(view)
    }),
    ...testsJson(planning),
  }
  const settle = (view: OtherObject): void => {
    if (settled.has(view)) return
    settled.set(view, 'under way')
    const made = planView(planning, view, names.get(view.name)!, relations)
    settled.set(view, made?.relation ?? 'left out')
    if (made) plans.push(made.plan)
  }
  const relationOf = (view: OtherObject): RelationRef => {
    settle(view)
    const outcome = settled.get(view)!
    if (outcome === 'under way') throw new Untranslatable(`it reads itself, through ${showName(view.name)}`)
    if (outcome === 'left out')
      throw new Untranslatable(`it reads the view ${showName(view.name)}, which is not made`)
    return outcome
  }
  for (const view of known) settle(view)
  return { plans, relations }
}

interface Made {
  plan: ViewPlan
  relation: RelationRef
}

function planView(
  planning: Planning,
  view: OtherObject,
  name: string,
  relations: Relations,
): Made | undefined {
  const { scope } = planning.request
  if (scope === 'data' || scope === 'check') return void leaveView(planning, view, 'only rows are looked at')
  if (isThere(planning, view)) return void leaveThere(planning, view)
  try {
    const made = translateView(view, { schema: planning.target.schema.name, name }, relations)
    if (name !== view.name) reportName(planning, view, name)
    reportPrinted(planning, made)
    return made
  } catch (error) {
    leaveView(planning, view, untranslatedReason(error))
    return undefined
  }
}

/** Why SQL of the source has no equal; anything else than a translator's or the parser's word is a defect. */
export function untranslatedReason(error: unknown): string {
  if (error instanceof Untranslatable) return `not translated: ${error.message}`
  if (error instanceof SqlSyntaxError) return `its SQL cannot be read: ${error.message}`
  throw error
}

function translateView(view: OtherObject, target: ViewPlan['target'], relations: Relations): Made {
  const { columns: given, query } = parseCreateView(view.sql)
  const { sql, columns } = translateQuery(query, relations)
  const names = given.length > 0 ? given : columns.map(column => column.name)
  if (names.length !== columns.length)
    throw new Untranslatable(`it names ${names.length} columns and its query has ${columns.length}`)
  const targets = assignNames(names, new Set())
  const relation: RelationRef = {
    sql: qualifiedName(target),
    // A bare NULL is text to PostgreSQL.
    columns: columns.map(({ type = { kind: 'text' }, ...column }, i) => ({
      ...column,
      ...{ name: names[i]!, target: targets[i]!, type },
    })),
    uniques: [],
  }
  return { plan: { name: view.name, target, columns: targets, query: sql }, relation }
}

/** Whoever loads into tables that are there has made the views over them as well. */
function isThere({ request, target }: Planning, { name }: OtherObject): boolean {
  if (request.ifExists === 'refuse' || request.ifExists === 'replace') return false
  return target.relations.some(relation => relation.name === name && VIEW_KINDS.has(relation.kind))
}

const VIEW_KINDS = new Set(['view', 'materialized view'])

function leaveThere(planning: Planning, { kind, name, sql }: OtherObject): void {
  const reason = 'the target has a view of this name, which stays as it is'
  leaveWithNote(planning, { kind, name, sql, reason }, 'view-exists')
}

function leaveView(planning: Planning, { kind, name, sql }: OtherObject, reason: string): void {
  leaveOut(
    planning,
    { kind, name, sql, reason },
    {
      code: 'view-not-translated',
      object: `view ${name}`,
      remedy: 'Make it in the target after the run; its SQL is in the report',
    },
  )
}

/** A column of a view has one type there, and SQLite's that of each row. */
function reportPrinted(planning: Planning, { plan, relation }: Made): void {
  const printed = relation.columns.filter(column => column.printed).map(({ name }) => showName(name))
  if (printed.length === 0) return
  planning.findings.push({
    code: 'view-column-as-text',
    severity: 'warning',
    object: `view ${plan.name}`,
    message: `in some rows it gives numbers, in others texts, for ${printed.join(', ')}: there the numbers are texts as well`,
  })
}

function reportName(planning: Planning, { name }: OtherObject, given: string): void {
  planning.findings.push({
    code: 'name-changed',
    severity: 'warning',
    object: `view ${name}`,
    message: `its name is taken in the target, or has not 1 to 63 bytes; it becomes ${showName(given)}`,
  })
}
