/** Texts as bytes, and back (https://sqlite.org/lang_corefunc.html: `hex`, `unhex`). */
import { asText } from './convert.ts'
import { literalValue } from './literal.ts'
import { BYTES, isNull, NULL, nameOf, refuse, TEXT, type Value } from './value.ts'

type Table = Record<string, { least: number; most: number; translate: (values: Value[]) => Value }>

export const BLOB_FUNCTIONS: Table = {
  hex: { least: 1, most: 1, translate: ([value]) => hex(value!) },
  unhex: { least: 1, most: 1, translate: ([value]) => unhex(value!) },
  zeroblob: { least: 1, most: 1, translate: ([size]) => zeros(size!) },
}

/** The bytes of a text in UTF-8. `convert_to` says the same, but no index takes it. */
export function bytesOf(value: Value): string {
  if (value.type?.kind === 'bytes') return value.sql
  return `pg_catalog.replace(${asText(value)}, E'\\\\', E'\\\\\\\\')::bytea`
}

/** Of NULL the text is empty. */
function hex(value: Value): Value {
  if (isNull(value)) return literalValue({ kind: 'text', value: '' })
  const { shape, type } = value
  const sql = `COALESCE(pg_catalog.upper(pg_catalog.encode(${bytesOf(value)}, 'hex') COLLATE "C"), '')`
  return { sql, type: TEXT, ...(shape !== undefined && type?.kind === 'bytes' && { shape }) }
}

/** What is not all hex digits gives NULL. */
function unhex(value: Value): Value {
  if (isNull(value)) return NULL
  const { literal } = value
  if (literal?.kind === 'text' && /^([0-9a-f]{2})*$/i.test(literal.value))
    return literalValue({ kind: 'blob', hex: literal.value.toLowerCase() })
  if (value.type?.kind !== 'text') return refuse(`unhex() of a ${nameOf(value)}`)
  const text = asText(value)
  return {
    sql: `(CASE WHEN ${text} ~ '^([0-9a-fA-F]{2})*$' THEN pg_catalog.decode(${text}, 'hex') END)`,
    type: BYTES,
  }
}

function zeros({ literal }: Value): Value {
  const size = literal?.kind === 'integer' ? Number(literal.value) : -1
  if (size < 0 || size > 1000) return refuse('zeroblob() of a size other than 0 to 1000')
  return literalValue({ kind: 'blob', hex: '00'.repeat(size) })
}
