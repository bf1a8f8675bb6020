/** Which tables the user wants, and what of the request names nothing that the source has. */
import { didYouMean } from '../did-you-mean.ts'
import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { ColumnSettings, Mistake, PlanRequest, TableSettings } from '../plan-request.ts'
import type { Table } from '../schema.ts'
import type { TargetDescription } from '../target.ts'
import type { LogicalType } from '../types.ts'
import { lookUp } from './names.ts'

/** What every kind of source has of names. */
export interface Named<T extends NamedTable = NamedTable> {
  tables: readonly T[]
  others: readonly { kind: string; name: string }[]
}

interface NamedTable {
  name: string
  columns: readonly { name: string }[]
}

/** What a request says about tables, whatever its direction. */
export type Wishes = Pick<PlanRequest, 'tables' | 'exclude' | 'file'>

/**
 * Names of tables and columns in the plan file or the options that the source does not have, in the shape of
 * `parsePlanFile`'s mistakes. The command line shows them as such (status 2); `buildPlan` as findings.
 */
export function requestMistakes(schema: Named, request: Wishes): Mistake[] {
  return [
    ...(request.tables ?? []).flatMap(name => unknownTable(schema, name, '--tables', request)),
    ...request.exclude.flatMap(name => unknownTable(schema, name, '--exclude', request)),
    ...(request.file?.include ?? []).flatMap((name, i) => unknownTable(schema, name, `tables.${i}`, request)),
    ...(request.file?.exclude ?? []).flatMap((name, i) =>
      unknownTable(schema, name, `exclude.${i}`, request),
    ),
    ...Object.entries(request.file?.tables ?? {}).flatMap(([name, settings]) =>
      inSettings(schema, name, settings, request),
    ),
  ]
}

function inSettings(schema: Named, name: string, settings: TableSettings, request: Wishes): Mistake[] {
  const path = `tables.${name}`
  const table = lookUp(schema.tables, name)
  if (!table) return unknownTable(schema, name, path, request)
  return Object.keys(settings.columns)
    .filter(column => !lookUp(table.columns, column))
    .map(column => ({
      ...position(request, `${path}.columns.${column}`),
      path: `${path}.columns.${column}`,
      message: `the table ${showName(table.name)} has no such column`,
      remedy: suggest(column, table.columns),
    }))
}

function unknownTable(schema: Named, name: string, path: string, request: Wishes): Mistake[] {
  if (lookUp(schema.tables, name)) return []
  const other = lookUp(schema.others, name)
  const message = other
    ? `${showName(name)} is a ${other.kind}, and only tables are copied`
    : `the source has no table ${showName(name)}`
  return [{ ...position(request, path), path, message, remedy: suggest(name, schema.tables) }]
}

function position(request: Wishes, path: string): { line: number; column: number } {
  return request.file?.positions[path] ?? { line: 0, column: 0 }
}

function suggest(name: string, things: readonly { name: string }[]): string {
  const names = things.map(thing => thing.name)
  const meant = didYouMean(name, names)
  if (meant !== undefined) return `Did you mean ${showName(meant)}?`
  return names.length === 0
    ? 'The source has no tables'
    : `There are ${names.slice(0, 12).map(showName).join(', ')}${names.length > 12 ? ', …' : ''}`
}

/** A mistake as a finding that refuses the run. */
export function mistakeFinding(mistake: Mistake, file: string | undefined): Finding {
  const place = mistake.line > 0 ? `${file ?? 'plan file'}:${mistake.line}:${mistake.column}: ` : ''
  return {
    code: 'request-names-nothing',
    severity: 'refused',
    object: mistake.path,
    message: `${place}${mistake.message}`,
    remedy: mistake.remedy,
  }
}

/** The tables to copy, in the order of the source, and the others. */
export function selectTables<T extends NamedTable>(
  schema: Named<T>,
  request: Wishes,
): { chosen: T[]; skipped: T[] } {
  const include = request.tables ?? request.file?.include
  const wanted = include && found(schema, include)
  const unwanted = found(schema, [...request.exclude, ...(request.file?.exclude ?? [])])
  const isChosen = (table: T): boolean =>
    (wanted?.has(table) ?? true) && !unwanted.has(table) && !settingsOf(request, table)?.skip
  return {
    chosen: schema.tables.filter(isChosen),
    skipped: schema.tables.filter(table => !isChosen(table)),
  }
}

function found<T extends NamedTable>(schema: Named<T>, names: readonly string[]): Set<T> {
  return new Set(names.flatMap(name => lookUp(schema.tables, name) ?? []))
}

/** What the plan file says of a table. */
export function settingsOf(request: Wishes, table: { name: string }): TableSettings | undefined {
  return byName(request.file?.tables ?? {}, table.name)
}

/** What the plan file says of a column. */
export function columnSettings(settings: TableSettings | undefined, column: string): ColumnSettings {
  return byName(settings?.columns ?? {}, column) ?? {}
}

function byName<T>(map: Record<string, T>, name: string): T | undefined {
  if (Object.hasOwn(map, name)) return map[name]
  return lookUp(
    Object.entries(map).map(([key, value]) => ({ name: key, value })),
    name,
  )?.value
}

/**
 * Whether the scan must count the digits of all REALs in a table: where the plan file or a table of the target
 * names decimals that the source's declarations do not. It takes a look at each REAL.
 */
export function wantsEveryDigit(
  table: Table,
  request: Wishes,
  target: Pick<TargetDescription, 'tables'>,
): boolean {
  const settings = settingsOf(request, table)
  const isDecimal = (type: LogicalType | undefined): boolean =>
    type?.kind === 'numeric' && type.precision !== undefined
  const existing = lookUp(target.tables, settings?.target ?? table.name)
  return [...Object.values(settings?.columns ?? {}), ...(existing?.columns ?? [])].some(({ type }) =>
    isDecimal(type),
  )
}
