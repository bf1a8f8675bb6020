/**
 * Defaults in PostgreSQL's words, by the type of the target column. What is not known for certain is not
 * translated; a wrong default shows up months later.
 */
import { ownDefault } from './own-defaults.ts'
import type { Expression } from './sqlite-sql/ast.ts'
import { parseExpression, SqlSyntaxError } from './sqlite-sql/parse.ts'
import { translateValue } from './translate/expression.ts'
import { type Scope, Untranslatable } from './translate/scope.ts'
import type { LogicalType } from './types.ts'

export type TranslatedDefault = { sql: string } | { reason: string }

/** A default cannot name a column, so SQLite reads "double quotes" there as a string. */
const NO_COLUMNS: Scope = { column: () => undefined }

/** The default `sql` of a SQLite column in PostgreSQL's words, or why there is none. */
export function translateDefault(sql: string, type: LogicalType): TranslatedDefault {
  const own = ownDefault(sql)
  if (own !== undefined && TIMES_AND_IDS.includes(type.kind)) return { sql: own }
  try {
    const node = bareWord(sql, parseExpression(sql))
    return { sql: uuid(node, type) ?? translateValue(node, NO_COLUMNS, type).sql }
  } catch (error) {
    if (error instanceof Untranslatable) return { reason: error.message }
    if (error instanceof SqlSyntaxError) return { reason: 'its text cannot be read' }
    throw error
  }
}

const TIMES_AND_IDS: readonly LogicalType['kind'][] = ['time', 'timestamp', 'uuid']

/** A bare word that is no keyword is a string to SQLite, unless it stands in parentheses. */
function bareWord(sql: string, node: Expression): Expression {
  const bare = node.kind === 'column' && node.table === undefined && !sql.trimStart().startsWith('(')
  return bare ? { kind: 'string', value: node.name } : node
}

/** 128 bits of chance in a column of UUIDs: PostgreSQL's own function gives 122, and marks what it gives. */
function uuid(node: Expression, type: LogicalType): string | undefined {
  if (type.kind !== 'uuid' || node.kind !== 'call') return undefined
  const [inner] = node.arguments
  if (node.name.toLowerCase() === 'lower' && inner) return uuid(inner, type)
  const size =
    inner?.kind === 'call' && inner.name.toLowerCase() === 'randomblob' ? inner.arguments[0] : undefined
  const whole = node.name.toLowerCase() === 'hex' && size?.kind === 'number' && size.text === '16'
  return whole ? 'pg_catalog.gen_random_uuid()' : undefined
}
