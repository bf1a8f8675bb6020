/** LIKE and GLOB (https://sqlite.org/lang_expr.html, 5). */
import { quoteText } from '../sql-text.ts'
import type { Expression } from '../sqlite-sql/ast.ts'
import { asText, dateText } from './convert.ts'
import { type Context, isNull, refuse, type Value } from './value.ts'

type Like = Extract<Expression, { kind: 'like' }>

export function translateLike(node: Like, context: Context): string {
  const [left, right] = [context.value(node.left), context.value(node.right)]
  const test = matchOf(node, left, right, context)
  return node.not ? `(NOT ${test})` : test
}

function matchOf(node: Like, left: Value, right: Value, context: Context): string {
  if (node.operator === 'LIKE') return like(left, right, node.escape && context.value(node.escape))
  return node.operator === 'GLOB' ? glob(left, right) : refuse(`the operator ${node.operator}`)
}

/** Also what the function `like(pattern, text)` does. */
export function like(text: Value, pattern: Value, mark?: Value): string {
  if (text.type?.kind === 'bytes' || pattern.type?.kind === 'bytes') return refuse('LIKE with a blob')
  if (isNull(text) || isNull(pattern)) return 'NULL::boolean'
  const sign = mark?.literal?.kind === 'text' ? mark.literal.value : ''
  const day = sign === '' ? prefixOf(text, pattern, '%', /^[\d-]{0,10}%$/) : undefined
  if (day !== undefined) return day
  // An escape that is a letter would change with the case of the pattern.
  if (mark && (!/^[^a-zA-Z]$/u.test(sign) || pattern.literal?.kind !== 'text'))
    return refuse('LIKE with such an ESCAPE')
  if (mark && dangling(pattern, sign)) return refuse('LIKE with an ESCAPE at the end of the pattern')
  return `(${small(text)} LIKE ${small(pattern)} ESCAPE ${quoteText(sign)})`
}

/** Whatever the spelling of a time, it begins with the day; undefined for other patterns. */
function prefixOf(text: Value, { literal }: Value, star: string, form: RegExp): string | undefined {
  if (text.type?.kind !== 'timestamp' || text.type.zone || text.moment) return undefined
  if (literal?.kind !== 'text' || !form.test(literal.value)) return undefined
  return `(${dateText({ sql: text.sql })} LIKE ${quoteText(literal.value.replace(star, '%'))})`
}

/** PostgreSQL raises an error where nothing comes after the escape. */
function dangling({ literal }: Value, sign: string): boolean {
  const signs = [...(literal?.kind === 'text' ? literal.value : '')]
  let escaped = false
  for (const one of signs) escaped = !escaped && one === sign
  return escaped
}

/** ASCII letters alone have no case to SQLite, and to PostgreSQL by the collation "C". */
function small(value: Value): string {
  if (value.literal?.kind === 'text') {
    return quoteText(value.literal.value.replace(/[A-Z]/g, letter => letter.toLowerCase()))
  }
  return `pg_catalog.lower(${asText(value)} COLLATE "C")`
}

/** Also what the function `glob(pattern, text)` does. */
export function glob(text: Value, pattern: Value): string {
  if (isNull(text) && pattern.type?.kind !== 'bytes') return 'NULL::boolean'
  if (pattern.literal?.kind !== 'text') return refuse('GLOB with a pattern that is no constant')
  const { value } = pattern.literal
  const day = prefixOf(text, pattern, '*', /^[\d-]{0,10}\*$/)
  if (day !== undefined) return day
  const sql = `${asText(text)} COLLATE "C"`
  if (!value.includes('[')) return `(${sql} LIKE ${quoteText(likePattern(value))} ESCAPE E'\\\\')`
  return `(${sql} ~ ${quoteText(`^(?:${regularExpression(value)})$`)})`
}

function likePattern(glob: string): string {
  return glob.replace(/[\\%_*?]/g, sign => ({ '*': '%', '?': '_' })[sign] ?? `\\${sign}`)
}

/** A set without its end matches nothing in SQLite. */
function regularExpression(glob: string): string {
  const parts = glob.match(/\[\^?\]?[^\]]*\]|[\s\S]/gu) ?? []
  return parts.map(part => (part.length > 1 && part.startsWith('[') ? set(part) : sign(part))).join('')
}

function sign(part: string): string {
  if (part === '*') return '.*'
  if (part === '?') return '.'
  if (part === '[') return refuse('GLOB with a set that has no end')
  return /[\\^$.|?*+(){}[\]]/.test(part) ? `\\${part}` : part
}

function set(part: string): string {
  const not = part.startsWith('[^')
  const inside = part.slice(not ? 2 : 1, -1)
  // Ranges of anything but ASCII letters and digits, and signs that mean something to a regular expression.
  if (!/^-?(?:[^\]\\[^-]|[a-zA-Z0-9]-[a-zA-Z0-9])+-?$/u.test(inside)) return refuse('GLOB with such a set')
  for (const [from, to] of (inside.match(/.-./g) ?? []).map(range => [range[0]!, range[2]!]))
    if (from! > to!) return refuse('GLOB with such a set')
  return `[${not ? '^' : ''}${inside}]`
}
