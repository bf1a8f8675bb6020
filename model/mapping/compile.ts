/** A column of a mapping as one function of a row; everything that can be found out before the first row is. */
import type { LogicalType } from '../types.ts'
import { CAST_TYPES, castingTo } from './casts.ts'
import { dateFormat, isoText, zoneOf } from './dates.ts'
import { cellOf, readExpression } from './expression.ts'
import type { Lookup, MappedColumn, Salt, Scalar } from './mapping.ts'
import { type MappedCell, type Outcome, Refusal } from './refusal.ts'

/** The cells of a row that the mapping reads, in the order in which they were asked for. */
export type MapColumn = (row: readonly MappedCell[]) => Outcome

/** What is not of the model's: tables to look values up in, secrets, and the place of a column in a row. */
export interface Around {
  /** Where a row has a column of the source. */
  at: (column: string) => number
  /** Where it has a column of the row that it goes with. */
  atParent: (column: string) => number
  /** All columns of the source. */
  columns: readonly string[]
  /** What a value is exchanged for; undefined: nothing has it; `several`: more than one, and not the same. */
  lookup: (lookup: Lookup) => (value: string) => MappedCell | undefined | typeof SEVERAL
  hash: (salt: Salt | undefined) => (value: string | Uint8Array) => string
}

export const SEVERAL = Symbol('several')

/** @param name of the column in the target; @param type of that, where it is known; @param notNull it holds no NULL */
export function compileColumn(
  name: string,
  column: MappedColumn,
  {
    type,
    notNull,
    allowed,
  }: { type: LogicalType | undefined; notNull: boolean; allowed?: readonly string[] },
  around: Around,
): MapColumn {
  const begin = originOf(name, column, around)
  const steps = stepsOf(name, column, type, around)
  const missing = new Refusal('required', `${name} has no value`)
  const blank = column.required === true
  const needs = blank || notNull
  if (steps.length === 0 && !needs && !allowed) return begin
  const known = allowed && new Set(allowed)
  const unknown = new Refusal('unknown-value', `the target does not take the value of ${name}`)
  return row => {
    let value = begin(row)
    for (const step of steps) {
      if (value instanceof Refusal) return value
      value = step(value)
    }
    if (needs && (value === null || (blank && typeof value === 'string' && isBlank(value)))) return missing
    if (known && value !== null && !(value instanceof Refusal) && !known.has(String(value))) return unknown
    return value
  }
}

const isBlank = (text: string) => text === '' || text.trim() === ''

/** Numbers of the target's own and passwords are filled in once it is known that the row is taken. */
export const isLate = (column: MappedColumn): boolean => 'generate' in column || 'password' in column

function originOf(name: string, column: MappedColumn, around: Around): MapColumn {
  if ('from' in column) {
    const at = around.at(column.from)
    return row => row[at]!
  }
  if ('concat' in column) return concatenated(name, column, around)
  if ('expression' in column) return expressionOf(name, column.expression, around)
  if ('constant' in column) {
    const cell = scalarCell(column.constant)
    return () => cell
  }
  if ('of' in column) {
    const at = around.atParent(column.of.column)
    return row => row[at]!
  }
  return () => null
}

export function scalarCell(value: Scalar): MappedCell {
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}

/** NULLs are left out, with their separator. */
function concatenated(
  name: string,
  { concat, separator }: { concat: string[]; separator: string },
  { at }: Around,
): MapColumn {
  const places = concat.map(at)
  const refused = new Refusal('cast', `a part of ${name} is no text`)
  return row => {
    const parts = places.map(place => row[place]!).filter(cell => cell !== null)
    if (parts.some(cell => cell instanceof Uint8Array)) return refused
    return parts.length === 0 ? null : parts.map(cell => textOf(cell as string)).join(separator)
  }
}

function expressionOf(name: string, text: string, around: Around): MapColumn {
  const read = readExpression(text, around.columns)
  if (!('run' in read)) return () => new Refusal('expression', read.message)
  const places = read.uses.map(around.at)
  const broken = new Refusal('expression', `the expression of ${name} has no value for this row`)
  return row => {
    let value: unknown
    try {
      value = read.run(places.map(place => row[place]!))
    } catch {
      return broken
    }
    return cellOf(value, name)
  }
}

/** A condition over a row; undefined where a row breaks it. */
export function compileCondition(
  text: string,
  around: Around,
): (row: readonly MappedCell[]) => boolean | undefined {
  const column = expressionOf('where', text, around)
  return row => {
    const value = column(row)
    return value === 1n ? true : value === 0n || value === null ? false : undefined
  }
}

type Step = (value: MappedCell) => Outcome

/** In the order in which `Steps` has them. */
function stepsOf(name: string, column: MappedColumn, type: LogicalType | undefined, around: Around): Step[] {
  const steps: Step[] = []
  const { split, trim, values, lookups, otherwise, date, zone, cast, hash, mask } = column
  const other = otherwise === undefined ? undefined : scalarCell(otherwise)
  if (split) steps.push(onText(text => part(text, split.by, split.part)))
  if (trim) steps.push(onText(text => text.trim()))
  if (values) steps.push(valueMap(name, values, other))
  if (lookups) steps.push(lookedUp(name, lookups.map(around.lookup), other))
  if (date) steps.push(dated(name, date))
  if (column.default !== undefined) steps.push(defaulted(scalarCell(column.default)))
  const offset = zone === undefined ? undefined : zoneOf(zone)
  if (trim && type && type.kind !== 'text') steps.push(value => (value === '' ? null : value))
  if (cast) steps.push(notNull(castingTo(CAST_TYPES[cast], name, offset)))
  if (hash) steps.push(hashed(around.hash(hash.salt)))
  if (mask) steps.push(onText(masked))
  if (type) steps.push(notNull(castingTo(type, name, offset)))
  return steps
}

/** Texts and numbers, which are read as they are printed. */
const onText =
  (change: (text: string) => string | null): Step =>
  value =>
    value === null || value instanceof Uint8Array ? value : change(textOf(value))

const notNull =
  (change: (value: Exclude<MappedCell, null>) => Outcome): Step =>
  value =>
    value === null ? null : change(value)

/** By which a value is looked up: 5, '5' and 5.0 are one. */
export const textOf = (value: Exclude<MappedCell, null | Uint8Array>): string => String(value)

/** The part of that number, from the end where it is negative; NULL where there are not so many. */
function part(text: string, by: string, number: number): string | null {
  const parts = text.split(by)
  return parts[number > 0 ? number - 1 : parts.length + number] ?? null
}

/** Names of values are compared as they are, and without regard to case where that leaves one. */
function valueMap(name: string, values: Record<string, Scalar>, other: MappedCell | undefined): Step {
  const known = new Map(Object.entries(values).map(([from, to]) => [from, scalarCell(to)]))
  const unknown: Outcome =
    other === undefined
      ? new Refusal('unknown-value', `the value of ${name} is not among those that are mapped`)
      : other
  return value => {
    if (value === null) return other ?? null
    if (value instanceof Uint8Array) return unknown
    const found = known.get(textOf(value))
    return found === undefined ? unknown : found
  }
}

function lookedUp(name: string, finds: ReturnType<Around['lookup']>[], other: MappedCell | undefined): Step {
  const none: Outcome =
    other === undefined ? new Refusal('no-match', `the value of ${name} is found nowhere`) : other
  const several = new Refusal('ambiguous-match', `the value of ${name} is found more than once`)
  return value => {
    if (value === null) return other ?? null
    let now: MappedCell = value
    for (const find of finds) {
      if (now === null || now instanceof Uint8Array) return none
      const found = find(textOf(now))
      if (found === SEVERAL) return several
      if (found === undefined) return none
      now = found
    }
    return now
  }
}

function dated(name: string, format: string): Step {
  const read = dateFormat(format)
  const refused = new Refusal('date', `the value of ${name} is not written as ${format}`)
  return value => {
    if (value === null || value === '') return null
    if (value instanceof Uint8Array) return refused
    const moment = read?.(textOf(value).trim())
    return moment ? isoText(moment) : refused
  }
}

const defaulted =
  (cell: MappedCell): Step =>
  value =>
    value === null || (typeof value === 'string' && isBlank(value)) ? cell : value

const hashed =
  (hash: (value: string | Uint8Array) => string): Step =>
  value =>
    value === null ? null : hash(value instanceof Uint8Array ? value : textOf(value))

/** Lengths, punctuation and the first letter stay. */
const masked = (text: string): string => {
  const [first = '', ...rest] = text
  return first + rest.join('').replace(/[\p{L}\p{N}]/gu, '*')
}
