/** Functions over texts and blobs (https://sqlite.org/lang_corefunc.html). */

import { asText } from './convert.ts'
import { classOfPart } from './json-class.ts'
import { glob, like } from './like.ts'
import { literalValue } from './literal.ts'
import { BOOLEAN, isNull, isNumber, NULL, nameOf, refuse, SMALL, TEXT, type Value } from './value.ts'

type Table = Record<string, { least: number; most: number; translate: (values: Value[]) => Value }>

export const TEXT_FUNCTIONS: Table = {
  length: { least: 1, most: 1, translate: ([value]) => length(value!) },
  octet_length: { least: 1, most: 1, translate: ([value]) => octets(value!) },
  lower: { least: 1, most: 1, translate: ([value]) => changeCase('lower', value!) },
  upper: { least: 1, most: 1, translate: ([value]) => changeCase('upper', value!) },
  trim: { least: 1, most: 2, translate: values => trim('btrim', values) },
  ltrim: { least: 1, most: 2, translate: values => trim('ltrim', values) },
  rtrim: { least: 1, most: 2, translate: values => trim('rtrim', values) },
  instr: { least: 2, most: 2, translate: ([text, part]) => instr(text!, part!) },
  replace: { least: 3, most: 3, translate: values => replace(values) },
  quote: { least: 1, most: 1, translate: ([value]) => quoted(value!) },
  char: { least: 0, most: 100, translate: characters },
  unicode: { least: 1, most: 1, translate: ([value]) => unicode(value!) },
  typeof: { least: 1, most: 1, translate: ([value]) => typeOf(value!) },
  concat: { least: 1, most: 100, translate: concat },
  concat_ws: { least: 2, most: 100, translate: joined },
  like: {
    least: 2,
    most: 3,
    translate: ([pattern, text, mark]) => condition(like(text!, pattern!, mark)),
  },
  glob: { least: 2, most: 2, translate: ([pattern, text]) => condition(glob(text!, pattern!)) },
}

const condition = (sql: string): Value => ({ sql, type: BOOLEAN, scale: 0 })

/** Where there is nothing to look for, SQLite does not even look whether the third is NULL. */
function replace([text, part, other]: Value[]): Value {
  const [a, b, c] = [asText(text!), asText(part!), asText(other!)]
  const sql = `pg_catalog.replace(${a}, ${b}, ${c})`
  const plain = part!.literal?.kind === 'text' && part!.literal.value !== ''
  return {
    sql: plain || other!.literal ? sql : `(CASE WHEN ${b} = '' THEN ${a} ELSE ${sql} END)`,
    type: TEXT,
  }
}

function length(value: Value): Value {
  const sql = value.type?.kind === 'bytes' ? value.sql : asText(value)
  return { sql: `pg_catalog.length(${sql})`, type: SMALL, scale: 0 }
}

function octets(value: Value): Value {
  const sql = value.type?.kind === 'bytes' ? value.sql : asText(value)
  return { sql: `pg_catalog.octet_length(${sql})`, type: SMALL, scale: 0 }
}

/** ASCII letters only, which is what the collation "C" says. */
const smallLetters = (text: string) => text.replace(/[A-Z]/g, letter => letter.toLowerCase())
const capitals = (text: string) => text.replace(/[a-z]/g, letter => letter.toUpperCase())

function changeCase(name: 'lower' | 'upper', value: Value): Value {
  const { shape } = value
  return {
    sql: `pg_catalog.${name}(${asText(value)} COLLATE "C")`,
    // Of as many characters as before.
    type: value.type?.kind === 'text' ? value.type : TEXT,
    ...(shape !== undefined && { shape: name === 'lower' ? smallLetters(shape) : capitals(shape) }),
  }
}

/** Without characters blanks alone go, in both engines. */
function trim(name: string, [text, characters]: Value[]): Value {
  const set = characters ? asText(characters) : "' '"
  return { sql: `pg_catalog.${name}(${asText(text!)}, ${set})`, type: TEXT }
}

function instr(text: Value, part: Value): Value {
  const bytes = [text, part].filter(({ type }) => type?.kind === 'bytes').length
  if (bytes === 1) return refuse('instr() of a blob and another value')
  if (bytes === 2) return { sql: `POSITION(${part.sql} IN ${text.sql})`, type: SMALL, scale: 0 }
  return { sql: `pg_catalog.strpos(${asText(text)}, ${asText(part)})`, type: SMALL, scale: 0 }
}

function quoted(value: Value): Value {
  if (isNull(value)) return literalValue({ kind: 'text', value: 'NULL' })
  if (value.mixed || value.json !== undefined) return refuse('quote() of texts and numbers')
  const { sql, type } = value
  const of = (text: string): Value => ({ sql: `COALESCE(${text}, 'NULL')`, type: TEXT })
  if (type?.kind === 'bytes') return of(`'X''' || pg_catalog.upper(pg_catalog.encode(${sql}, 'hex')) || ''''`)
  if (isNumber(value)) return of(asText(value))
  return of(`'''' || pg_catalog.replace(${asText(value)}, '''', '''''') || ''''`)
}

function characters(values: Value[]): Value {
  const points = values.map(({ literal }) =>
    literal?.kind === 'integer' ? Number(literal.value) : refuse('char() of something other than constants'),
  )
  const invalid = points.some(point => point < 1 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
  if (invalid) return refuse('char() of what is no character of PostgreSQL')
  return literalValue({ kind: 'text', value: String.fromCodePoint(...points) })
}

function unicode(value: Value): Value {
  return { sql: `NULLIF(pg_catalog.ascii(${asText(value)}), 0)`, type: SMALL, scale: 0 }
}

/** Whether a number is an integer hangs on the row where decimals are held as the source has them. */
function typeOf(value: Value): Value {
  const text = (word: string) => literalValue({ kind: 'text', value: word })
  if (isNull(value)) return text('null')
  if (value.mixed || value.merged) return refuse('typeof() of values of several types')
  if (value.json !== undefined) return classOfPart(value.json)
  if (isShortDecimal(value)) return { sql: classOfDecimal(value.sql), type: TEXT }
  const word = storageClass(value)
  if (value.literal) return text(word)
  return { sql: `(CASE WHEN ${value.sql} IS NULL THEN 'null' ELSE '${word}' END)`, type: TEXT }
}

/** What NUMERIC makes integers of. */
function isShortDecimal({ type, affinity }: Value): boolean {
  return type?.kind === 'numeric' && (type.precision ?? 16) <= 15 && affinity === 'NUMERIC'
}

const classOfDecimal = (sql: string): string =>
  `(CASE WHEN ${sql} = pg_catalog.trunc(${sql}) THEN 'integer' WHEN ${sql} IS NULL THEN 'null' ELSE 'real' END)`

function storageClass(value: Value): string {
  const { type, affinity } = value
  const textual = affinity === 'TEXT'
  switch (type?.kind) {
    case 'integer':
    case 'boolean':
      return textual ? 'text' : 'integer'
    case 'numeric':
      return refuse('typeof() of decimal numbers of any size')
    case 'float':
      return textual || value.mixed ? refuse('typeof() of floats among others') : 'real'
    case 'text':
      return affinity === undefined || textual ? 'text' : refuse('typeof() of texts among others')
    case 'bytes':
      return textual ? refuse('typeof() of texts that became blobs') : 'blob'
    default:
      return refuse(`typeof() of a ${nameOf(value)}`)
  }
}

/** NULL counts as nothing. */
function concat(values: Value[]): Value {
  const parts = values.map(value => `COALESCE(${asText(value)}, '')`)
  return { sql: `(${parts.join(' || ')})`, type: TEXT }
}

/** NULL is left out, and its separator with it. PostgreSQL's `concat_ws` may not stand in an index. */
function joined([separator, ...values]: Value[]): Value {
  if (isNull(separator!)) return NULL
  const between = asText(separator!)
  const parts = values
    .filter(value => !isNull(value))
    .map(value => `COALESCE(${between} || ${asText(value)}, '')`)
  if (parts.length === 0) return literalValue({ kind: 'text', value: '' })
  return { sql: `pg_catalog.substr(${parts.join(' || ')}, pg_catalog.length(${between}) + 1)`, type: TEXT }
}
