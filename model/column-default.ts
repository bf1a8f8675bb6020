/** Values that a plan file, or a column's own DEFAULT, gives in place of ones that do not fit. */
import type { ColumnFacts } from './assessment.ts'
import type { Expression } from './sqlite-sql/ast.ts'
import { parseExpression } from './sqlite-sql/parse.ts'
import { SqlSyntaxError } from './sqlite-sql/syntax-error.ts'
import { formatsOf } from './text-formats.ts'
import type { LogicalType } from './types.ts'

export type Scalar = string | number | boolean | null

/** The value of a DEFAULT that is a plain literal of SQLite; undefined for anything else. */
export function constantDefault(sql: string): Scalar | undefined {
  try {
    return literalOf(parseExpression(sql))
  } catch (error) {
    if (error instanceof SqlSyntaxError) return undefined
    throw error
  }
}

function literalOf(node: Expression): Scalar | undefined {
  switch (node.kind) {
    case 'string':
    case 'boolean':
      return node.value
    case 'null':
      return null
    case 'number':
      return numberOf(node.text)
    case 'unary': {
      const value = literalOf(node.operand)
      if (node.operator === '-' && typeof value === 'number') return -value
      return node.operator === '+' ? value : undefined
    }
    default:
      return undefined
  }
}

/** Integers beyond 2^53 keep their digits as a text. */
function numberOf(text: string): Scalar {
  const value = Number(text)
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value
}

/** The facts of a column that holds nothing but this value, for `fits`. */
export function factsOfValue(value: Scalar, type: LogicalType): ColumnFacts {
  const counts = { null: 0, integer: 0, real: 0, text: 0, blob: 0 }
  const facts: ColumnFacts = {
    name: '',
    declared: '',
    counts,
    finite: true,
    longest: { textBytes: 0, textChars: 0, blobBytes: 0 },
    formats: [],
    unfit: { nul: 0, invalidUtf8: 0 },
  }
  if (value === null) return facts
  const truth = typeof value === 'boolean' && type.kind === 'boolean' ? Number(value) : value
  const digits = type.kind === 'integer' && /^(0|-?[1-9]\d{0,18})$/.test(String(truth))
  if (digits || Number.isInteger(truth)) {
    counts.integer = 1
    return { ...facts, integers: { min: String(truth), max: String(truth) } }
  }
  if (typeof truth === 'number') {
    counts.real = 1
    return { ...facts, reals: { min: truth, max: truth }, ...decimalsOf(String(truth)) }
  }
  counts.text = 1
  const text = String(truth)
  const chars = [...text].length
  return {
    ...facts,
    longest: { textBytes: chars * 4, textChars: chars, blobBytes: 0 },
    formats: formatsOf(text),
    unfit: { nul: text.includes('\0') ? 1 : 0, invalidUtf8: text.isWellFormed() ? 0 : 1 },
    ...decimalsOf(text),
  }
}

function decimalsOf(text: string): Pick<ColumnFacts, 'decimals'> {
  const [, whole, decimals = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined) return {}
  return { decimals: { integerDigits: whole === '0' ? 0 : whole.length, scale: decimals.length } }
}
