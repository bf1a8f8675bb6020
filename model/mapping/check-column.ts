/** What is wrong with one column of a mapping, and what each check is told. */
import { lookUp } from '../build-plan/names.ts'
import { didYouMean } from '../did-you-mean.ts'
import { dateFormat, zoneOf } from './dates.ts'
import { readExpression } from './expression.ts'
import type { Lookup, MappedColumn, MappedTable, Mapping } from './mapping.ts'
import { parentOf } from './order.ts'
import type { MappingTable } from './target.ts'

/** What each side has. */
export interface Sides {
  /** Columns of what an entry reads, with those of its elements; or why it cannot be read. */
  columnsOf: (entry: MappedTable) => string[] | { problem: string }
  /** Tables of the source, by name. */
  sources: readonly string[]
  columnsOfSource: (table: string) => string[] | undefined
  /** Columns of a file that is looked up in. */
  columnsOfFile: (path: string) => string[] | { problem: string }
  targets: readonly MappingTable[]
  /** Tables that the target does not have are made; absent: they are mistakes. */
  makes: boolean
}

export type Path = (string | number)[]
export type Report = (path: Path, message: string, remedy: string) => void

export interface Checked {
  table: string
  entry: MappedTable
  target: MappingTable | undefined
  sides: Sides
  mapping: Mapping
  at: (...rest: Path) => Path
  report: Report
}

export const sources = ({ sources }: Sides) =>
  sources.length === 0 ? 'The source has no table' : `The source has ${listed(sources)}`

const MOST_NAMES = 12
export const listed = (names: readonly string[]) =>
  names.length <= MOST_NAMES ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} and others`

export const noTable = (name: string, names: readonly string[]): [string, string] => [
  'the target has no such table',
  meant(name, names) ?? (names.length === 0 ? 'It has none' : `It has ${listed(names)}`),
]

const meant = (name: string, names: readonly string[]) => {
  const close = didYouMean(name, names)
  return close && `Did you mean ${close}?`
}

export function needColumn({ report }: Checked, columns: readonly string[], name: string, path: Path): void {
  if (columns.includes(name)) return
  report(path, `the source has no column ${name}`, meant(name, columns) ?? `It has ${listed(columns)}`)
}

export function checkExpression(
  { report }: Checked,
  text: string,
  columns: readonly string[],
  path: Path,
): void {
  const read = readExpression(text, columns)
  if ('message' in read) report(path, read.message, read.remedy)
}

export function checkTargetColumn({ target, report }: Checked, name: string, path: Path): void {
  if (!target) return
  const found = target.columns.find(column => column.name === name)
  const names = target.columns.map(column => column.name)
  if (!found)
    report(
      path,
      'the table of the target has no such column',
      meant(name, names) ?? `It has ${listed(names)}`,
    )
  else if (found.generated) report(path, 'the target computes this column', 'Take the line out')
}

export function checkColumn(
  checked: Checked,
  column: MappedColumn,
  columns: readonly string[],
  path: Path,
): void {
  const { report, entry, mapping, sides } = checked
  if ('from' in column) needColumn(checked, columns, column.from, path)
  if ('concat' in column) for (const name of column.concat) needColumn(checked, columns, name, path)
  if ('expression' in column) checkExpression(checked, column.expression, columns, path)
  if ('of' in column) {
    const { table, column: name } = column.of
    const parent = parentOf(mapping, entry)
    const given = parent && mapping[parent.table]?.[parent.at]?.columns
    if (table !== entry.with)
      report(
        path,
        `${table} is not the table that this one goes with`,
        `Write \`with: ${table}\` beside columns`,
      )
    else if (given && !Object.hasOwn(given, name))
      report(
        path,
        `${table} gets no column ${name} by this mapping`,
        'Map it there; a number of the target is `generate: true`',
      )
  }
  if (column.date !== undefined && !dateFormat(column.date))
    report(
      path,
      'this is no format of a date',
      'Write it as in DD.MM.YYYY HH:mm:ss, with year, month and day',
    )
  if (column.zone !== undefined && !zoneOf(column.zone))
    report(path, 'no time zone has this name', 'Write it as in Europe/Berlin or UTC')
  if (column.split && column.split.part === 0)
    report(path, 'parts are counted from 1', 'Write 1 for the first, -1 for the last')
  for (const lookup of column.lookups ?? []) checkLookup(checked, lookup, sides, path)
}

function checkLookup({ report, mapping }: Checked, lookup: Lookup, sides: Sides, path: Path): void {
  const place = lookup.in
  const wants = !('values' in place)
  for (const part of ['match', 'give'] as const)
    if (wants && lookup[part] === undefined)
      report(path, `the lookup says nothing of ${part}`, `Add \`${part}:\` with the name of a column`)
  if (!wants) return
  const columns = columnsLookedUp(place, sides, mapping)
  if (!Array.isArray(columns)) {
    report(path, columns.problem, columns.remedy)
    return
  }
  for (const name of [lookup.match, lookup.give])
    if (name !== undefined && !columns.includes(name))
      report(
        path,
        `what is looked up in has no column ${name}`,
        meant(name, columns) ?? `It has ${listed(columns)}`,
      )
}

function columnsLookedUp(
  place: Exclude<Lookup['in'], { values: unknown }>,
  sides: Sides,
  mapping: Mapping,
): string[] | { problem: string; remedy: string } {
  if ('source' in place) {
    const problem = { problem: `the source has no table ${place.source}`, remedy: sources(sides) }
    return sides.columnsOfSource(place.source) ?? problem
  }
  if ('file' in place) {
    const columns = sides.columnsOfFile(place.file)
    return Array.isArray(columns)
      ? columns
      : { ...columns, remedy: 'Put the file beside the plan file, or correct its name' }
  }
  const target = lookUp(sides.targets, place.target)
  if (target) return target.columns.map(({ name }) => name)
  const made =
    Object.hasOwn(mapping, place.target) &&
    mapping[place.target]!.flatMap(({ columns }) => Object.keys(columns))
  const names = sides.targets.map(({ name }) => name)
  return (
    made || { problem: `the target has no table ${place.target}`, remedy: noTable(place.target, names)[1] }
  )
}
