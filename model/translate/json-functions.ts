/** Functions over JSON (https://sqlite.org/json1.html). */
import { quoteText } from '../sql-text.ts'
import { asText } from './convert.ts'
import { jsonTypeOf } from './json-class.ts'
import { documentOf, extracted, partOf, stepsIn } from './json-path.ts'
import { BOOLEAN, type Context, isNull, NULL, nameOf, refuse, SMALL, TEXT, type Value } from './value.ts'

type Table = Record<
  string,
  { least: number; most: number; translate: (values: Value[], context: Context) => Value }
>

export const JSON_FUNCTIONS: Table = {
  json_extract: { least: 2, most: 2, translate: ([document, path]) => extract(document!, path!) },
  json_valid: { least: 1, most: 1, translate: ([value], context) => valid(value!, context) },
  json_array_length: { least: 1, most: 2, translate: ([document, path]) => arrayLength(document!, path) },
  json_type: { least: 1, most: 2, translate: ([document, path]) => typeOf(document!, path) },
  json_object: { least: 0, most: 100, translate: object },
  json_array: { least: 0, most: 100, translate: array },
}

function extract(document: Value, path: Value): Value {
  if (isNull(document) || isNull(path)) return NULL
  return extracted(documentOf(document), stepsIn(path))
}

/** A column of JSON holds nothing else; whether a text is JSON PostgreSQL can tell from version 16 on only. */
function valid(value: Value, { scope }: Context): Value {
  if (isNull(value)) return NULL
  const of = (sql: string): Value => ({ sql: `(CASE WHEN ${sql} END)`, type: BOOLEAN, scale: 0 })
  if (value.fresh !== undefined || value.type?.kind === 'json')
    return of(`${value.sql} IS NOT NULL THEN true`)
  const { sql } = ownText(value)
  if (!scope.testsJson) return refuse('json_valid() of a text, which only PostgreSQL 16 and later have')
  return of(`${sql} IS NOT NULL THEN ${sql} IS JSON`)
}

/** Texts only: numbers are JSON as well, and blobs may be SQLite's own form of it. */
export function ownText(value: Value): Value {
  const known = value.type?.kind === 'text' && !value.mixed && !value.merged
  return known ? value : refuse(`json_valid() of a ${nameOf(value)}`)
}

/** `object`, `array`, `text`, `integer`, `real`, `true`, `false` or `null`. */
function typeOf(document: Value, path: Value | undefined): Value {
  if (isNull(document) || (path && isNull(path))) return NULL
  const part = path ? partOf(documentOf(document), path) : documentOf(document)
  return jsonTypeOf(part)
}

/** Of what is no array it is 0. */
function arrayLength(document: Value, path: Value | undefined): Value {
  if (isNull(document)) return NULL
  const part = path ? partOf(documentOf(document), path) : documentOf(document)
  const sql = `(CASE WHEN pg_catalog.jsonb_typeof(${part}) = 'array' THEN pg_catalog.jsonb_array_length(${part}) WHEN ${part} IS NOT NULL THEN 0 END)`
  return { sql, type: SMALL, scale: 0 }
}

function object(values: Value[], context: Context): Value {
  if (values.length % 2) return refuse('json_object() with a label alone')
  const labels = values.filter((_, i) => i % 2 === 0).map(labelOf)
  if (new Set(labels).size < labels.length) return refuse('json_object() with a label twice')
  const members = values.filter((_, i) => i % 2 === 1)
  const text = members.map(
    (value, i) => `${quoteText(`${i > 0 ? ',' : ''}${JSON.stringify(labels[i])}:`)} || ${memberText(value)}`,
  )
  const built = members.map((value, i) => `${quoteText(labels[i]!)}::text, ${jsonValue(value)}`)
  context.volatile = true
  return made(['{', '}'], text, `pg_catalog.jsonb_build_object(${built.join(', ')})`)
}

function labelOf({ literal }: Value): string {
  return literal?.kind === 'text' ? literal.value : refuse('json_object() with a label that is no constant')
}

function array(values: Value[], context: Context): Value {
  const text = values.map((value, i) => `${i > 0 ? "',' || " : ''}${memberText(value)}`)
  context.volatile = true
  return made(['[', ']'], text, `pg_catalog.jsonb_build_array(${values.map(jsonValue).join(', ')})`)
}

/** Spelled as SQLite does it, without blanks and in this order; `jsonb` where a column holds it. */
function made([open, close]: [string, string], parts: string[], fresh: string): Value {
  return { sql: `('${open}' || ${[...parts, `'${close}'`].join(' || ')})`, type: TEXT, fresh }
}

/** A member as SQLite prints it. */
export function memberText(value: Value): string {
  if (isNull(value)) return "'null'"
  if (value.fresh !== undefined) return value.sql
  const { type } = value
  if (type?.kind === 'text') return `COALESCE(pg_catalog.to_json(${value.sql}::text)::text, 'null')`
  if (type?.kind === 'integer' || type?.kind === 'boolean' || type?.kind === 'numeric')
    return `COALESCE(${asText(value)}, 'null')`
  return refuse(`a ${nameOf(value)} as a member of JSON that is made`)
}

function jsonValue(value: Value): string {
  if (isNull(value)) return 'NULL'
  if (value.fresh !== undefined) return value.fresh
  if (value.type?.kind === 'boolean') return `${value.sql}::int`
  return value.type?.kind === 'text' ? `${value.sql}::text` : value.sql
}
