/** Casts of what is no constant. */
import type { TypeName } from '../../postgres-sql/ast.ts'
import { holdsOf } from './constant.ts'
import { type Context, refuse, type Value, wordsOf } from './value.ts'

export function cast(value: Value, type: TypeName, context: Context): Value {
  const to = holdsOf(type, context)
  if (value.holds === 'null') return { ...value, holds: to }
  // The server prints casts with modifiers where it cuts or rounds.
  if (type.modifiers.length > 0 || type.isArray) return refuse('a cast that may change the value')
  if (value.holds === to) return value
  const sql = CASTS[`${value.holds} ${to}`]
  return sql ? { sql: sql(value.sql), holds: to } : refuse(`a cast of ${wordsOf(value)} to ${type.name}`)
}

const same = (sql: string): string => sql

/** By what it is and what it becomes. */
const CASTS: Record<string, ((sql: string) => string) | undefined> = {
  'integer decimal': same,
  'integer float': sql => `CAST(${sql} AS REAL)`,
  'integer text': sql => `CAST(${sql} AS TEXT)`,
  'integer boolean': sql => `(${sql} <> 0)`,
  'boolean integer': same,
  'decimal float': sql => `CAST(${sql} AS REAL)`,
  'digits decimal': undefined,
  'label text': same,
  'uuid text': same,
  'date text': same,
  'timestamp text': same,
  'padded text': sql => `rtrim(${sql})`,
  'folded text': sql => `(${sql} COLLATE BINARY)`,
  'text folded': sql => `(${sql} COLLATE NOCASE)`,
  'date timestamp': sql => `(${sql} || ' 00:00:00')`,
  'timestamp date': sql => `substr(${sql}, 1, 10)`,
}
