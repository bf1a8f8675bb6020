/** What the planner's tests plan from: real SQLite databases in memory, and targets as data. */
import Database from 'better-sqlite3'
import type { Assessment, ColumnFacts } from '../../model/assessment.ts'
import { buildPlan } from '../../model/build-plan.ts'
import type { Finding } from '../../model/finding.ts'
import type { Plan } from '../../model/plan.ts'
import { type PlanFile, planRequest, type RequestOptions } from '../../model/plan-request.ts'
import { parsePlanFile } from '../../model/planfile-parse.ts'
import {
  BLANK_TARGET,
  type ExistingColumn,
  type ExistingTable,
  type TargetDescription,
} from '../../model/target.ts'
import { describe } from '../../stores/sqlite/describe.ts'
import { scan } from '../../stores/sqlite/scan.ts'

/** Makes a database of these statements and looks at all of it. */
export function assess(sql: string): Assessment {
  const db = new Database(':memory:')
  try {
    db.exec(sql)
    const schema = describe(db)
    const tables = schema.tables.map(table => scan(db, table, () => {}, true))
    return { source: 'sqlite:/data/app.db', takenAt: '2026-01-01T00:00:00Z', schema, tables, findings: [] }
  } finally {
    db.close()
  }
}

/** An empty PostgreSQL, but for what the test says. */
export function target(given: Partial<TargetDescription> = {}): TargetDescription {
  return {
    ...BLANK_TARGET,
    ...{ engine: 'PostgreSQL 15.14', version: 150014, role: 'app', freeBytes: 2 ** 40 },
    identity: { systemIdentifier: '1', databaseOid: '2', database: 'app' },
    ...given,
  }
}

export function existing(
  name: string,
  columns: ExistingColumn[],
  given: Partial<ExistingTable> = {},
): ExistingTable {
  const none = { uniques: [], foreignKeys: [], triggers: [], referencedBy: [], views: [] }
  const rights = { owns: true, select: true, insert: true, update: true, remove: true, delete: true }
  return { name, hasRows: false, rights, columns, ...none, ...given }
}

export function existingColumn(
  name: string,
  typeName: string,
  given: Partial<ExistingColumn> = {},
): ExistingColumn {
  return { name, typeName, notNull: false, hasDefault: false, generated: false, ...given }
}

export const ENDPOINTS = {
  source: { kind: 'sqlite', path: '/data/app.db', host: 'here' },
  target: { kind: 'postgres', connection: 'postgresql://app@db/app', schema: 'public' },
} as const

interface Wish extends RequestOptions {
  target?: Partial<TargetDescription>
  /** Text of a plan file, without `version`. */
  file?: string
}

/** The plan for a database made of these statements. */
export function planOf(sql: string, { target: given, file, ...options }: Wish = {}): Plan {
  const request = planRequest(ENDPOINTS, options, file === undefined ? undefined : planFile(file))
  return buildPlan({ assessment: assess(sql), target: target(given), request })
}

function planFile(text: string): PlanFile {
  const { file, mistakes } = parsePlanFile(`version: 1\n${text}`, 'plan.yaml')
  if (!file) throw new Error(`the test's plan file is wrong: ${JSON.stringify(mistakes)}`)
  return file
}

/** `severity code object` of each finding, in the plan's order; notes only where they are asked for. */
export function said({ findings }: { findings: Finding[] }, notes = false): string[] {
  return findings
    .filter(({ severity }) => notes || severity !== 'note')
    .map(({ severity, code, object }) => `${severity} ${code} ${object}`)
}

/** The facts of a column without rows, but for what the test says. */
export function facts(given: {
  counts?: Partial<ColumnFacts['counts']>
  integers?: [string | number, string | number]
  formats?: ColumnFacts['formats']
  longest?: Partial<ColumnFacts['longest']>
  unfit?: Partial<ColumnFacts['unfit']>
  finite?: boolean
  decimals?: ColumnFacts['decimals']
}): ColumnFacts {
  const { counts, integers, formats = [], longest, unfit, finite = true, decimals } = given
  return {
    name: 'c',
    declared: '',
    counts: { null: 0, integer: 0, real: 0, text: 0, blob: 0, ...counts },
    ...(integers && { integers: { min: String(integers[0]), max: String(integers[1]) } }),
    finite,
    ...(decimals && { decimals }),
    longest: { textBytes: 0, textChars: 0, blobBytes: 0, ...longest },
    formats,
    unfit: { nul: 0, invalidUtf8: 0, ...unfit },
  }
}
