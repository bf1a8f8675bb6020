/** Whether a mapping fits both sides: every mistake with its place in the plan file, before a row is looked at. */
import { lookUp } from '../build-plan/names.ts'
import { didYouMean } from '../did-you-mean.ts'
import type { Mistake, PlanFile, Position } from '../plan-request.ts'
import { dateFormat, zoneOffset } from './dates.ts'
import { readExpression } from './expression.ts'
import type { Lookup, MappedColumn, MappedTable, Mapping } from './mapping.ts'
import { type MappingTable, requires } from './target.ts'

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

/** All mistakes, in the order of their lines. */
export function coverageMistakes(
  mapping: Mapping,
  sides: Sides,
  file: Pick<PlanFile, 'positions'>,
): Mistake[] {
  const mistakes: Mistake[] = []
  for (const [table, entries] of Object.entries(mapping)) {
    const target = lookUp(sides.targets, table)
    const report: Report = (path, message, remedy) =>
      mistakes.push({ ...positionOf(file, path), path: shownPath(path), message, remedy })
    if (!target && !sides.makes)
      report(
        ['mapping', table],
        ...noTable(
          table,
          sides.targets.map(({ name }) => name),
        ),
      )
    for (const [i, entry] of entries.entries()) {
      const path = isList(file, table) ? ['mapping', table, i] : ['mapping', table]
      checkEntry({ table, entry, target, sides, mapping, at: (...rest) => [...path, ...rest], report })
    }
    if (entries.length > 1) checkSame(table, entries, report)
  }
  for (const cycle of cyclesOf(mapping))
    mistakes.push({
      ...positionOf(file, ['mapping', cycle]),
      path: shownPath(['mapping', cycle]),
      message: 'its rows are looked up in a table that needs this one first',
      remedy: 'Look them up in the source instead, or give the values in a file',
    })
  return mistakes.sort((a, b) => a.line - b.line || a.column - b.column)
}

type Path = (string | number)[]
type Report = (path: Path, message: string, remedy: string) => void

interface Checked {
  table: string
  entry: MappedTable
  target: MappingTable | undefined
  sides: Sides
  mapping: Mapping
  at: (...rest: Path) => Path
  report: Report
}

/** The nearest thing above that has a place. */
function positionOf({ positions }: Pick<PlanFile, 'positions'>, path: Path): Position {
  for (let length = path.length; length > 0; length--) {
    const found = positions[path.slice(0, length).join('.')]
    if (found) return found
  }
  return { line: 1, column: 1 }
}

const isList = ({ positions }: Pick<PlanFile, 'positions'>, table: string): boolean =>
  `mapping.${table}.0` in positions

const shownPath = (path: Path) =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')

function checkEntry(checked: Checked): void {
  const { entry, sides, at, report } = checked
  const columns = sides.columnsOf(entry)
  if (!Array.isArray(columns)) {
    report(at('from'), columns.problem, sources(sides))
    return
  }
  checkRows(checked, columns)
  for (const [name, column] of Object.entries(entry.columns)) {
    const path = at('columns', name)
    checkTargetColumn(checked, name, path)
    checkColumn(checked, column, columns, path)
  }
  checkTwice(checked)
  checkComplete(checked, columns)
}

const sources = ({ sources }: Sides) =>
  sources.length === 0 ? 'The source has no table' : `The source has ${listed(sources)}`

const MOST_NAMES = 12
const listed = (names: readonly string[]) =>
  names.length <= MOST_NAMES ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} and others`

const noTable = (name: string, names: readonly string[]): [string, string] => [
  'the target has no such table',
  meant(name, names) ?? (names.length === 0 ? 'It has none' : `It has ${listed(names)}`),
]

const meant = (name: string, names: readonly string[]) => {
  const close = didYouMean(name, names)
  return close && `Did you mean ${close}?`
}

function needColumn({ report }: Checked, columns: readonly string[], name: string, path: Path): void {
  if (columns.includes(name)) return
  report(path, `the source has no column ${name}`, meant(name, columns) ?? `It has ${listed(columns)}`)
}

function checkRows(checked: Checked, columns: readonly string[]): void {
  const { entry, at, report, mapping } = checked
  const { where, key = [], dedupe } = entry
  if (where !== undefined) checkExpression(checked, where, columns, at('where'))
  for (const [i, name] of key.entries()) needColumn(checked, columns, name, at('key', i))
  for (const [i, name] of (dedupe?.on ?? []).entries())
    needColumn(checked, columns, name, at('dedupe', 'on', i))
  if (dedupe?.by !== undefined) needColumn(checked, columns, dedupe.by, at('dedupe', 'by'))
  for (const [i, name] of entry.drop.entries()) needColumn(checked, columns, name, at('drop', i))
  if (entry.with !== undefined && !parentOf(mapping, entry))
    report(
      at('with'),
      'no rows of that table come from the same source',
      'Name a table of the mapping with the same `from`, without `each`',
    )
}

/** The entry whose rows those of this one go with, and its place in the mapping. */
export function parentOf(mapping: Mapping, entry: MappedTable): { table: string; at: number } | undefined {
  const entries = entry.with === undefined ? undefined : mapping[entry.with]
  const from = JSON.stringify(entry.from)
  const at =
    entries?.findIndex(
      other => other !== entry && other.each === undefined && JSON.stringify(other.from) === from,
    ) ?? -1
  return at < 0 ? undefined : { table: entry.with!, at }
}

function checkExpression({ report }: Checked, text: string, columns: readonly string[], path: Path): void {
  const read = readExpression(text, columns)
  if ('message' in read) report(path, read.message, read.remedy)
}

function checkTargetColumn({ target, report }: Checked, name: string, path: Path): void {
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

function checkColumn(checked: Checked, column: MappedColumn, columns: readonly string[], path: Path): void {
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
    else if (given && !(name in given))
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
  if (column.zone !== undefined && !zoneOffset(column.zone))
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
  const made = mapping[place.target]?.flatMap(({ columns }) => Object.keys(columns))
  const names = sides.targets.map(({ name }) => name)
  return (
    made ?? { problem: `the target has no table ${place.target}`, remedy: noTable(place.target, names)[1] }
  )
}

/** Names that the target calls one. */
function checkTwice({ entry, at, report }: Checked): void {
  const seen = new Map<string, string>()
  for (const name of Object.keys(entry.columns)) {
    const other = seen.get(name.toLowerCase())
    if (other !== undefined && other !== name)
      report(
        at('columns', name),
        `${other} is mapped as well, and only case tells the two apart`,
        'Keep one of them',
      )
    seen.set(name.toLowerCase(), name)
  }
}

/** Every column of the source goes somewhere or is dropped, and every column that the target needs comes from somewhere. */
function checkComplete(checked: Checked, columns: readonly string[]): void {
  const { entry, target, at, report, mapping } = checked
  const used = usedByAll(mapping, entry, columns)
  for (const name of columns)
    if (!used.has(name))
      report(
        at('columns'),
        `the column ${name} of the source goes nowhere`,
        `Map it, or add it to \`drop: [${name}]\``,
      )
  for (const name of entry.drop)
    if (usedBy(entry, columns).has(name))
      report(at('drop'), `the column ${name} is dropped and used`, 'Keep one of the two')
  for (const column of target?.columns ?? [])
    if (requires(column) && !(column.name in entry.columns))
      report(
        at('columns'),
        `the target needs a value of ${column.name}, and none is mapped`,
        `Add a line for ${column.name}`,
      )
}

/** By all entries that read the same rows: a document's content may go into its first version. */
function usedByAll(mapping: Mapping, entry: MappedTable, columns: readonly string[]): Set<string> {
  const from = JSON.stringify(entry.from)
  const same = Object.values(mapping)
    .flat()
    .filter(other => JSON.stringify(other.from) === from)
  return new Set(
    same.flatMap(other => [
      ...usedBy(other, columns),
      ...other.drop,
      ...(other.each === undefined ? [] : [other.each]),
      ...(other.where === undefined ? [] : usesOf(other.where, columns)),
    ]),
  )
}

function usesOf(expression: string, columns: readonly string[]): string[] {
  const read = readExpression(expression, columns)
  return 'uses' in read ? read.uses : []
}

/** Columns of the source that make something of the target. */
export function usedBy({ columns }: MappedTable, all: readonly string[]): Set<string> {
  return new Set(
    Object.values(columns).flatMap(column => {
      if ('from' in column) return [column.from]
      if ('concat' in column) return column.concat
      return 'expression' in column ? usesOf(column.expression, all) : []
    }),
  )
}

function checkSame(table: string, entries: readonly MappedTable[], report: Report): void {
  const all = new Set(entries.flatMap(({ columns }) => Object.keys(columns)))
  for (const [i, { columns }] of entries.entries()) {
    const lacking = [...all].filter(name => !(name in columns))
    if (lacking.length === 0) continue
    report(
      ['mapping', table, i],
      `other sources of this table give it ${listed(lacking)}, and this one does not`,
      'Add it, as a constant (null as well) where there is nothing to take it from',
    )
  }
}

/**
 * Tables in the order in which they have to be mapped, each after those that it reads, and as far as that goes after those that its
 * foreign keys point to.
 */
export function mappingOrder(
  mapping: Mapping,
  targets: readonly MappingTable[] = [],
): { order: string[]; cycles: string[] } {
  const order: string[] = []
  const cycles: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (table: string): void => {
    state.set(table, 'open')
    for (const other of neededBy(mapping, table)) {
      if (state.get(other) === 'open' && !cycles.includes(other)) cycles.push(other)
      if (!state.has(other)) visit(other)
    }
    for (const { table: other } of lookUp(targets, table)?.foreignKeys ?? [])
      if (other in mapping && !state.has(other)) visit(other)
    state.set(table, 'done')
    order.push(table)
  }
  for (const table of Object.keys(mapping)) if (!state.has(table)) visit(table)
  return { order, cycles }
}

const cyclesOf = (mapping: Mapping) => mappingOrder(mapping).cycles

function neededBy(mapping: Mapping, table: string): string[] {
  return mapping[table]!.flatMap(entry => [
    ...(parentOf(mapping, entry) ? [entry.with!] : []),
    ...Object.values(entry.columns)
      .flatMap(({ lookups = [] }) => lookups)
      .flatMap(({ in: place }) => ('target' in place && place.target in mapping ? [place.target] : [])),
  ])
}
