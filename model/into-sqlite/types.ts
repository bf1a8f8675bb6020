/**
 * What a PostgreSQL column becomes in SQLite: how it is declared there, what travels, and what its values are to
 * somebody who compares or computes with them. Declared names whose affinity cannot change a value are kept, so that
 * the way back finds the same types.
 */
import type { PostgresColumn, PostgresSchema, TypeShape, ValueFacts } from '../postgres-schema.ts'
import { quoteName } from '../sql-text.ts'
import { type About, asPrinted, type Carried, plain, type TypeOptions } from './carried.ts'
import { moments } from './moments.ts'
import { finiteFloats, numbers } from './numbers.ts'

/** What a column becomes. Never fails: what SQLite has no type for travels as the server prints it. */
export function carriedAs(column: PostgresColumn, origin: PostgresSchema, options: TypeOptions): Carried {
  const about = { column, source: `t.${quoteName(column.name)}`, ...options }
  const carried = ofShape(about, column.shape)
  const domain = column.shape.kind === 'domain' ? origin.domains.find(sameType(column.shape)) : undefined
  const strict = options.strict ? { declared: strictly(carried) } : {}
  return { ...carried, ...strict, ...(domain && { why: `${carried.why}, as domain ${domain.name} has it` }) }
}

/** By schema and name. */
export const sameType =
  (a: { schema: string; name: string }) =>
  (b: { schema: string; name: string }): boolean =>
    a.schema === b.schema && a.name === b.name

function ofShape(about: About, shape: TypeShape): Carried {
  switch (shape.kind) {
    case 'base':
      return ofBase(about, shape)
    case 'domain':
      return ofShape(about, shape.base)
    case 'array':
      return asJsonText(about)
    case 'enum':
      return {
        ...plain({ kind: 'text' }, 'TEXT', 'label', 'labels of an enum'),
        findings: [
          {
            code: 'enum-as-text',
            severity: 'note',
            message: 'its labels are texts, and sort by their letters',
          },
        ],
      }
    case 'other':
      return shape.name === 'citext' ? folded() : asPrinted(about)
    case 'composite':
    case 'range':
    case 'multirange':
      return asPrinted(about)
  }
}

type Base = Extract<TypeShape, { kind: 'base' }>

function ofBase(about: About, base: Base): Carried {
  switch (base.name) {
    case 'bool':
      return plain({ kind: 'boolean' }, 'BOOLEAN', 'boolean', '0 and 1')
    case 'int2':
      return plain({ kind: 'integer', bits: 16 }, 'INTEGER', 'integer', 'whole numbers')
    case 'int4':
      return plain({ kind: 'integer', bits: 32 }, 'INTEGER', 'integer', 'whole numbers')
    case 'int8':
      return plain({ kind: 'integer', bits: 64 }, 'INTEGER', 'integer', 'whole numbers')
    case 'oid':
      return {
        ...plain({ kind: 'integer', bits: 64 }, 'INTEGER', 'integer', 'whole numbers'),
        read: `${about.source}::pg_catalog.int8`,
      }
    case 'float4':
    case 'float8':
      return finiteFloats(about, base.name === 'float4' ? 32 : 64)
    case 'numeric':
      return numbers(about, base)
    case 'money':
      return money(about)
    case 'text':
    case 'name':
      return plain({ kind: 'text' }, 'TEXT', 'text', 'texts')
    case 'varchar':
      return sized('VARCHAR', base.length)
    case 'bpchar':
      return padded(base.length)
    case 'bytea':
      return plain({ kind: 'bytes' }, 'BLOB', 'bytes', 'bytes')
    case 'uuid':
      return plain({ kind: 'uuid' }, 'UUID', 'uuid', 'texts of the usual form')
    case 'inet':
    case 'cidr':
      return plain({ kind: 'inet' }, 'INET', 'inet', 'texts as the server prints them')
    case 'json':
    case 'jsonb':
      return json(base.name === 'jsonb')
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return moments(about, base.name, base.precision)
    default:
      return asPrinted(about)
  }
}

const sized = (word: string, length: number | undefined): Carried =>
  plain(
    { kind: 'text', ...(length !== undefined && { maxLength: length }) },
    length === undefined ? word : `${word}(${length})`,
    'text',
    'texts',
  )

/** Blanks at the end stay, and count as little as in PostgreSQL: that is what RTRIM says. */
const padded = (length: number | undefined): Carried => ({
  ...sized('CHARACTER', length),
  holds: 'padded',
  collation: 'RTRIM',
  findings: [
    {
      code: 'blanks-at-the-end',
      severity: 'note',
      message:
        'its values keep the blanks that fill them up; SQLite compares without them, and counts them in length()',
    },
  ],
})

const folded = (): Carried => ({
  ...plain({ kind: 'text' }, 'TEXT', 'folded', 'texts without regard to case'),
  collation: 'NOCASE',
  findings: [
    {
      code: 'case-of-ascii-only',
      severity: 'warning',
      message:
        'SQLite calls only the letters A to Z equal to their small ones, PostgreSQL those of all languages',
    },
  ],
})

const json = (binary: boolean): Carried => ({
  ...plain({ kind: 'json', binary }, 'TEXT', 'json', 'JSON texts'),
  findings: [
    {
      code: 'json-as-text',
      severity: 'note',
      message: `it is text that a CHECK holds to be JSON: nothing tells that it was ${binary ? 'jsonb' : 'json'}`,
    },
  ],
})

function asJsonText({ column, source }: About): Carried {
  return {
    ...plain({ kind: 'json', binary: false }, 'TEXT', 'json', `${column.type} as a JSON array`),
    read: `pg_catalog.to_json(${source})`,
    findings: [
      {
        code: 'array-as-json',
        severity: 'note',
        message: `${column.type} becomes a JSON array; where it does not count from 1, that is lost${isOfJson(column.shape) ? ', and a JSON null among its members is NULL' : ''}`,
      },
    ],
  }
}

const isOfJson = (shape: TypeShape): boolean =>
  shape.kind === 'array' && shape.element.kind === 'base' && /^jsonb?$/.test(shape.element.name)

function money({ source }: About): Carried {
  return {
    ...plain({ kind: 'numeric' }, 'TEXT', 'digits', 'amounts as decimal texts'),
    read: `${source}::pg_catalog.numeric`,
    findings: [
      { code: 'currency-lost', severity: 'warning', message: 'its amounts lose the sign of the currency' },
    ],
  }
}

/** Of `INTEGER`, `REAL`, `TEXT`, `BLOB` and `ANY` the one that keeps the cells as they are. */
function strictly({ declared, holds }: Carried): string {
  if (holds === 'boolean' || holds === 'integer') return 'INTEGER'
  if (holds === 'float') return 'REAL'
  if (holds === 'decimal') return /\(\d+, ?0\)|INT/.test(declared) ? 'INTEGER' : 'REAL'
  return holds === 'bytes' ? 'BLOB' : 'TEXT'
}

/** Bytes that no value passes; undefined where nobody knows. */
export function longestOf({ type }: Carried, facts: ValueFacts | undefined): number | undefined {
  switch (type.kind) {
    case 'boolean':
    case 'integer':
    case 'float':
      return 8
    case 'date':
    case 'time':
    case 'timestamp':
    case 'uuid':
    case 'inet':
      return 64
    case 'text':
    case 'bytes':
      return facts?.longest
    case 'numeric':
      return facts?.digits && facts.digits.whole + facts.digits.scale + 2
    default:
      return undefined
  }
}
