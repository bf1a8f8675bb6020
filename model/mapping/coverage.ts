/** Whether a mapping fits both sides: every mistake with its place in the plan file, before a row is looked at. */
import { lookUp } from '../build-plan/names.ts'
import type { Mistake, PlanFile, Position } from '../plan-request.ts'
import {
  type Checked,
  checkColumn,
  checkExpression,
  checkTargetColumn,
  listed,
  needColumn,
  noTable,
  type Path,
  type Report,
  type Sides,
  sources,
} from './check-column.ts'
import { readExpression } from './expression.ts'
import type { MappedTable, Mapping } from './mapping.ts'
import { mappingOrder, parentOf } from './order.ts'
import { requires } from './target.ts'

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
  for (const cycle of mappingOrder(mapping).cycles)
    mistakes.push({
      ...positionOf(file, ['mapping', cycle]),
      path: shownPath(['mapping', cycle]),
      message: 'its rows are looked up in a table that needs this one first',
      remedy: 'Look them up in the source instead, or give the values in a file',
    })
  return mistakes.sort((a, b) => a.line - b.line || a.column - b.column)
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
    if (requires(column) && !Object.hasOwn(entry.columns, column.name))
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
function usedBy({ columns }: MappedTable, all: readonly string[]): Set<string> {
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
    const lacking = [...all].filter(name => !Object.hasOwn(columns, name))
    if (lacking.length === 0) continue
    report(
      ['mapping', table, i],
      `other sources of this table give it ${listed(lacking)}, and this one does not`,
      'Add it, as a constant (null as well) where there is nothing to take it from',
    )
  }
}
