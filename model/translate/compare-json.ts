/** Comparisons of what `json_extract` and `->>` give: a text, a number or NULL, by the row. */
import { isOrdering, type Operator } from './comparison.ts'
import { quote } from './literal.ts'
import { refuse, type Value } from './value.ts'

export function compareJson(operator: Operator, left: Value, right: Value): string {
  if (left.json === undefined) return compareJson(TURNED[operator] ?? operator, right, left)
  const { json } = left
  const { literal } = right
  if (literal?.kind === 'text') return compareText(operator, json, literal.value)
  if (literal?.kind === 'integer' || literal?.kind === 'real') return compareNumber(operator, json, right)
  return refuse('a comparison of a part of a JSON document with something other than a constant')
}

const TURNED: Partial<Record<Operator, Operator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** A JSON string equals the text; a number or a boolean never does. */
function compareText(operator: Operator, json: string, text: string): string {
  if (isOrdering(operator)) return refuse('an order of parts of JSON documents')
  if (/^[[{]/.test(text)) return refuse('a comparison of a part of a JSON document with the text of one')
  return `(${json} ${operator} ${quote(JSON.stringify(text))}::jsonb)`
}

/** JSON's true and false are 1 and 0; texts, arrays and objects come after every number. */
function compareNumber(operator: Operator, json: string, { sql, literal }: Value): string {
  if (operator.startsWith('IS')) return refuse('IS between a part of a JSON document and a number')
  const number = literal?.kind === 'real' ? `(${literal.value})` : sql
  const others = operator === '<>' || operator.startsWith('>')
  const of = (sql: string) => `${sql} ${operator} ${number}`
  return `(CASE WHEN ${json} IS NULL THEN NULL
    WHEN pg_catalog.jsonb_typeof(${json}) = 'number' THEN ${of(`${json}::numeric`)}
    WHEN pg_catalog.jsonb_typeof(${json}) = 'boolean' THEN ${of(`${json}::boolean::int`)} ELSE ${others} END)`
}
