/** Values of translated expressions, and where their names come from. */
import type { PostgresSchema } from '../../postgres-schema.ts'
import { NotUnderstood } from '../../postgres-sql/cursor.ts'
import type { Holds } from '../carried.ts'

export interface Value {
  /** SQL of SQLite; anything but a name, a call or a constant stands in parentheses. */
  sql: string
  /** `null` fits to everything; `word` is a text constant whose type is still open. */
  holds: Holds | 'null' | 'word'
  /** A constant's text, without quotes. */
  constant?: string
  /** Its texts are compared by their bytes in PostgreSQL too. */
  byBytes?: true
}

export interface Context {
  origin: Pick<PostgresSchema, 'enums' | 'domains'>
  /** The column of that name; `undefined` where there is none that SQLite holds. */
  column: (name: string, table: string | undefined) => Value | undefined
  /** Where the clock may be asked: in defaults alone. */
  clock: boolean
  /** Of what means nearly the same. */
  warn: (warning: Warning) => void
  /** Calls that only make sense in a query with groups; absent elsewhere. */
  aggregate?: (name: string, distinct: boolean, given: Value[]) => Value | undefined
}

export interface Warning {
  code: string
  message: string
}

/** Ends a translation; the reason is for the reader of a finding, and holds no value. */
export function refuse(reason: string): never {
  throw new NotUnderstood(reason)
}

export const textOf = (text: string): string => `'${text.replaceAll("'", "''")}'`

export const isNumber = ({ holds }: Value): boolean =>
  holds === 'integer' || holds === 'float' || holds === 'decimal'

/** What the value is, in words. */
export const wordsOf = ({ holds }: Value): string => HOLDS[holds]

const HOLDS: Record<Value['holds'], string> = {
  boolean: 'a truth',
  integer: 'a whole number',
  float: 'a float',
  decimal: 'a decimal',
  digits: 'a decimal held as text',
  text: 'a text',
  padded: 'a text filled up with blanks',
  folded: 'a text without case',
  collated: 'a text under a collation of its own',
  label: 'a label of an enum',
  bytes: 'bytes',
  date: 'a date',
  time: 'a time',
  timestamp: 'a timestamp',
  timestamptz: 'an instant',
  uuid: 'a UUID',
  inet: 'an address',
  json: 'JSON',
  print: 'a value that SQLite holds as printed text',
  null: 'NULL',
  word: 'a text',
}

/** What several values are together, as members of a list or results of CASE. */
export function common(values: readonly Value[]): Value['holds'] {
  const kinds = new Set(values.map(({ holds }) => holds).filter(holds => holds !== 'null'))
  if (kinds.size > 1 && kinds.has('word')) kinds.delete('word')
  if (kinds.size === 2 && kinds.has('integer') && kinds.has('decimal')) return 'decimal'
  if (kinds.size > 1) return refuse(`${[...kinds].map(holds => HOLDS[holds]).join(' beside ')}`)
  return [...kinds][0] ?? 'null'
}
