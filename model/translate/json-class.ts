/** What parts of JSON documents are to SQLite: texts, integers, floats; as conditions; and what `json_type` says. */
import { quoteText } from '../sql-text.ts'
import { castableFloat } from './cast.ts'
import { isOrdering, type Operator } from './comparison.ts'
import { refuse, type Value } from './value.ts'

/** The text of a JSON string, or the digits of a number, without anything around it. */
export const bareText = (part: string): string => `(${part} #>> '{}')`

const typeOf = (part: string): string => `pg_catalog.jsonb_typeof(${part})`

/** What is equal exactly where SQLite calls the parts equal; equal arrays and objects may differ there in their spelling. */
export function distinctPart(json: string): string {
  return `(CASE ${json} WHEN 'true'::jsonb THEN '1'::jsonb WHEN 'false'::jsonb THEN '0'::jsonb ELSE ${json} END)`
}

/**
 * What `typeof` says of a part, whose null is NULL already. Of a number `jsonb` keeps the value and not the exponent,
 * without which 1e3 is an integer, so that nobody may ask whether it is one.
 */
export function classOfPart(json: string): Value {
  return unsure(
    `(CASE WHEN ${json} IS NULL THEN 'null' WHEN ${typeOf(json)} = 'number' THEN 'number' WHEN ${typeOf(json)} = 'boolean' THEN 'integer' ELSE 'text' END)`,
  )
}

/** `json_type`: NULL where there is no such part. */
export function jsonTypeOf(part: string): Value {
  return unsure(
    `(CASE ${typeOf(part)} WHEN 'string' THEN 'text' WHEN 'boolean' THEN ${part}::text ELSE ${typeOf(part)} END)`,
  )
}

const unsure = (sql: string): Value => ({ sql, json: sql, partClass: true })

/** Whether the class of a part is this one. */
export function compareClass(operator: Operator, { sql }: Value, { literal }: Value): string {
  const word = literal?.kind === 'text' ? literal.value : ''
  if (word === '' || /^(integer|real|number)$/.test(word) || isOrdering(operator))
    return refuse('whether a part of a JSON document is an integer or a float')
  return `(${sql} ${operator} ${quoteText(word)})`
}

/** A text is as true as the number that it begins with. */
export function truthOfPart(json: string): string {
  return `(CASE ${typeOf(json)} WHEN 'boolean' THEN ${json}::boolean WHEN 'number' THEN ${json}::numeric <> 0
    WHEN 'string' THEN ${castableFloat(bareText(json))} <> 0 ELSE CASE WHEN ${json} IS NOT NULL THEN false END END)`
}
