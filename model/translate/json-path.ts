/** Paths into JSON documents (https://sqlite.org/json1.html, 3): `json_extract`, `->` and `->>`. */
import { quoteText } from '../sql-text.ts'
import type { Expression } from '../sqlite-sql/ast.ts'
import { type Context, isNull, JSONB, NULL, nameOf, refuse, type Value } from './value.ts'

type Step = string | number

/** A document as `jsonb`. What is no JSON is an error in both engines. */
export function documentOf(value: Value): string {
  const { type, sql, fresh } = value
  if (fresh !== undefined) return fresh
  if (type?.kind === 'json') return type.binary ? sql : `${sql}::jsonb`
  if (type?.kind === 'text') return `${sql}::jsonb`
  return refuse(`a ${nameOf(value)} as a JSON document`)
}

/** The part of `document` at a constant path, as `jsonb`; NULL where there is none. */
export function partOf(document: string, path: Value): string {
  return follow(document, stepsIn(path))
}

/** The steps of a constant path. */
export function stepsIn({ literal }: Value): Step[] {
  if (literal?.kind !== 'text') return refuse('a JSON path that is no constant')
  return stepsOf(literal.value)
}

/** What SQLite makes a value of: JSON's null is NULL. */
export function extracted(document: string, steps: Step[]): Value {
  const part = follow(document, steps)
  return { sql: part, json: `NULLIF(${part}, 'null'::jsonb)`, bare: follow(document, steps, '->>') }
}

/** `last`: the operator of the last step. */
function follow(document: string, steps: Step[], last: '->' | '->>' = '->'): string {
  if (steps.length === 0) return last === '->' ? document : `(${document} #>> '{}')`
  return steps.reduce<string>((part, step, i) => {
    const arrow = i < steps.length - 1 ? '->' : last
    if (typeof step === 'string') return `(${part} ${arrow} ${quoteText(step)}::text)`
    // PostgreSQL takes a number or a text for an array of itself.
    const place = step < 0 ? `(${step})` : step
    return `(CASE WHEN pg_catalog.jsonb_typeof(${part}) = 'array' THEN ${part} ${arrow} ${place} END)`
  }, document)
}

const STEP = /\.(?:"([^"\\]*)"|([^.[\]"]+))|\[(\d{1,9})\]|\[#-(\d{1,9})\]/y

function stepsOf(path: string): Step[] {
  if (!path.startsWith('$')) return refuse('a JSON path in such a form')
  const steps: Step[] = []
  STEP.lastIndex = 1
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path)
    if (!match) return refuse('a JSON path in such a form')
    const [, quoted, plain, index, fromEnd] = match
    if (fromEnd === '0') return refuse('a JSON path in such a form')
    steps.push(quoted ?? plain ?? (index !== undefined ? Number(index) : -Number(fromEnd)))
  }
  return steps
}

/** `a -> b` is JSON, `a ->> b` what it holds. The right side is a path, a label or a position. */
export function translateArrow(node: Extract<Expression, { kind: 'binary' }>, context: Context): Value {
  const [left, right] = [context.value(node.left), context.value(node.right)]
  if (isNull(left) || isNull(right)) return NULL
  const [document, steps] = [documentOf(left), arrowSteps(right)]
  return node.operator === '->>' ? extracted(document, steps) : { sql: follow(document, steps), type: JSONB }
}

function arrowSteps({ literal }: Value): Step[] {
  if (literal?.kind === 'integer') return [Number(literal.value)]
  if (literal?.kind !== 'text') return refuse('-> with something other than a constant')
  if (literal.value.startsWith('$')) return stepsOf(literal.value)
  return literal.value.startsWith('[') ? refuse('-> with such a label') : [literal.value]
}
