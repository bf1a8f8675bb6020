/** Tables of a plan into SQLite: which are made, which are loaded into, and where their rows are read. */
import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { Action } from '../plan.ts'
import { renameLine } from '../plan-line.ts'
import type { PostgresSchema, PostgresTable } from '../postgres-schema.ts'
import type { Access, Table } from '../schema.ts'
import { foldName } from '../sqlite-sql/names.ts'
import type { Draft, Planning } from './draft.ts'
import { nameTables } from './names.ts'

/** Columns and all that stands on them come later. */
export function draftTables(planning: Planning, tables: readonly PostgresTable[]): Draft[] {
  const names = nameTables(planning, tables)
  const drafts = tables.map((table, i) => draftOf(planning, table, names[i]!))
  const kept = planning.target.schema.tables.filter(
    there => !drafts.some(({ existing, plan }) => existing === there && plan.action === 'replace'),
  )
  for (const { name } of kept) planning.names.add(foldName(name))
  for (const { name, sql } of indexesOf(kept)) if (sql) planning.names.add(foldName(name))
  for (const { kind, name } of planning.target.schema.others)
    if (kind === 'view') planning.names.add(foldName(name))
  for (const { plan } of drafts) planning.names.add(foldName(plan.target.name))
  return drafts
}

const indexesOf = (tables: readonly Table[]) => tables.flatMap(({ indexes }) => indexes)

function draftOf(planning: Planning, table: PostgresTable, name: string): Draft {
  const { origin, target } = planning
  const existing = target.schema.tables.find(there => foldName(there.name) === foldName(name))
  const action = existing ? actionFor(planning) : 'create'
  planning.findings.push(
    ...(existing
      ? existingFindings(planning, table, existing, action)
      : absentFindings(planning, table, name)),
  )
  const isRefused = existing !== undefined && action === 'create'
  return {
    table,
    carried: new Map(),
    ...(existing && !isRefused && { existing }),
    plan: {
      name: table.name,
      target: { schema: 'main', name: existing && !isRefused ? existing.name : name },
      action,
      columns: [],
      access: accessOf(table),
      origin: { schema: table.schema, name: table.relation },
      ...(planning.strict && !existing && { strict: true as const }),
      key: [],
      uniques: [],
      checks: [],
      indexes: [],
      statistics: [],
      foreignKeys: [],
      ...sizeOf(origin, table),
      sourceSql: table.columns.map(({ name, type }) => `${showName(name)} ${type}`).join(', '),
    },
  }
}

/** A partitioned table has no blocks of its own. */
function accessOf({ kind, access, primaryKey }: PostgresTable): Access {
  if (kind === 'table' || access.by === 'key') return access
  return primaryKey ? { by: 'key', columns: primaryKey.columns } : { by: 'whole' }
}

/** With the rows of its partitions. */
function sizeOf(origin: PostgresSchema, table: PostgresTable): { rows: number; bytes: number } {
  const all = [table, ...partitionsOf(origin, table)]
  return {
    rows: all.reduce((sum, { rows }) => sum + rows, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

/** Those of all levels. */
export function partitionsOf(origin: PostgresSchema, { name, kind }: PostgresTable): PostgresTable[] {
  if (kind !== 'partitioned') return []
  const own = origin.tables.filter(({ partitionOf }) => partitionOf === name)
  return own.flatMap(part => [part, ...partitionsOf(origin, part)])
}

/** What becomes of a table that is there; a refused one is planned as a new one: one finding says it all. */
function actionFor({ request: { scope, ifExists } }: Planning): Action {
  if (scope === 'check' || ifExists === 'use') return 'use'
  if (ifExists === 'append') return 'append'
  if (scope === 'data') return 'use'
  return ifExists === 'replace' ? 'replace' : 'create'
}

/** The trial found that SQLite does not take a table at all: more columns than it has, for one. */
export function refuseRejected({ findings, rejected }: Planning, drafts: readonly Draft[]): void {
  for (const { table } of drafts) {
    const reason = rejected.get(`table ${table.name}`)
    if (reason === undefined) continue
    findings.push({
      code: 'table-not-taken',
      severity: 'refused',
      object: `table ${table.name}`,
      message: reason,
      remedy: 'Leave the table out with --exclude',
    })
  }
}

function existingFindings(
  { request, target }: Planning,
  table: PostgresTable,
  existing: Table,
  action: Action,
): Finding[] {
  const { scope } = request
  if (scope === 'check') return []
  const about = { object: `table ${table.name}`, severity: 'refused' as const }
  const rename = `give it another name with ${renameLine(table.name, 'NAME')}`
  if (action === 'create')
    return [
      {
        ...about,
        code: 'table-exists',
        message: 'the target has this table already',
        remedy: `Name another file; load into it with --if-exists use or append; replace it with --if-exists replace; or ${rename}`,
      },
    ]
  if (action !== 'use' || !target.withRows.includes(existing.name)) return []
  return [
    {
      ...about,
      code: 'table-has-rows',
      message: 'the table of the target holds rows, and is to be loaded into as if it were empty',
      remedy: `Add to its rows with --if-exists append, empty it, name another file, or ${rename}`,
    },
  ]
}

function absentFindings({ request, target }: Planning, table: PostgresTable, name: string): Finding[] {
  const object = `table ${table.name}`
  if (request.scope === 'data' || request.scope === 'check')
    return [
      {
        code: 'table-missing',
        severity: 'refused',
        object,
        message: 'the target has no such table',
        remedy: 'Make the tables first with `longhaul schema`, or use `longhaul full`',
      },
    ]
  const other = target.schema.others.find(
    there => there.kind !== 'trigger' && foldName(there.name) === foldName(name),
  )
  const index = indexesOf(target.schema.tables).find(there => foldName(there.name) === foldName(name))
  if (!other && !index) return []
  return [
    {
      code: 'name-taken',
      severity: 'refused',
      object,
      message: `the target has ${other ? `a ${other.kind}` : 'an index'} of this name`,
      remedy: `Name another file, or give it another name with ${renameLine(table.name, 'NAME')}`,
    },
  ]
}
