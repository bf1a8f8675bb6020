/** A plan as text for a reader: what goes where, why where that is not obvious, and what does not go. */
import { count, number, showBytes } from './amounts.ts'
import { BY_BYTES } from './collation-sql.ts'
import { showEndpoint } from './endpoint.ts'
import { bySeverity, isAccepted } from './finding.ts'
import { type FindingGroup, groupFindings, groupRemedy, showObjects } from './finding-groups.ts'
import { leftOutLines } from './left-out-lines.ts'
import { escapeControls, showName } from './name-text.ts'
import {
  type Backup,
  type CheckPlan,
  type ColumnPlan,
  type ForeignKeyPlan,
  type GrantPlan,
  type IndexPlan,
  isLoadedInto,
  type OnError,
  type Plan,
  type PlanWhat,
  type Policies,
  type TablePlan,
} from './plan.ts'
import { ruleLines } from './rule-text.ts'
import type { Rule } from './rules.ts'
import { objectLines } from './show-objects.ts'
import { showType } from './type-text.ts'

/** The plan, and the rules of its request, in lines of plain text; the same plan gives the same text. */
export function showPlan(plan: Plan, rules: readonly Rule[] = []): string {
  const { what } = plan
  const lines = [
    ...head(plan),
    ...what.tables.flatMap(table => tableLines(table, what.policies)),
    ...objectLines(what),
    ...section(
      'Left out',
      leftOutLines(what.leftOut).map(line => `  ${line}`),
    ),
    ...section(
      'Rules, checked when all rows are there',
      ruleLines(rules).map(line => `  ${line}`),
    ),
    ...section(
      'Findings',
      groupFindings([...plan.findings].sort(bySeverity)).flatMap(group => findingLines(group, what.accept)),
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
    ...wayBack(what),
    ...gates(what),
    ...vacuum(what),
    ...collation(what),
    `  size      ${count(what.tables.length, 'table')}, ${count(rows, 'row')}, ${showBytes(bytes)}`,
    `  how       chunks of ${number(how.chunkRows)} rows or ${showBytes(how.chunkBytes)}, ${count(how.tables, 'table')} side by side, ${count(how.lanes, 'lane')} a table`,
    ...(what.accept.length === 0 ? [] : [`  accepted  ${what.accept.join(', ')}`]),
    `  hash      ${hash}`,
  ]
}

function gates({ policies: { gates = [] } }: PlanWhat): string[] {
  return gates.length > 0 ? [`  waits     for an approval at ${gates.join(' and at ')}`] : []
}

function vacuum({ policies }: PlanWhat): string[] {
  return policies.vacuum ? ['  vacuum    each table, once its rows and indexes are there'] : []
}

/** Absent where no text is made, or its columns leave it to the database. */
function collation({ policies }: PlanWhat): string[] {
  if (policies.collation === undefined) return []
  const means = policies.collation === BY_BYTES ? ', by their bytes as in the source' : ''
  return [`  texts     compared by collation ${policies.collation}${means}`]
}

/** Where nothing of the target is touched there is none to tell of. */
function wayBack({ tables, policies: { backup = 'auto', scope } }: PlanWhat): string[] {
  if (scope === 'check' || (backup !== 'dump' && tables.every(({ action }) => action === 'create'))) return []
  return [`  way back  ${WAYS_BACK[backup]}`]
}

const WAYS_BACK = {
  auto: 'rows and catalog of tables that are there are noted before the first write; replaced ones are kept aside',
  dump: 'the same, and a dump of the whole database, proven before the first write',
  none: 'none: replaced tables are dropped, and nothing is noted of the others',
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
  append: 'there already, rows are added to those it has',
  replace: 'replaced, the old one kept aside',
}
const DROPPED = 'replaced, the old one dropped'
const CONFLICT_TEXTS = { overwrite: 'overwrite them', skip: 'are skipped where one is there' }

function actionText({ action, upsert }: TablePlan, backup: Backup): string {
  if (action === 'replace' && backup === 'none') return DROPPED
  if (action !== 'upsert') return ACTIONS[action]
  const key = upsert
    ? ` ${names(upsert.key.map(({ name }) => name))}, and ${CONFLICT_TEXTS[upsert.conflict]}`
    : ''
  return `there already, rows go to those it has by their key${key}`
}

function tableLines(table: TablePlan, { backup = 'auto', collation }: Policies): string[] {
  const { schema, name } = table.target
  // Files have no schema.
  const target = schema === '' ? showName(name) : `${showName(schema)}.${showName(name)}`
  const width = Math.max(0, ...table.columns.map(({ name }) => showName(name).length))
  return [
    '',
    `Table ${showName(table.name)} → ${target} (${actionText(table, backup)}; ${count(table.rows, 'row')}, ${showBytes(table.bytes)})`,
    ...table.columns.map(column => columnLine(column, width, isLoadedInto(table) ? undefined : collation)),
    ...(table.primaryKey ? [`  primary key ${names(table.primaryKey.columns)}`] : []),
    ...table.uniques.map(
      ({ name, columns }) => `  unique ${name ? `${showName(name)} ` : ''}${names(columns)}`,
    ),
    ...table.checks.map(checkLine),
    ...table.indexes.map(indexLine),
    ...table.statistics.map(({ name, columns }) => `  statistics ${showName(name)} ${names(columns)}`),
    ...table.foreignKeys.map(foreignKeyLine),
    ...(table.grants ?? []).map(grantLine),
  ]
}

/** `usual`: the collation that is not worth a word. */
function columnLine(column: ColumnPlan, width: number, usual: string | undefined): string {
  const renamed = column.target === column.name ? '' : ` as ${showName(column.target)}`
  const parts = [
    `${column.declared ?? showType(column.type)}${renamed}`,
    ...(column.type.kind === 'text' && column.collation !== usual
      ? [`COLLATE ${column.collation ?? '"default"'}`]
      : []),
    ...(column.notNull ? ['NOT NULL'] : []),
    ...(column.identity ? [identity(column.identity)] : []),
    ...(column.default === undefined ? [] : [`DEFAULT ${column.default}`]),
    ...(column.generated === undefined ? [] : [`GENERATED AS (${column.generated})`]),
    ...(column.conversion ? [`cast ${column.conversion}`] : []),
    ...(column.onError ? [policyText(column.onError)] : []),
  ]
  return `  ${showName(column.name).padEnd(width)}  ${parts.join(' ')}${column.why && `  -- ${column.why}`}`
}

/** A default from the plan file is the user's own word, and no value of a row. */
const policyText = (onError: OnError): string =>
  onError.policy === 'default'
    ? `on error: ${JSON.stringify(onError.value)}, the original kept`
    : 'on error: quarantine'

function identity({ last }: { last?: string }): string {
  return last === undefined ? 'IDENTITY' : `IDENTITY (goes on after ${last})`
}

function checkLine({ name, expression, notValid }: CheckPlan): string {
  return `  check ${showName(name)} (${expression})${notValid ? ' NOT VALID' : ''}`
}

function indexLine({ name, unique, method, parts, where }: IndexPlan): string {
  const terms = parts.map(({ column, expression, operators, descending }) =>
    [
      column === undefined ? `(${expression})` : showName(column),
      ...(operators === undefined ? [] : [operators]),
      ...(descending ? ['DESC'] : []),
    ].join(' '),
  )
  const kind = `${unique ? 'unique ' : ''}${method === undefined ? '' : `${method} `}index`
  return `  ${kind} ${showName(name)} (${terms.join(', ')})${where === undefined ? '' : ` WHERE ${where}`}`
}

function foreignKeyLine(key: ForeignKeyPlan): string {
  const { name, columns, references, onUpdate, onDelete, deferred, notValid } = key
  const rules = [
    ...(onUpdate === 'NO ACTION' ? [] : [` ON UPDATE ${onUpdate}`]),
    ...(onDelete === 'NO ACTION' ? [] : [` ON DELETE ${onDelete}`]),
    ...(deferred ? [' DEFERRABLE INITIALLY DEFERRED'] : []),
    ...(notValid ? [' NOT VALID'] : []),
  ]
  const parent = `${showName(references.schema)}.${showName(references.table)}`
  return `  foreign key ${showName(name)} ${names(columns)} → ${parent} ${names(references.columns)}${rules.join('')}`
}

function grantLine({ to, rights, columns, grantable }: GrantPlan): string {
  const of = columns === undefined ? '' : ` ${names(columns)}`
  return `  grant ${rights.join(', ')}${of} to ${to === undefined ? 'PUBLIC' : showName(to)}${grantable ? ' with grant option' : ''}, as on the old table`
}

function findingLines(group: FindingGroup, accept: readonly string[]): string[] {
  const { finding, objects } = group
  const { severity, code, message } = finding
  const needsConsent = severity === 'consent' || severity === 'incomplete'
  const all = objects.every(object => isAccepted({ ...finding, object }, accept))
  const remedy = groupRemedy(group)
  return [
    `  ${severity}${needsConsent && all ? ', accepted' : ''} ${code}: ${showObjects(group, objects.length)}: ${message}`,
    ...(remedy === undefined ? [] : [`    → ${remedy}`]),
  ]
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

function names(columns: readonly string[]): string {
  return `(${columns.map(showName).join(', ')})`
}
