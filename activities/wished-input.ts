/**
 * How a plan is made for tables of a target as if a run had made them: for a target without tables, but under the names
 * and with the types of those that are there.
 */
import type { Assessment } from '../model/assessment.ts'
import { lookUp } from '../model/build-plan/names.ts'
import { columnSettings, settingsOf } from '../model/build-plan/selection.ts'
import { buildPlan, type PlanInput } from '../model/build-plan.ts'
import type { ColumnPlan } from '../model/plan.ts'
import type { ColumnSettings, PlanFile, PlanRequest, TableSettings } from '../model/plan-request.ts'
import type { Schema, Table } from '../model/schema.ts'
import { BLANK_TARGET, type TargetDescription } from '../model/target.ts'
import type { ColumnShape, TableShape } from '../stores/postgres/shape/shape.ts'
import { logicalType, sqlType } from '../stores/postgres/types.ts'

/**
 * Types are named where they are others than a run would choose; the rest is left to the planner, and with it how values
 * become what the type holds.
 *
 * @param server what is to be known of it
 * @param there by names of the source
 */
export function wishedInput(
  assessment: Assessment,
  request: PlanRequest,
  server: Pick<TargetDescription, 'version' | 'collations' | 'trigrams'>,
  there: ReadonlyMap<string, TableShape>,
): PlanInput {
  const input = (typesOf: TypesOf): PlanInput => ({
    assessment,
    target: {
      ...BLANK_TARGET,
      ...server,
      schema: { name: request.target.schema, exists: true, canCreate: true },
    },
    request: {
      ...request,
      scope: 'all',
      // Foreign keys that rows of the source break are NOT VALID at best, whoever made them.
      accept: ['all-listed'],
      file: asThere(assessment.schema, request, there, typesOf),
    },
  })
  const { tables } = buildPlan(input(() => ({}))).what
  const chosen = new Map(tables.map(({ name, columns }) => [name, byTarget(columns)]))
  return input((table, { name, type: spelled }) => {
    const column = chosen.get(table)?.get(name)
    const type = column && sqlType(column.type) === spelled ? undefined : logicalType(spelled)
    return type ? { type } : {}
  })
}

const byTarget = (columns: readonly ColumnPlan[]) => new Map(columns.map(column => [column.target, column]))

/** What is to be said of a column that is there, by the name of its table in the source. */
type TypesOf = (table: string, column: ColumnShape) => Pick<ColumnSettings, 'type'>

const NO_FILE: PlanFile = { file: '', tables: {}, exclude: [], accept: [], how: {}, positions: {} }

function asThere(
  schema: Schema,
  request: PlanRequest,
  there: ReadonlyMap<string, TableShape>,
  typesOf: TypesOf,
): PlanFile {
  const file = request.file ?? NO_FILE
  const tables = schema.tables.flatMap(table => {
    const shape = there.get(table.name)
    return shape ? [[table.name, settingsAs(table, shape, request, typesOf)] as const] : []
  })
  return { ...file, tables: { ...file.tables, ...Object.fromEntries(tables) } }
}

function settingsAs(table: Table, shape: TableShape, request: PlanRequest, typesOf: TypesOf): TableSettings {
  const settings = settingsOf(request, table)
  const columns = table.columns.map(({ name }) => {
    const given = columnSettings(settings, name)
    const column = lookUp(shape.columns, given.target ?? name)
    return [
      name,
      { ...given, ...(column && { target: column.name, ...typesOf(table.name, column) }) },
    ] as const
  })
  return { skip: false, ...settings, target: shape.name, columns: Object.fromEntries(columns) }
}
