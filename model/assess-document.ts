/** What `longhaul assess` tells of a source: facts of the scan beside what the planner makes of them. */

import type { Assessment, ColumnFacts, TableFacts } from './assessment.ts'
import { columnFacts } from './build-plan/columns.ts'
import { bySeverity, type Finding } from './finding.ts'
import type { LeftOut, Plan, TablePlan } from './plan.ts'
import type { Schema, Table } from './schema.ts'
import { foldName } from './sqlite-sql/names.ts'
import { tokenize } from './sqlite-sql/tokens.ts'
import { showType } from './type-text.ts'

export interface AssessDocument {
  longhaul: 'assessment'
  /** The source as it may be shown, its engine and encoding. */
  source: string
  engine: string
  encoding: string
  takenAt: string
  tables: AssessedTable[]
  leftOut: LeftOut[]
  /** The gravest first. */
  findings: AssessedFinding[]
}

export type AssessedFinding = Finding & {
  /** What the row of the example holds, in words; only where the user asked for values. */
  value?: string
}

export interface AssessedTable {
  name: string
  rows: number
  bytes: number
  /** In words: `id (row number, AUTOINCREMENT)`; absent where there is none. */
  key?: string
  /** What depends on it, in words: `orders (foreign key)`, `view active_users`, `trigger touch`. */
  dependents: string[]
  columns: AssessedColumn[]
}

export type AssessedColumn = ColumnFacts & {
  /** The type chosen in the target's words, and why; absent where the plan leaves the table out. */
  target?: string
  why?: string
}

/** Puts assessment and plan side by side. */
export function assessDocument(assessment: Assessment, plan: Plan): AssessDocument {
  const { schema, tables, source, takenAt } = assessment
  const facts = new Map(tables.map(table => [table.name, table]))
  const plans = new Map(plan.what.tables.map(table => [table.name, table]))
  const dependents = dependentsOf(schema)
  return {
    longhaul: 'assessment',
    source,
    engine: schema.engine,
    encoding: schema.encoding,
    takenAt,
    tables: schema.tables.map(table =>
      assessTable(
        table,
        dependents.get(foldName(table.name)) ?? [],
        facts.get(table.name)!,
        plans.get(table.name),
      ),
    ),
    leftOut: plan.what.leftOut,
    findings: plan.findings.map(finding => ({ ...finding })).sort(bySeverity),
  }
}

function assessTable(
  table: Table,
  dependents: string[],
  facts: TableFacts,
  plan: TablePlan | undefined,
): AssessedTable {
  const key = keyInWords(table)
  return {
    name: table.name,
    rows: facts.rows,
    bytes: facts.bytes,
    ...(key && { key }),
    dependents,
    columns: table.columns.map(({ name }) => {
      const planned = plan?.columns.find(column => column.name === name)
      return {
        ...columnFacts(facts.columns, name),
        ...(planned && { target: showType(planned.type), why: planned.why }),
      }
    }),
  }
}

function keyInWords({ primaryKey }: Table): string | undefined {
  if (!primaryKey) return undefined
  const marks = [primaryKey.rowid && 'row number', primaryKey.autoIncrement && 'AUTOINCREMENT'].filter(
    Boolean,
  )
  return primaryKey.columns.join(', ') + (marks.length > 0 ? ` (${marks.join(', ')})` : '')
}

/** By folded name of a table: gathered in one pass, as there may be thousands. */
function dependentsOf({ tables, others }: Schema): Map<string, string[]> {
  const found = new Map<string, string[]>()
  const note = (on: Iterable<string>, dependent: string) => {
    for (const name of new Set(on)) found.set(name, [...(found.get(name) ?? []), dependent])
  }
  for (const { name, foreignKeys } of tables)
    note(
      foreignKeys.map(key => foldName(key.table)),
      `${name} (foreign key)`,
    )
  for (const { kind, name, sql, table } of others) {
    if (kind === 'trigger' && table !== undefined) note([foldName(table)], `trigger ${name}`)
    if (kind !== 'view') continue
    const words = tokenize(sql).filter(token => token.kind !== 'string')
    note(
      words.map(({ value }) => foldName(value)),
      `view ${name}`,
    )
  }
  return found
}
