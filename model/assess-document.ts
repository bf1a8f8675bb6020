/** What `longhaul assess` tells of a source: facts of the scan beside what the planner makes of them. */
import type { Assessment, ColumnFacts, TableFacts } from './assessment.ts'
import { columnFacts } from './build-plan/columns.ts'
import { lookUp } from './build-plan/names.ts'
import { bySeverity, type Finding } from './finding.ts'
import type { LeftOut, Plan, TablePlan } from './plan.ts'
import type { Schema, Table } from './schema.ts'
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
  /** The gravest first; `example` holds a key, and a value only where it was asked for. */
  findings: Finding[]
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
  return {
    longhaul: 'assessment',
    source,
    engine: schema.engine,
    encoding: schema.encoding,
    takenAt,
    tables: schema.tables.map(table =>
      assessTable(
        schema,
        table,
        tables.find(({ name }) => name === table.name)!,
        plan.what.tables.find(({ name }) => name === table.name),
      ),
    ),
    leftOut: plan.what.leftOut,
    findings: [...plan.findings].sort(bySeverity),
  }
}

function assessTable(schema: Schema, table: Table, facts: TableFacts, plan?: TablePlan): AssessedTable {
  const key = keyInWords(table)
  return {
    name: table.name,
    rows: facts.rows,
    bytes: facts.bytes,
    ...(key && { key }),
    dependents: dependentsOf(schema, table),
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

function dependentsOf(schema: Schema, table: Table): string[] {
  const children = schema.tables.filter(({ foreignKeys }) =>
    foreignKeys.some(key => lookUp(schema.tables, key.table) === table),
  )
  const others = schema.others.filter(
    ({ kind, sql, table: on }) =>
      (kind === 'trigger' && on !== undefined && same(on, table.name)) ||
      (kind === 'view' &&
        tokenize(sql).some(({ kind: token, value }) => token !== 'string' && same(value, table.name))),
  )
  return [
    ...children.map(({ name }) => `${name} (foreign key)`),
    ...others.map(({ kind, name }) => `${kind} ${name}`),
  ]
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
