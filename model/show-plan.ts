/** A plan as text for a reader: what goes where, why where that is not obvious, and what does not go. */
import { showEndpoint } from './endpoint.ts'
import { bySeverity, type Finding, isAccepted } from './finding.ts'
import { escapeControls, showName } from './name-text.ts'
import type { ColumnPlan, ForeignKeyPlan, LeftOut, Plan, TablePlan } from './plan.ts'
import { showType } from './type-text.ts'

/** The plan in lines of plain text, ending with a line end; the same plan gives the same text. */
export function showPlan(plan: Plan): string {
  const { what } = plan
  const lines = [
    ...head(plan),
    ...what.tables.flatMap(tableLines),
    ...section('Left out', what.leftOut.map(leftOutLine)),
    ...section(
      'Findings',
      [...plan.findings].sort(bySeverity).flatMap(finding => findingLines(finding, what.accept)),
    ),
  ]
  return `${lines.map(escapeControls).join('\n')}\n`
}

function head({ what, how, hash }: Plan): string[] {
  const rows = what.tables.reduce((sum, table) => sum + table.rows, 0)
  const bytes = what.tables.reduce((sum, table) => sum + table.bytes, 0)
  const { ifExists, onFailure, scope } = what.policies
  return [
    `Plan ${hash.slice(0, 12)}`,
    `  from      ${showEndpoint(what.source)}`,
    `  to        ${showEndpoint(what.target)}`,
    ...(what.reason === undefined ? [] : [`  reason    ${what.reason}`]),
    ...(what.operator === undefined ? [] : [`  operator  ${what.operator}`]),
    `  what      ${SCOPES[scope]}; tables that exist: ${ifExists}; on failure: ${onFailure}`,
    `  size      ${count(what.tables.length, 'table')}, ${count(rows, 'row')}, ${showBytes(bytes)}`,
    `  how       chunks of ${number(how.chunkRows)} rows or ${showBytes(how.chunkBytes)}, ${count(how.tables, 'table')} side by side, ${count(how.lanes, 'lane')} a table`,
    ...(what.accept.length === 0 ? [] : [`  accepted  ${what.accept.join(', ')}`]),
    `  hash      ${hash}`,
  ]
}

const SCOPES = {
  all: 'tables and rows',
  schema: 'tables without rows',
  data: 'rows only',
  check: 'a comparison',
}
const ACTIONS = {
  create: 'created',
  use: 'there already, loaded into',
  replace: 'replaced, the old one kept aside',
}

function tableLines(table: TablePlan): string[] {
  const target = `${showName(table.target.schema)}.${showName(table.target.name)}`
  const width = Math.max(0, ...table.columns.map(({ name }) => showName(name).length))
  return [
    '',
    `Table ${showName(table.name)} → ${target} (${ACTIONS[table.action]}; ${count(table.rows, 'row')}, ${showBytes(table.bytes)})`,
    ...table.columns.map(column => columnLine(column, width)),
    ...(table.primaryKey ? [`  primary key ${names(table.primaryKey.columns)}`] : []),
    ...table.uniques.map(
      ({ name, columns }) => `  unique ${name ? `${showName(name)} ` : ''}${names(columns)}`,
    ),
    ...table.indexes.map(
      ({ name, unique, parts }) =>
        `  ${unique ? 'unique index' : 'index'} ${showName(name)} (${parts
          .map(
            ({ column, expression, descending }) =>
              `${column === undefined ? `(${expression})` : showName(column)}${descending ? ' DESC' : ''}`,
          )
          .join(', ')})`,
    ),
    ...table.foreignKeys.map(foreignKeyLine),
  ]
}

function columnLine(column: ColumnPlan, width: number): string {
  const renamed = column.target === column.name ? '' : ` as ${showName(column.target)}`
  const parts = [
    `${showType(column.type)}${renamed}`,
    ...(column.notNull ? ['NOT NULL'] : []),
    ...(column.identity ? [identity(column.identity)] : []),
    ...(column.default === undefined ? [] : [`DEFAULT ${column.default}`]),
  ]
  return `  ${showName(column.name).padEnd(width)}  ${parts.join(' ')}  -- ${column.why}`
}

function identity({ last }: { last?: string }): string {
  return last === undefined ? 'IDENTITY' : `IDENTITY (goes on after ${last})`
}

function foreignKeyLine({ name, columns, references, onUpdate, onDelete, deferred }: ForeignKeyPlan): string {
  const rules = [
    ...(onUpdate === 'NO ACTION' ? [] : [` ON UPDATE ${onUpdate}`]),
    ...(onDelete === 'NO ACTION' ? [] : [` ON DELETE ${onDelete}`]),
    ...(deferred ? [' DEFERRABLE INITIALLY DEFERRED'] : []),
  ]
  const parent = `${showName(references.schema)}.${showName(references.table)}`
  return `  foreign key ${showName(name)} ${names(columns)} → ${parent} ${names(references.columns)}${rules.join('')}`
}

function leftOutLine({ kind, name, reason }: LeftOut): string {
  return `  ${kind} ${showName(name)}: ${reason}`
}

function findingLines(finding: Finding, accept: readonly string[]): string[] {
  const needsConsent = finding.severity === 'consent' || finding.severity === 'incomplete'
  const accepted = needsConsent && isAccepted(finding, accept) ? ', accepted' : ''
  return [
    `  ${finding.severity}${accepted} ${finding.code}: ${finding.object}: ${finding.message}`,
    ...(finding.remedy === undefined ? [] : [`    → ${finding.remedy}`]),
  ]
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

function names(columns: readonly string[]): string {
  return `(${columns.map(showName).join(', ')})`
}

function count(amount: number, thing: string): string {
  return `${number(amount)} ${thing}${amount === 1 ? '' : 's'}`
}

/** Digits in groups of three, whatever the locale. */
function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

function showBytes(bytes: number): string {
  const unit = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1)
  const amount = bytes / 1024 ** unit
  return `${amount >= 100 || unit === 0 || Number.isInteger(amount) ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
