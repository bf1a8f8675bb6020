/**
 * Expressions of a mapping, in CEL (https://cel.dev): over the columns of one row, without a clock, files or a network, and of a size
 * that the library bounds. Whole numbers are `int`, others `double`, NULL is `null`.
 */
import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js'
import { didYouMean } from '../did-you-mean.ts'
import type { MappedCell, Outcome } from './refusal.ts'
import { Refusal } from './refusal.ts'

export interface Expression {
  /** Columns that it reads. */
  uses: string[]
  /** Value of a row, `values` in the order of `uses`. Throws what the library throws where a row breaks it. */
  run: (values: MappedCell[]) => unknown
}

export interface WrongExpression {
  message: string
  remedy: string
}

/** Reads an expression over columns of these names; names that are no words stand in `row["…"]`. */
export function readExpression(text: string, columns: readonly string[]): Expression | WrongExpression {
  const environment = around(columns)
  let parsed: ParseResult
  try {
    parsed = environment.parse(text)
  } catch (error) {
    return wrong(summaryOf(error), 'Look the language up under "Mapping" in the manual')
  }
  const { valid, error } = parsed.check()
  if (!valid) return explained(error, columns)
  const named = [...new Set(rootsOf(parsed.ast))]
  const uses = named.includes('row') && !columns.includes('row') ? [...columns] : usedOf(named, columns)
  return { uses, run: compiled(parsed, uses, named, columns) }
}

const WORD = /^[A-Za-z_][A-Za-z0-9_]*$/
const ELEMENT = 'element.'

function around(columns: readonly string[]): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false })
  const names = new Set(columns.filter(name => WORD.test(name)))
  if (columns.some(name => name.startsWith(ELEMENT))) names.add('element')
  names.add('row')
  for (const name of names) declare(environment, name)
  return environment
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction('coalesce(dyn, dyn): dyn', (one: unknown, other: unknown) => one ?? other)
    .registerFunction('round(double, int): double', rounded)
}

/** A column may be called as something of the language is; then it is reached as `row["…"]`. */
function declare(environment: Environment, name: string): void {
  try {
    environment.registerVariable(name, name === 'row' ? 'map' : 'dyn')
  } catch {
    // The name is the language's own.
  }
}

/** By decimal digits, as they are printed: 1.005 has two fives after its zeros, whatever its bits say. */
function rounded(value: number, digits: bigint): number {
  if (!Number.isFinite(value)) return value
  const places = Math.min(Math.max(Number(digits), 0), 15)
  const [mantissa, exponent = '0'] = String(Math.abs(value)).split('e')
  const shifted = Math.round(Number(`${mantissa}e${Number(exponent) + places}`))
  const [whole, power = '0'] = String(shifted).split('e')
  return Math.sign(value) * Number(`${whole}e${Number(power) - places}`)
}

function usedOf(named: readonly string[], columns: readonly string[]): string[] {
  return columns.filter(
    name => named.includes(name) || (named.includes('element') && name.startsWith(ELEMENT)),
  )
}

/** Names that are read of the row; those that a macro binds may be among them, which costs nothing. */
function rootsOf(node: ASTNode): string[] {
  if (node.op === 'id') return [node.args]
  return inner(node.args).flatMap(rootsOf)
}

function inner(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(inner)
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : []
}

function compiled(
  parsed: ParseResult,
  uses: readonly string[],
  named: readonly string[],
  columns: readonly string[],
): Expression['run'] {
  const whole = named.includes('row') && !columns.includes('row')
  const elements = named.includes('element') && !columns.includes('element')
  const words = uses.flatMap((name, at) => (WORD.test(name) ? [{ name, at }] : []))
  return values => {
    const context: Record<string, unknown> = {}
    for (const { name, at } of words) context[name] = values[at]
    if (whole) context.row = Object.fromEntries(uses.map((name, at) => [name, values[at]]))
    if (elements) context.element = elementOf(uses, values)
    return parsed(context)
  }
}

function elementOf(uses: readonly string[], values: readonly MappedCell[]): Record<string, unknown> {
  return Object.fromEntries(
    uses.flatMap((name, at) => (name.startsWith(ELEMENT) ? [[name.slice(ELEMENT.length), values[at]]] : [])),
  )
}

const wrong = (message: string, remedy: string): WrongExpression => ({ message, remedy })

const summaryOf = (error: unknown): string =>
  error instanceof Error && 'summary' in error ? lowered(String(error.summary)) : 'this is no expression'

const lowered = (text: string) => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')

function explained(error: unknown, columns: readonly string[]): WrongExpression {
  const summary = summaryOf(error)
  const name = /^unknown variable: (.*)$/.exec(summary)?.[1]
  if (name === undefined)
    return wrong(summary, 'Convert with int(), double() or string() what is of another type')
  const meant = didYouMean(name, columns)
  return wrong(
    `there is no column ${name} in the source`,
    meant ? `Did you mean ${meant}?` : 'Use the names of the source',
  )
}

const BROKEN = 'has no value for this row'

/** What an expression gives as a cell; a list or map becomes JSON. */
export function cellOf(value: unknown, column: string): Outcome {
  switch (typeof value) {
    case 'bigint':
    case 'string':
      return value
    case 'number':
      return Number.isFinite(value)
        ? value
        : new Refusal('expression', `the expression of ${column} gives no finite number`)
    case 'boolean':
      return value ? 1n : 0n
    case 'object':
      return ofObject(value, column)
    default:
      return value === undefined ? null : new Refusal('expression', `the expression of ${column} ${BROKEN}`)
  }
}

function ofObject(value: object | null, column: string): Outcome {
  if (value === null || value instanceof Uint8Array) return value
  if (value instanceof Date)
    return value
      .toISOString()
      .replace('T', ' ')
      .replace(/\.000Z$/, 'Z')
  if (Array.isArray(value) || value instanceof Map || Object.getPrototypeOf(value) === Object.prototype)
    return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? jsonNumber(part) : part))
  return new Refusal('expression', `the expression of ${column} gives what no column holds`)
}

/** Digits as they are: JSON knows no bound for them. */
const jsonNumber = (value: bigint): unknown =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
