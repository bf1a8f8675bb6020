/**
 * The type of a column that the run makes, and what becomes of values that it does not hold: by the plan file's
 * line where there is one, else as `chooseType` finds.
 */
import type { ColumnFacts } from '../assessment.ts'
import { type AboutColumn, chooseType, type TypeWish, typeOfFamily } from '../choose-type.ts'
import { castProblem, convertedFacts, typeFor } from '../conversions.ts'
import { declaredType } from '../declared-type.ts'
import type { Finding } from '../finding.ts'
import { fits, readsAsUtc } from '../fits.ts'
import type { ColumnPlan } from '../plan.ts'
import { planLine } from '../plan-line.ts'
import type { ColumnSettings } from '../plan-request.ts'
import type { Column, Table } from '../schema.ts'
import { exampleOf } from '../type-findings.ts'
import { lossesOf } from '../type-losses.ts'
import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'
import type { Planning } from './draft.ts'
import { familyKey } from './family-groups.ts'
import { planPolicy } from './policies.ts'
import { columnSettings, settingsOf } from './selection.ts'

export type ColumnType = Pick<ColumnPlan, 'type' | 'why' | 'conversion' | 'onError'>

/** Chooses the type and settles the values that do not fit; adds what there is to say to the findings. */
export function planType(planning: Planning, table: Table, column: Column, facts: ColumnFacts): ColumnType {
  const { types, accept } = planning.request
  const about = aboutColumn(table, column, facts)
  const settings = settingsFor(planning, table, column)
  const joined = planning.families.get(familyKey(table.name, column.name))
  const wish = { types, accept, ...(joined !== undefined && { joined }) }
  const type = wantedType(about, settings, wish)
  if (!type) {
    const { findings, ...choice } = chooseType(about, wish)
    planning.findings.push(...findings)
    return choice
  }
  const { after, open, ...settled } = settle(planning, about, settings, type)
  if (open === undefined) planning.findings.push(...lossesOf(after, type, settings.type !== undefined))
  else if (readsAsUtc(type, after.facts)) planning.findings.push(readAsUtc(about))
  else planning.findings.push(misfit(after, settings, type, open))
  return { type, ...settled, why: reasonFor(settings, column) }
}

/** A column with NOT NULL where a key implies it. */
export function aboutColumn(table: Table, column: Column, facts: ColumnFacts): AboutColumn {
  const key = table.primaryKey?.columns.includes(column.name) ?? false
  return { table: table.name, column: { ...column, notNull: column.notNull || key }, facts }
}

/** The type that the plan file names or implies for a column, whatever foreign keys join it with. */
export function typeOfPlanFile(
  planning: Planning,
  table: Table,
  about: AboutColumn,
): LogicalType | undefined {
  const { types, accept } = planning.request
  return wantedType(about, settingsFor(planning, table, about.column), { types, accept, joined: null })
}

/** The plan file's line of a column, with the table's policy where it has none of its own. */
export function settingsFor(planning: Planning, table: Table, column: Column): ColumnSettings {
  const inTable = settingsOf(planning.request, table)
  const settings = columnSettings(inTable, column.name)
  return inTable?.onError && !settings.onError ? { onError: inTable.onError, ...settings } : settings
}

/** The type that the plan file names or implies; undefined where it leaves it to the values. */
function wantedType(about: AboutColumn, settings: ColumnSettings, wish: TypeWish): LogicalType | undefined {
  if (settings.type) return settings.type
  const declared = declaredType(about.column.declared)
  if (settings.conversion) return typeFor(settings.conversion, declared)
  const keepsGoing = settings.onError !== undefined && settings.onError !== 'stop'
  return keepsGoing ? typeOfFamily(about, wish) : undefined
}

function reasonFor(settings: ColumnSettings, { declared }: Column): string {
  if (settings.type) return 'the plan file says so'
  if (settings.conversion) return `the plan file casts it: ${settings.conversion}`
  return declaredType(declared) ? `declared ${declared}` : 'by its values'
}

interface Settled extends Pick<ColumnPlan, 'conversion' | 'onError'> {
  /** The column as the conversion leaves it. */
  after: AboutColumn
  /** Why some values still fit in no way, as the end of a sentence; absent where all are settled. */
  open: string | undefined
}

/**
 * How values get into a type that somebody named: the conversion and the policy of the plan file, each checked
 * against what the scan found. For columns of existing tables as well.
 */
export function settle(
  planning: Planning,
  about: AboutColumn,
  settings: ColumnSettings,
  type: LogicalType,
): Settled {
  const { conversion } = settings
  const problem = conversion && castProblem(conversion, type, about.facts)
  if (problem) {
    planning.findings.push(castFinding(about, problem))
    return { after: about, open: undefined }
  }
  const after = conversion ? { ...about, facts: convertedFacts(conversion, about.facts) } : about
  const reason = fits(type, after.facts)
  const { onError, findings } = planPolicy(after, settings, type, reason)
  planning.findings.push(...findings)
  const open = onError ? undefined : reason
  return { after, open, ...(conversion && { conversion }), ...(onError && { onError }) }
}

function castFinding({ table, column }: AboutColumn, problem: { message: string; remedy: string }): Finding {
  return { code: 'cast-makes-no-sense', severity: 'refused', object: `${table}.${column.name}`, ...problem }
}

/** The line in the plan file is the consent. */
function readAsUtc({ table, column }: AboutColumn): Finding {
  return {
    code: 'read-as-utc',
    severity: 'warning',
    object: `${table}.${column.name}`,
    message: 'its times name no offset and are read as UTC, as the plan file asks',
  }
}

function misfit(about: AboutColumn, settings: ColumnSettings, type: LogicalType, reason: string): Finding {
  const { table, column, facts } = about
  const other = chooseType(about, { types: 'inferred', accept: [] })
  const holds = !settings.conversion && fits(other.type, facts) === undefined
  const kept = settings.type ? { type: showType(settings.type) } : {}
  const cast = settings.conversion ? { cast: settings.conversion } : {}
  const aside = planLine(table, column.name, { ...kept, ...cast, on_error: 'quarantine' })
  const line = holds ? planLine(table, column.name, { type: showType(other.type) }) : aside
  return {
    code: 'values-do-not-fit',
    severity: 'refused',
    object: `${table}.${column.name}`,
    message: `${showType(type)}, which the plan file asks for, does not hold it: ${reason}`,
    remedy: `Put ${line} into the plan file, or correct the values in the source`,
    ...exampleOf(about, type),
  }
}
