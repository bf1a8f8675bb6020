/** Tables: their names in the target, and whether they are made, loaded into or replaced. */
import type { Assessment, TableFacts } from '../assessment.ts'
import { Failure } from '../failure.ts'
import type { Finding } from '../finding.ts'
import { isLedgerTable } from '../ledger-names.ts'
import { showName } from '../name-text.ts'
import type { Action, ColumnPlan } from '../plan.ts'
import { renameLine } from '../plan-line.ts'
import type { PlanRequest } from '../plan-request.ts'
import type { Table } from '../schema.ts'
import { columnFacts } from './columns.ts'
import type { Draft, Planning } from './draft.ts'
import { existingFindings } from './existing-rows.ts'
import { assignNames, lookUp, nameFits } from './names.ts'
import { settingsOf } from './selection.ts'
import { actionBeside } from './upsert.ts'

/** Names every chosen table and decides what happens to one that is there already. Columns come later. */
export function draftTables(planning: Planning, tables: readonly Table[], assessment: Assessment): Draft[] {
  const wanted = tables.map(table => settingsOf(planning.request, table)?.target ?? table.name)
  reportCollisions(planning, tables, wanted)
  // What the target has does not push a table aside: it is used, replaced or refused under its own name.
  const names = assignNames(wanted, new Set())
  const drafts = tables.map((table, i) => {
    if (wanted[i] !== names[i] && !nameFits(wanted[i]!)) reportName(planning, table, names[i]!)
    return draft(planning, table, factsOf(assessment, table), names[i]!)
  })
  for (const { plan, table } of drafts) {
    planning.relations.add(plan.target.name)
    if (isLedgerTable(plan.target.name)) reportReserved(planning, table)
  }
  return drafts
}

/** Bytes that no row of these columns passes: their longest values together, 8 for a number. */
export function largestRow(columns: readonly ColumnPlan[], facts: TableFacts): number {
  return columns.reduce((sum, { name }) => {
    const { textBytes, blobBytes } = columnFacts(facts.columns, name).longest
    return sum + Math.max(textBytes, blobBytes, 8)
  }, 0)
}

function factsOf(assessment: Assessment, table: Table): TableFacts {
  const facts = assessment.tables.find(({ name }) => name === table.name)
  if (facts) return facts
  throw new Failure({
    code: 'internal',
    object: `table ${showName(table.name)}`,
    message: 'the assessment has no facts about this table',
  })
}

function reportCollisions(planning: Planning, tables: readonly Table[], wanted: readonly string[]): void {
  for (const [i, name] of wanted.entries()) {
    const first = wanted.indexOf(name)
    if (first === i) continue
    planning.findings.push({
      code: 'name-collision',
      severity: 'refused',
      object: `table ${tables[i]!.name}`,
      message: `it would have the same name in the target as ${showName(tables[first]!.name)}`,
      remedy: `Choose another with ${renameLine(tables[i]!.name, 'NAME')}`,
    })
  }
}

function reportName(planning: Planning, table: Table, given: string): void {
  planning.findings.push({
    code: 'name-changed',
    severity: 'warning',
    object: `table ${table.name}`,
    message: `PostgreSQL holds names of 1 to 63 bytes; it becomes ${showName(given)}`,
    remedy: `Choose a name with ${renameLine(table.name, 'NAME')}`,
  })
}

function reportReserved(planning: Planning, table: Table): void {
  planning.findings.push({
    code: 'name-reserved',
    severity: 'refused',
    object: `table ${table.name}`,
    message: "its name in the target is one of those of longhaul's own records",
    remedy: `Choose another with ${renameLine(table.name, 'NAME')}`,
  })
}

function draft(planning: Planning, table: Table, facts: TableFacts, name: string): Draft {
  const { request, target } = planning
  const loads = request.ifExists !== 'refuse' || rowsOnly(request)
  const existing = loads ? lookUp(target.tables, name) : target.tables.find(there => there.name === name)
  if (existing)
    planning.findings.push(...existingFindings(planning, table, existing, actionFor(request, table)))
  else planning.findings.push(...absentFindings(planning, table, name))
  return {
    table,
    facts,
    // A refused table is planned as a new one: one finding says it all.
    ...(existing && loads && { existing }),
    plan: {
      name: table.name,
      target: { schema: target.schema.name, name: existing?.name ?? name },
      action: existing && loads ? actionFor(request, table) : 'create',
      columns: [],
      access: table.access,
      key: [],
      uniques: [],
      checks: [],
      indexes: [],
      statistics: [],
      foreignKeys: [],
      rows: facts.rows,
      bytes: facts.bytes,
      sourceSql: table.sql,
    },
  }
}

/** The tables are somebody else's: they are loaded into, or looked at. */
const rowsOnly = ({ scope }: PlanRequest) => scope === 'data' || scope === 'check'

/** What becomes of a table that is there. */
function actionFor(request: PlanRequest, table: Table): Exclude<Action, 'create'> {
  const { scope, ifExists } = request
  if (scope === 'check') return 'use'
  if (ifExists === 'append' || ifExists === 'upsert') return actionBeside(request, table)
  return ifExists === 'replace' && scope !== 'data' ? 'replace' : 'use'
}

function absentFindings(planning: Planning, table: Table, name: string): Finding[] {
  const { request, target } = planning
  const object = `table ${table.name}`
  if (rowsOnly(request)) {
    return [
      {
        code: 'table-missing',
        severity: 'refused',
        object,
        message: 'the target has no such table',
        remedy: 'Make the tables first with `longhaul schema`, or use `longhaul full`',
      },
    ]
  }
  const other = target.relations.find(relation => relation.name === name)
  if (!other) return []
  return [
    {
      code: 'name-taken',
      severity: 'refused',
      object,
      message: `the target has a ${other.kind} of this name`,
      remedy: `Name another schema, or give it another name with ${renameLine(table.name, 'NAME')}`,
    },
  ]
}
