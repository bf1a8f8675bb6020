/** Constants under a type, as PostgreSQL prints them. */
import type { TypeName } from '../../postgres-sql/ast.ts'
import type { Holds } from '../carried.ts'
import { arrayAsJson } from './array-literal.ts'
import { type Context, refuse, textOf, type Value } from './value.ts'

const INTEGERS = ['smallint', 'integer', 'bigint', 'oid']
const FLOATS = ['real', 'double precision']
const TEXTS = ['text', 'character varying', 'name']

const OF_NAME: Record<string, Holds> = {
  boolean: 'boolean',
  numeric: 'decimal',
  character: 'padded',
  bpchar: 'padded',
  bytea: 'bytes',
  date: 'date',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  uuid: 'uuid',
  inet: 'inet',
  cidr: 'inet',
  json: 'json',
  jsonb: 'json',
  ...Object.fromEntries(INTEGERS.map(name => [name, 'integer'])),
  ...Object.fromEntries(FLOATS.map(name => [name, 'float'])),
  ...Object.fromEntries(TEXTS.map(name => [name, 'text'])),
}

/** What values of a type are; an array is `json`, what has no place in SQLite `print`. */
export function holdsOf({ schema, name, isArray }: TypeName, { origin }: Context): Holds {
  if (isArray) return 'json'
  if (schema === undefined) return OF_NAME[name] ?? 'print'
  if (name === 'citext') return 'folded'
  const isThis = (type: { schema: string; name: string }) => type.schema === schema && type.name === name
  if (origin.enums.some(isThis)) return 'label'
  const domain = origin.domains.find(isThis)
  if (domain?.base.kind === 'base') {
    const { name: base } = domain.base
    return OF_BASE[base] ?? 'print'
  }
  return domain?.base.kind === 'enum' ? 'label' : domain?.base.kind === 'array' ? 'json' : 'print'
}

/** By internal names. */
const OF_BASE: Record<string, Holds> = {
  ...{ bool: 'boolean', int2: 'integer', int4: 'integer', int8: 'integer', oid: 'integer' },
  ...{ float4: 'float', float8: 'float', numeric: 'decimal', text: 'text', varchar: 'text', name: 'text' },
  ...{ bpchar: 'padded', bytea: 'bytes', date: 'date', time: 'time', timestamp: 'timestamp', json: 'json' },
  ...{ timestamptz: 'timestamptz', uuid: 'uuid', inet: 'inet', cidr: 'inet', jsonb: 'json' },
}

/** `'…'::type`. */
export function constantOf(text: string, type: TypeName, context: Context): Value {
  const holds = holdsOf(type, context)
  if (type.isArray) return worded(arrayAsJson(text, type.name), 'json')
  switch (holds) {
    case 'integer':
    case 'decimal':
      return numberOf(text, holds)
    case 'float':
      return floatOf(text)
    case 'boolean':
      return boolean(text)
    case 'bytes':
      return /^\\x[0-9a-f]*$/.test(text)
        ? { sql: `X'${text.slice(2)}'`, holds }
        : refuse('bytes in another form')
    case 'padded':
      return worded(text.padEnd(type.modifiers[0] ?? 0, ' '), holds)
    case 'date':
      return checked(text, holds, /^\d{4}-\d\d-\d\d$/)
    case 'time':
      return checked(text, holds, /^\d\d:\d\d:\d\d(\.\d+)?$/)
    case 'timestamp':
      return checked(text, holds, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/)
    case 'timestamptz':
      return instant(text)
    default:
      return worded(text, holds)
  }
}

const worded = (text: string, holds: Value['holds']): Value => ({ sql: textOf(text), holds, constant: text })

/** Decimals are six, as in what is copied: equal moments are equal texts. */
const withMicros = (text: string): string => text.replace(/\.\d+/, decimals => decimals.padEnd(7, '0'))

const checked = (text: string, holds: Holds, form: RegExp): Value =>
  form.test(text)
    ? worded(withMicros(text), holds)
    : refuse('a date or time that ISO text of four digits a year does not hold')

/** longhaul's sessions are in UTC. */
function instant(text: string): Value {
  const form = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\+00$/.exec(text)
  return form ? worded(`${withMicros(form[1]!)}+00:00`, 'timestamptz') : refuse('an instant in another form')
}

function boolean(text: string): Value {
  if (!/^(t|true|f|false)$/.test(text)) return refuse('a truth in another form')
  return { sql: text[0] === 't' ? '1' : '0', holds: 'boolean', constant: text }
}

const MOST = 2n ** 63n - 1n

/** Digits as they stand; what SQLite would round is refused. */
export function numberOf(text: string, as?: 'integer' | 'decimal'): Value {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (!parts) return refuse('a number in another form')
  const [, sign, whole, fraction] = parts
  const sql = sign ? `(${text})` : text
  if (fraction === undefined) {
    if (BigInt(whole!) > MOST) return refuse('a number beyond 64 bits')
    return { sql, holds: as ?? 'integer', constant: text }
  }
  if (as === 'integer') return refuse('a decimal as a whole number')
  const significant = `${whole}${fraction}`.replace(/^0+/, '')
  return significant.length > 15
    ? refuse('a decimal of more than 15 digits')
    : { sql, holds: 'decimal', constant: text }
}

function floatOf(text: string): Value {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) return refuse('a float that is no number')
  const printed = Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value)
  return { sql: value < 0 ? `(${printed})` : printed, holds: 'float', constant: text }
}
