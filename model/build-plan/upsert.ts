/** Tables whose rows are told apart by a key that both sides have: which one, and what becomes of rows that are there. */
import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { Conflict, TablePlan, TypedName, UpsertPlan } from '../plan.ts'
import type { PlanRequest } from '../plan-request.ts'
import type { Table } from '../schema.ts'
import { quoteName } from '../sql-text.ts'
import type { ExistingTable } from '../target.ts'
import { showType } from '../type-text.ts'
import { type Draft, type Planning, targetColumns } from './draft.ts'
import { settingsOf } from './selection.ts'

/** What becomes of rows of the source whose key the target has already. */
function conflictOf(request: PlanRequest, table: Table): Conflict {
  const usual = request.ifExists === 'upsert' ? 'overwrite' : 'fail'
  return settingsOf(request, table)?.onConflict ?? request.onConflict ?? usual
}

/** `append` and `upsert` are ways to say what becomes of such rows. */
export const actionBeside = (request: PlanRequest, table: Table): 'append' | 'upsert' =>
  conflictOf(request, table) === 'fail' ? 'append' : 'upsert'

/** Fills `upsert` once the columns are matched; where there is no key to go by, that is a finding. */
export function planUpsert(planning: Planning, draft: Draft, existing: ExistingTable): void {
  const conflict = conflictOf(planning.request, draft.table)
  if (conflict === 'fail') return
  const key = chooseKey(draft, existing)
  if (!key && !existing.hasRows) {
    draft.plan.action = 'append'
    return
  }
  if (!key) {
    planning.findings.push(noKey(draft, existing))
    return
  }
  const sets =
    conflict === 'skip' ? [] : draft.plan.columns.filter(({ target }) => !isCounted(existing, target))
  draft.plan.upsert = {
    conflict,
    key: typed(draft.plan, existing, key),
    sets: typed(
      draft.plan,
      existing,
      sets.map(c => c.target),
    ),
  }
  planning.findings.push(
    ...findingsOf(draft, existing, draft.plan.upsert),
    ...(planning.target.noTemporary ? [noStage(planning, draft)] : []),
  )
}

/** The server gives such a number itself, and lets nobody change it. */
const isCounted = ({ columns }: ExistingTable, name: string) =>
  columns.some(column => column.name === name && column.identity === 'always')

const typed = ({ columns }: TablePlan, existing: ExistingTable, names: readonly string[]): TypedName[] =>
  columns
    .filter(({ target }) => names.includes(target))
    .map(({ target, type }) => ({ name: target, type: enumOf(existing, target) ?? showType(type) }))

/** Its name in the target; undefined where the column is of another type. */
function enumOf({ columns }: ExistingTable, name: string): string | undefined {
  const column = columns.find(column => column.name === name)
  return column?.type?.kind === 'text' && column.type.labels ? column.typeName : undefined
}

/** One that is a key of the source as well before others, as no two rows of it can have the same. */
function chooseKey(draft: Draft, existing: ExistingTable): string[] | undefined {
  const keys = keysThere(draft.plan, existing)
  return keys.find(key => isKeyOfSource(draft, key)) ?? keys[0]
}

/** Keys of the target whose columns are all written and cannot be empty. */
function keysThere({ columns }: TablePlan, existing: ExistingTable): string[][] {
  const usable = new Set(columns.filter(({ notNull }) => notNull).map(({ target }) => target))
  return [...(existing.primaryKey ? [existing.primaryKey] : []), ...existing.uniques].filter(
    key =>
      key.every(name => usable.has(name)) && !existing.deferrable?.some(other => setOf(other) === setOf(key)),
  )
}

/** Whether no two rows of the source can have the same key. */
function isKeyOfSource(draft: Draft, key: readonly string[]): boolean {
  const { primaryKey, uniques } = draft.table
  return [primaryKey, ...uniques].some(own => {
    const columns = own && targetColumns(draft, own.columns)
    return columns !== undefined && setOf(columns) === setOf(key)
  })
}

const setOf = (columns: readonly string[]) => [...columns].sort().join('\0')

const shown = (names: readonly string[]) => `(${names.map(showName).join(', ')})`

function noKey({ table }: Draft, { name }: ExistingTable): Finding {
  return {
    code: 'no-key-to-upsert',
    severity: 'refused',
    object: `table ${table.name}`,
    message: `the table ${showName(name)} of the target has no primary key and no unique key over NOT NULL columns that the source has as well, so that nobody can tell which of its rows is meant`,
    remedy: 'Make such a key in the target, or add to its rows with --if-exists append --conflict fail',
  }
}

function noStage({ target }: Planning, { table }: Draft): Finding {
  const [database, role] = [target.identity.database, target.role].map(quoteName)
  return {
    code: 'no-right-to-stage',
    severity: 'refused',
    object: `table ${table.name}`,
    message: `the role ${showName(target.role)} may make no temporary tables in the database, through which rows go to those that are there`,
    remedy: `Let its owner run GRANT TEMPORARY ON DATABASE ${database} TO ${role}`,
  }
}

function findingsOf({ table, plan }: Draft, existing: ExistingTable, upsert: UpsertPlan): Finding[] {
  const object = `table ${table.name}`
  const { conflict, key, sets } = upsert
  const names = new Set(key.map(({ name }) => name))
  const fixed = plan.columns.filter(({ target }) => !names.has(target) && isCounted(existing, target))
  const what = conflict === 'skip' ? 'stays as it is, and that of the source is skipped' : 'is overwritten'
  return [
    {
      code: 'rows-by-key',
      severity: 'note',
      object,
      message: `a row of the target whose key ${shown([...names])} the source has as well ${what}`,
    },
    ...(conflict === 'overwrite' && (fixed.length > 0 || sets.length === 0)
      ? [notToOverwrite(object, fixed)]
      : []),
  ]
}

const notToOverwrite = (object: string, fixed: readonly { target: string }[]): Finding => ({
  code: 'cannot-overwrite',
  severity: 'refused',
  object,
  message:
    fixed.length > 0
      ? `the target counts ${shown(fixed.map(({ target }) => target))} itself (GENERATED ALWAYS), and lets nobody overwrite it`
      : 'there is no column that could be overwritten besides its key',
  remedy:
    'Leave rows that are there as they are with --conflict skip, or make the column GENERATED BY DEFAULT',
})
