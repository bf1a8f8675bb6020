/** Choices: CASE and what comes to one. */
import type { Expression } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { compare } from './comparison.ts'
import { coerce, commonType } from './convert.ts'
import { type Context, isNull, NULL, refuse, TEXT, type Value } from './value.ts'

export function choose(
  node: Extract<Expression, { kind: 'case' }>,
  context: Context,
  want?: LogicalType,
): Value {
  const operand = node.operand && context.value(node.operand)
  const tests = node.branches.map(({ when }) =>
    operand ? compare('=', operand, context.value(when)) : context.truth(when),
  )
  const results = [...node.branches.map(({ then }) => then), ...(node.else ? [node.else] : [])]
  return chooseBy(
    tests,
    results.map(result => context.value(result, want)),
    want,
  )
}

/** The result of the first test that is true; `results` may have one more, for when none is. */
export function chooseBy(tests: readonly string[], results: readonly Value[], want?: LogicalType): Value {
  const { sql, value } = unify(results, want)
  const branches = tests.map((test, i) => `WHEN ${test} THEN ${sql[i]}`)
  const otherwise = sql.length > tests.length ? ` ELSE ${sql.at(-1)}` : ''
  return { ...value, sql: `(CASE ${branches.join(' ')}${otherwise} END)` }
}

/** Results of one expression in their common type, or in `want` where all can be of it. */
export function unify(values: readonly Value[], want?: LogicalType): { sql: string[]; value: Value } {
  const type = want && values.every(value => isOf(value, want)) ? want : typeOf(values)
  if (!type) return { sql: values.map(({ sql }) => sql), value: NULL }
  const sql = values.map(value => coerce(value, type).sql)
  return {
    sql: sql.map(one => (one.startsWith('-') ? `(${one})` : one)),
    value: { sql: '', type, ...together(values, type) },
  }
}

/** Dates beside texts that are none are texts; the spelling of other times is not known. */
function typeOf(values: readonly Value[]): LogicalType | undefined {
  const type = commonType(values)
  if (type?.kind !== 'date' || values.every(value => isNull(value) || isOf(value, type))) return type
  const isNumber = (value: Value) => value.type !== undefined && NUMBERS.has(value.type.kind)
  return values.some(isNumber) ? refuse('results of different types (dates and numbers)') : TEXT
}

const NUMBERS: ReadonlySet<string> = new Set(['boolean', 'integer', 'float', 'numeric'])

function isOf(value: Value, want: LogicalType): boolean {
  try {
    coerce(value, want)
    return true
  } catch {
    return false
  }
}

/** What is known of all of the results is known of the choice. */
function together(values: readonly Value[], type: LogicalType): Partial<Value> {
  const known = values.filter(value => !isNull(value))
  const scales = known.map(({ scale }) => scale)
  const scale = scales.every(one => one !== undefined) ? { scale: Math.max(...scales) } : {}
  const texts = type.kind === 'text' && known.some(({ mixed }) => mixed)
  const kinds = new Set(known.map(one => (one.type?.kind === 'boolean' ? 'integer' : one.type?.kind)))
  return {
    ...scale,
    ...(((type.kind === 'float' && kinds.size > 1) || known.some(({ mixed }) => mixed)) && { mixed: true }),
    ...(texts && known.some(({ mixed, merged }) => merged || !mixed) && { merged: true as const }),
  }
}
