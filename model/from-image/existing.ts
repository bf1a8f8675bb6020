/** Tables that are in the file already: columns matched by name, and only where they keep the cells as they are. */
import { count } from '../amounts.ts'
import { settingsOf } from '../build-plan/selection.ts'
import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { Action, ColumnPlan, Conflict, TablePlan } from '../plan.ts'
import { planLine } from '../plan-line.ts'
import type { Column, Table } from '../schema.ts'
import { foldName } from '../sqlite-sql/names.ts'
import type { ColumnMatch, Match, NewNames } from './facts.ts'
import type { ImagePlanning } from './plan.ts'
import { basics, foreignKeyPlans } from './tables.ts'

/** The rows of a table of the image for one that is there. */
export function planExisting(planning: ImagePlanning, names: NewNames, match: Match): TablePlan {
  const { facts, target } = planning
  const own = facts.schema.tables.find(({ name }) => name === names.table)!
  const there = target.schema.tables.find(other => foldName(other.name) === foldName(names.target))!
  const columns = own.columns.flatMap((column, i) =>
    planColumn(planning, { own, there, match }, column, names.columns[i]!.target),
  )
  for (const extra of there.columns)
    if (!columns.some(column => column.target === extra.name)) checkExtra(planning, own, there, extra)
  const plan: TablePlan = {
    ...basics(planning, own, { ...names, target: there.name }, actionOf(planning, own)),
    columns,
    there: there.access,
    uniques: match.keys.map(({ columns }) => ({ columns })),
    foreignKeys: foreignKeyPlans(there, match.missed),
  }
  plan.key = plan.key.filter(name => columns.some(column => column.name === name))
  if (plan.key.length !== own.primaryKey?.columns.length) plan.key = []
  if (planning.request.scope !== 'check') planKeys(planning, plan, match, there)
  return plan
}

/** What becomes of rows whose key is there. */
function conflictOf({ request }: ImagePlanning, own: Table): Conflict {
  const usual = request.ifExists === 'upsert' ? 'overwrite' : 'fail'
  return settingsOf(request, own)?.onConflict ?? request.onConflict ?? usual
}

function actionOf(planning: ImagePlanning, own: Table): Action {
  const { scope, ifExists } = planning.request
  if (scope === 'check' || ifExists === 'use') return 'use'
  if (ifExists !== 'append' && ifExists !== 'upsert') return 'use'
  return conflictOf(planning, own) === 'fail' ? 'append' : 'upsert'
}

interface Sides {
  own: Table
  there: Table
  match: Match
}

function planColumn(
  planning: ImagePlanning,
  { own, there, match }: Sides,
  { name, generated }: Column,
  wanted: string,
): ColumnPlan[] {
  const column = there.columns.find(other => foldName(other.name) === foldName(wanted))
  if (generated && column?.generated) return []
  if (!column || column.generated) {
    const why = column ? 'is computed there' : `is not a column of ${showName(there.name)}`
    refuse(planning, own, name, `${showName(wanted)} ${why}`)
    return []
  }
  const found = match.columns.find(other => other.name === name)!
  refuseCells(planning, own, found, column)
  return [
    {
      ...{ name, target: column.name, declared: column.declared, notNull: column.notNull },
      type: found.numbers ? { kind: 'numeric' } : { kind: 'cell' },
      wide: true,
      why: 'the table is there already',
    },
  ]
}

function refuseCells(planning: ImagePlanning, own: Table, found: ColumnMatch, column: Column): void {
  if (found.changed > 0)
    refuse(
      planning,
      own,
      found.name,
      `the target's column is declared ${column.declared || 'without a type'}, which does not keep ${count(found.changed, 'value')} as they are`,
    )
  if (found.nulls > 0)
    refuse(
      planning,
      own,
      found.name,
      `the target's column takes no NULL, which ${count(found.nulls, 'row')} have`,
    )
}

function refuse({ findings }: ImagePlanning, own: Table, name: string, message: string): void {
  findings.push({
    code: 'column-does-not-fit',
    severity: 'refused',
    object: `${own.name}.${name}`,
    message,
    remedy: `Say in a mapping what becomes of it, or name the column that is meant with ${planLine(own.name, name, { target: 'NAME' })}`,
  })
}

function checkExtra({ findings }: ImagePlanning, own: Table, there: Table, extra: Column): void {
  const isNumber = there.primaryKey?.rowid && there.primaryKey.columns.includes(extra.name)
  const needsValue = extra.notNull && extra.default === undefined && !extra.generated && !isNumber
  if (extra.generated) return
  findings.push({
    code: needsValue ? 'column-needs-value' : 'column-not-filled',
    severity: needsValue ? 'refused' : 'note',
    object: `table ${own.name}`,
    message: `the target's column ${showName(extra.name)} has nothing in the source${needsValue ? ', and says NOT NULL without a default' : ''}`,
  })
}

function planKeys(planning: ImagePlanning, plan: TablePlan, match: Match, there: Table): void {
  const { findings, target } = planning
  const object = `table ${plan.name}`
  if (plan.action === 'use' && target.withRows.includes(there.name))
    findings.push({
      ...{ code: 'table-has-rows', severity: 'refused', object },
      message: 'the table of the target holds rows, and is to be loaded into as if it were empty',
      remedy: 'Add to its rows with --if-exists append or upsert, empty it, or name another file',
    })
  for (const { columns, twice } of match.keys)
    if (twice > 0)
      findings.push({
        ...{ code: 'duplicate-keys', severity: 'refused', object },
        message: `${count(twice, 'row')} of the source have a key ${shown(columns)} that another of its rows has as well`,
        remedy: 'Say in a mapping which of them is meant (dedupe)',
      })
  if (plan.action === 'upsert') planUpsert(planning, plan, match, there)
  else for (const key of match.keys) if (key.taken > 0) findings.push(keysTaken(object, key))
}

const shown = (names: readonly string[]) => `(${names.map(showName).join(', ')})`

const keysTaken = (object: string, { columns, taken }: Match['keys'][number]): Finding => ({
  ...{ code: 'keys-taken', severity: 'refused', object },
  message: `${count(taken, 'row')} have a key ${shown(columns)} that the target has already`,
  remedy: 'Say what becomes of such rows with --conflict skip or --conflict overwrite',
})

/** By the primary key, else by the first key whose columns are all written. */
function planUpsert(planning: ImagePlanning, plan: TablePlan, match: Match, there: Table): void {
  const { findings, request } = planning
  const object = `table ${plan.name}`
  const conflict = settingsOf(request, plan)?.onConflict ?? request.onConflict ?? 'overwrite'
  const key = match.keys[0]
  if (!key && !planning.target.withRows.includes(there.name)) {
    plan.action = 'append'
    return
  }
  if (!key) {
    findings.push({
      ...{ code: 'no-key-to-upsert', severity: 'refused', object },
      message: `the table ${showName(there.name)} of the target has no primary key and no unique key over columns that the source has as well, so that nobody can tell which of its rows is meant`,
      remedy: 'Make such a key in the target, or add to its rows with --if-exists append --conflict fail',
    })
    return
  }
  const typed = (names: readonly string[]) =>
    names.map(name => ({ name, type: there.columns.find(column => column.name === name)!.declared }))
  const sets = plan.columns.map(({ target }) => target).filter(name => !key.columns.includes(name))
  if (conflict === 'fail') return
  plan.upsert = { conflict, key: typed(key.columns), sets: conflict === 'skip' ? [] : typed(sets) }
  const what =
    conflict === 'skip' ? 'stay as they are, and those of the source are skipped' : 'are overwritten'
  findings.push({
    ...{ code: 'rows-by-key', severity: 'note', object },
    message: `${count(key.taken, 'row')} of the target with a key ${shown(key.columns)} of the source ${what}`,
  })
  if (conflict === 'overwrite')
    for (const other of match.keys.slice(1))
      if (other.taken > key.taken) findings.push({ ...keysTaken(object, other), severity: 'warning' })
}
