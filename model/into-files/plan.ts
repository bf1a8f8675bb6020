/** The planner of exports: which tables go into which files, and what of them has to be known before. */
import type { Assessment, TableFacts } from '../assessment.ts'
import { NOTHING_TO_COPY, unusedConsents } from '../build-plan/consent.ts'
import { mistakeFinding, requestMistakes, selectTables } from '../build-plan/selection.ts'
import { bySeverity, type Finding } from '../finding.ts'
import { hashPlan } from '../hash-plan.ts'
import type { LeftOut, Plan, PlanWhat, TablePlan } from '../plan.ts'
import { planHead } from '../plan-head.ts'
import type { ExportRequest } from '../plan-request.ts'
import type { OtherObject, Table } from '../schema.ts'
import { type Layout, layoutOf } from './layout.ts'

/** What is there under the path of the target. */
export interface Standing {
  isFolder: boolean
  findings: Finding[]
}

/**
 * Makes the plan. A plan with a `refused` finding must not run.
 *
 * @param source the name of the database, for a file that holds all of it
 */
export function planIntoFiles(
  { schema, tables: facts, findings }: Assessment,
  request: ExportRequest,
  source: string,
  there: Standing,
): { plan: Plan; layout: Layout; chosen: Table[] } {
  const { chosen, skipped } = selectTables(schema, request)
  const layout = layoutOf(
    request.target,
    there.isFolder,
    source,
    chosen.map(({ name }) => name),
  )
  const lost = schema.others.filter(({ kind }) => kind === 'virtual table')
  const found = [
    ...findings,
    ...there.findings,
    ...requestMistakes(schema, request).map(mistake => mistakeFinding(mistake, request.file?.file)),
    ...unserved(request),
    ...refusals(layout, chosen),
    ...chosen.flatMap(table =>
      unreadable(
        table,
        facts.find(({ name }) => name === table.name),
      ),
    ),
    ...skipped.map(tableLeftOut),
    ...lost.map(virtualLeftOut),
    ...(chosen.length === 0 ? [NOTHING_TO_COPY] : []),
  ]
  const what: PlanWhat = {
    ...planHead(request),
    tables: chosen
      .map(table => tablePlan(table, facts, layout))
      .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)),
    views: [],
    triggers: [],
    leftOut: [...skipped.map(skippedEntry), ...lost.map(lostEntry)],
  }
  found.push(...unusedConsents(found, request.accept))
  // Files are written one after the other.
  const how = { ...request.how, tables: 1, lanes: 1 }
  const plan = { what, how, hash: hashPlan(what), findings: found.sort(bySeverity) }
  return { plan, layout, chosen }
}

function tablePlan(table: Table, facts: readonly TableFacts[], { files }: Layout): TablePlan {
  const { rows = 0, bytes = 0 } = facts.find(({ name }) => name === table.name) ?? {}
  const { file } = files.find(({ tables }) => tables.includes(table.name))!
  return {
    name: table.name,
    target: { schema: '', name: file },
    action: 'create',
    columns: table.columns
      .filter(({ generated }) => !generated)
      .map(({ name, declared, notNull }) => ({
        ...{ name, target: name, declared, notNull },
        type: { kind: 'cell' },
        wide: true,
        why: '',
      })),
    access: table.access,
    key: [],
    ...(table.primaryKey && { primaryKey: { columns: table.primaryKey.columns } }),
    ...{ uniques: [], checks: [], indexes: [], statistics: [], foreignKeys: [], rows, bytes },
    sourceSql: table.sql,
  }
}

const TARGET = 'target'

function refusals({ refused, per }: Layout, chosen: readonly Table[]): Finding[] {
  const reasons = [
    ...(refused === undefined ? [] : [refused]),
    ...(per === undefined || chosen.some(({ name }) => name === per)
      ? []
      : [`there is no table "${per}" among those that are written, to have a workbook for each of its rows`]),
  ]
  return reasons.map(message => ({ code: 'files-layout', severity: 'refused', object: TARGET, message }))
}

/** Of policies for tables that are there, files have two. */
function unserved({ ifExists, scope, backup, types, rows }: ExportRequest): Finding[] {
  const not = (code: string, object: string, message: string, remedy: string): Finding => ({
    ...{ code, severity: 'refused', object, message, remedy },
  })
  return [
    ...(ifExists === 'use' || ifExists === 'upsert'
      ? [
          not(
            'not-for-files',
            '--if-exists',
            `"${ifExists}" says nothing of files`,
            'Use refuse, append (files beside those that are there) or replace',
          ),
        ]
      : []),
    ...(scope === 'all'
      ? []
      : [not('not-for-files', 'scope', 'files are written with their rows', 'Use export')]),
    ...(backup === 'dump'
      ? [
          not(
            'not-for-files',
            '--backup',
            'of files no dump is made',
            'Leave it out: replaced files are kept',
          ),
        ]
      : []),
    ...(types === 'optimized'
      ? [not('not-for-files', '--types', 'files have the types of their source', 'Leave it out')]
      : []),
    ...(rows ? [not('not-for-files', '--where', 'all rows of a table are written', 'Leave it out')] : []),
  ]
}

/** Texts that are damaged look like any others once they are read. */
function unreadable({ name }: Table, facts: TableFacts | undefined): Finding[] {
  const damaged = facts?.columns.filter(({ unfit }) => unfit.invalidUtf8 > 0) ?? []
  return damaged.map(column => ({
    code: 'text-not-valid',
    severity: 'refused',
    object: `${name}.${column.name}`,
    message: `${column.unfit.invalidUtf8} text(s) of it are not valid in the encoding of the database, and no file can hold them as they are`,
    remedy: 'Repair the texts in the source, cast the column to BLOB there, or leave the table out',
    ...(column.examples?.invalid !== undefined && { example: column.examples.invalid }),
  }))
}

const REASON = 'the plan leaves this table out'
const VIRTUAL = 'its rows cannot be read: it keeps no content, or its module or content table is not there'

const skippedEntry = ({ name, sql }: Table): LeftOut => ({ kind: 'table', name, sql, reason: REASON })
const lostEntry = ({ kind, name, sql }: OtherObject): LeftOut => ({ kind, name, sql, reason: VIRTUAL })

const tableLeftOut = ({ name }: Table): Finding => ({
  code: 'table-left-out',
  severity: 'note',
  object: `table ${name}`,
  message: REASON,
})

const virtualLeftOut = ({ kind, name }: OtherObject): Finding => ({
  code: 'virtual-table-left-out',
  severity: 'incomplete',
  object: `${kind} ${name}`,
  message: VIRTUAL,
})
