/** Comparisons of what `json_extract` and `->>` give: a text, a number or NULL, by the row. */
import { quoteText } from '../sql-text.ts'
import { collationOf, keyOf } from './collation.ts'
import { isOrdering, type Operator } from './comparison.ts'
import { asText } from './convert.ts'
import { bareText, compareClass } from './json-class.ts'
import { isNumber, nameOf, refuse, type Value } from './value.ts'

export function compareJson(operator: Operator, left: Value, right: Value): string {
  if (left.json === undefined) return compareJson(TURNED[operator] ?? operator, right, left)
  if (left.partClass) return compareClass(operator, left, right)
  const { json } = left
  const { literal } = right
  if (literal?.kind === 'text') return compareText(operator, json, literal.value)
  if (literal?.kind === 'integer' || literal?.kind === 'real') return compareNumber(operator, json, right)
  if (right.type?.kind === 'text' && !right.mixed && !right.merged)
    return compareOwnText(operator, left, right)
  if (isNumber(right) && !right.mixed) return compareOwnNumber(operator, json, right)
  return refuse(`a comparison of a part of a JSON document with a ${nameOf(right)}`)
}

const TURNED: Partial<Record<Operator, Operator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** A JSON string equals the text; a number or a boolean never does. */
function compareText(operator: Operator, json: string, text: string): string {
  if (isOrdering(operator)) return orderText(operator, json, text)
  if (/^[[{]/.test(text)) return refuse('a comparison of a part of a JSON document with the text of one')
  return `(${json} ${operator} ${quoteText(JSON.stringify(text))}::jsonb)`
}

/** Numbers come before all texts; arrays and objects are the texts that begin with their brackets. */
function orderText(operator: Operator, json: string, text: string): string {
  if (/^[[{]/.test(text)) return refuse('a comparison of a part of a JSON document with the text of one')
  const first = text.codePointAt(0) ?? 0
  const before = operator.startsWith('<')
  const bracket = (sign: string) => String(sign.charCodeAt(0) < first === before)
  return `(CASE pg_catalog.jsonb_typeof(${json}) WHEN 'string' THEN ${bareText(json)} COLLATE "C" ${operator} ${quoteText(text)}
    WHEN 'array' THEN ${bracket('[')} WHEN 'object' THEN ${bracket('{')}
    ELSE CASE WHEN ${json} IS NOT NULL THEN ${before} END END)`
}

/** A column of texts makes texts of numbers. */
function compareOwnText(operator: Operator, left: Value, right: Value): string {
  if (isOrdering(operator)) return refuse('an order of parts of JSON documents and other texts')
  const collation = collationOf(right)
  if (right.affinity === 'TEXT')
    return `(${keyOf(asText(left), collation)} ${operator} ${keyOf(right.sql, collation)})`
  if (collation !== 'BINARY') return refuse('a comparison of a part of a JSON document by a collation')
  return equalsText(operator, left.json!, right.sql)
}

/** Only a string of JSON is a text. */
function equalsText(operator: Operator, json: string, text: string): string {
  const isString = `pg_catalog.jsonb_typeof(${json}) = 'string'`
  const equal = `${bareText(json)} ${operator} ${text}`
  if (operator === 'IS NOT DISTINCT FROM')
    return `(CASE WHEN ${isString} THEN ${equal} ELSE ${json} IS NULL AND ${text} IS NULL END)`
  if (operator === 'IS DISTINCT FROM')
    return `(CASE WHEN ${isString} THEN ${equal} ELSE ${json} IS NOT NULL OR ${text} IS NOT NULL END)`
  return `(CASE WHEN ${isString} THEN ${equal} WHEN ${json} IS NOT NULL AND ${text} IS NOT NULL THEN ${operator === '<>'} END)`
}

/** JSON's true and false are 1 and 0; texts, arrays and objects come after every number. */
function compareNumber(operator: Operator, json: string, { sql, literal }: Value): string {
  if (operator.startsWith('IS')) return refuse('IS between a part of a JSON document and a number')
  const number = literal?.kind === 'real' ? `(${literal.value})` : sql
  return byClass(operator, json, number, 'numeric')
}

const isAfter = (operator: Operator): boolean => operator === '<>' || operator.startsWith('>')

function byClass(operator: Operator, json: string, number: string, type: string, string = ''): string {
  const of = (sql: string) => `${sql} ${operator} ${number}`
  return `(CASE WHEN ${json} IS NULL THEN NULL
    WHEN pg_catalog.jsonb_typeof(${json}) = 'number' THEN ${of(`${json}::${type}`)}
    WHEN pg_catalog.jsonb_typeof(${json}) = 'boolean' THEN ${of(`${json}::boolean::int`)}${string} ELSE ${isAfter(operator)} END)`
}

/** A whole text that is a number, of a size that no type is too small for. */
const NUMERAL =
  String.raw`'^[ \t\n\v\f\r]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?[ \t\n\v\f\r]*$'`.replaceAll(
    '\\',
    '\\\\',
  )

/** A column of numbers makes numbers of texts where they are such. */
function compareOwnNumber(operator: Operator, json: string, { type, sql, affinity }: Value): string {
  if (operator.startsWith('IS')) return refuse('IS between a part of a JSON document and a number')
  if (type?.kind === 'numeric' || affinity === 'TEXT')
    return refuse('a comparison of a part of a JSON document with a decimal number')
  const number = type?.kind === 'boolean' ? `${sql}::int` : sql
  const as = type?.kind === 'float' ? 'float8' : 'numeric'
  const text = bareText(json)
  const numeral =
    affinity &&
    affinity !== 'BLOB' &&
    `
    WHEN pg_catalog.jsonb_typeof(${json}) = 'string' AND ${text} ~ E${NUMERAL} THEN pg_catalog.btrim(${text}, E' \\t\\n\\v\\f\\r')::${as} ${operator} ${number}`
  return `(CASE WHEN ${sql} IS NOT NULL THEN ${byClass(operator, json, number, as, numeral || '')} END)`
}
