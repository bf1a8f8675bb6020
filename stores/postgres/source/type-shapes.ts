/** What stands behind the types of a source's columns: arrays to their elements, domains to what they stand on. */
import type { Client } from 'pg'
import type { PostgresDomain, PostgresSchema, TypeShape } from '../../../model/postgres-schema.ts'
import { notOfExtension } from './scope.ts'

interface TypeRow {
  oid: number
  schema: string
  name: string
  /** `b`, `c`, `d`, `e`, `m`, `p`, `r`. */
  kind: string
  /** Of an array; else 0. */
  element: number
  /** Of a domain; else 0. */
  base: number
  baseModifier: number
}

/** A type with what brackets say of it, as `pg_attribute` has both. */
export type ShapeOf = (type: number, modifier: number) => TypeShape

/** How to find the shapes of types that columns of these relations have, or domains of these schemas stand on. */
export async function typeShapes(client: Client, relations: number[], schemas: string[]): Promise<ShapeOf> {
  const { rows } = await client.query<TypeRow>(TYPES, [relations, schemas])
  const types = new Map(rows.map(row => [row.oid, row]))
  const shapeOf: ShapeOf = (type, modifier) => {
    const { schema, name, kind, element, base, baseModifier } = types.get(type)!
    if (element > 0) return { kind: 'array', element: shapeOf(element, modifier) }
    if (kind === 'd') return { kind: 'domain', schema, name, base: baseOf(shapeOf(base, baseModifier)) }
    const named = KINDS[kind]
    if (named) return { kind: named, schema, name }
    if (schema !== 'pg_catalog' || kind !== 'b') return { kind: 'other', schema, name }
    return { kind: 'base', name, ...modified(name, modifier) }
  }
  return shapeOf
}

const KINDS: Record<string, 'enum' | 'composite' | 'range' | 'multirange'> = {
  e: 'enum',
  c: 'composite',
  r: 'range',
  m: 'multirange',
}

/** What stands in the brackets of a type. Source: the `typmodin` functions of PostgreSQL. */
function modified(name: string, modifier: number): { length?: number; precision?: number; scale?: number } {
  if (modifier < 0) return {}
  switch (name) {
    case 'varchar':
    case 'bpchar':
      return { length: modifier - 4 }
    case 'bit':
    case 'varbit':
      return { length: modifier }
    case 'numeric':
      // The scale is 11 bits with a sign, since 15.
      return {
        precision: ((modifier - 4) >> 16) & 0xffff,
        scale: (((modifier - 4) & 0x7ff) ^ 1024) - 1024,
      }
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return { precision: modifier }
    case 'interval':
      return (modifier & 0xffff) === 0xffff ? {} : { precision: modifier & 0xffff }
    default:
      return {}
  }
}

/** An array is what its element's row calls its array: some types of fixed length have elements as well. */
const TYPES = `
  WITH RECURSIVE used AS (
    SELECT a.atttypid AS oid FROM pg_catalog.pg_attribute a
     WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
     UNION
    SELECT t.oid FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
     WHERE n.nspname = ANY ($2::text[]) AND t.typtype IN ('d', 'e')
     UNION
    SELECT b.oid FROM used u JOIN pg_catalog.pg_type t ON t.oid = u.oid,
           LATERAL (VALUES (t.typelem), (t.typbasetype)) AS b(oid)
     WHERE b.oid <> 0
  )
  SELECT t.oid, n.nspname::text AS schema, t.typname::text AS name, t.typtype::text AS kind,
         CASE WHEN e.oid IS NULL THEN 0 ELSE t.typelem END AS element,
         t.typbasetype AS base, t.typtypmod AS "baseModifier"
    FROM used u JOIN pg_catalog.pg_type t ON t.oid = u.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND e.typarray = t.oid`

/** Enums of these schemas, and those of others that columns have. */
export async function describeEnums(
  client: Client,
  schemas: string[],
  shapes: TypeShape[],
): Promise<PostgresSchema['enums']> {
  const { rows } = await client.query<PostgresSchema['enums'][number] & { own: boolean }>(
    `SELECT n.nspname::text AS schema, t.typname::text AS name,
            ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e
                   WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
            n.nspname = ANY ($1::text[]) AND ${notOfExtension('pg_type', 't.oid')} AS own
       FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      WHERE t.typtype = 'e'
      ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"`,
    [schemas],
  )
  const used = namesIn(shapes, 'enum')
  return rows
    .filter(({ own, schema, name }) => own || used.has(keyOf(schema, name)))
    .map(({ own: _, ...type }) => type)
}

interface DomainRow extends Omit<PostgresDomain, 'base' | 'default'> {
  type: number
  /** Of the type that it is made from, which may be a domain. */
  from: number
  default: string | null
  own: boolean
}

/** Domains of these schemas, and those of others that columns have. A domain's rules are also those it is made from. */
export async function describeDomains(
  client: Client,
  schemas: string[],
  shapes: TypeShape[],
  shapeOf: ShapeOf,
): Promise<PostgresDomain[]> {
  const { rows } = await client.query<DomainRow>(DOMAINS, [schemas])
  const all = new Map(rows.map(row => [row.type, row]))
  const used = namesIn(shapes, 'domain')
  return rows
    .filter(({ own, schema, name }) => own || used.has(keyOf(schema, name)))
    .map(row => {
      const line = ancestry(row, all)
      const value = line.find(domain => domain.default !== null)?.default
      return {
        schema: row.schema,
        name: row.name,
        base: baseOf(shapeOf(row.type, -1)),
        notNull: line.some(({ notNull }) => notNull),
        ...(typeof value === 'string' && { default: value }),
        checks: line.flatMap(({ checks }) => checks),
      }
    })
}

function ancestry(row: DomainRow, all: Map<number, DomainRow>): DomainRow[] {
  const parent = all.get(row.from)
  return parent ? [row, ...ancestry(parent, all)] : [row]
}

const DOMAINS = `
  SELECT n.nspname::text AS schema, t.typname::text AS name, t.oid AS type, t.typbasetype AS from,
         t.typnotnull AS "notNull", pg_catalog.pg_get_expr(t.typdefaultbin, 0) AS default,
         coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                            'name', k.conname, 'expression', pg_catalog.pg_get_expr(k.conbin, 0)) ORDER BY k.conname)
                     FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '[]') AS checks,
         n.nspname = ANY ($1::text[]) AND ${notOfExtension('pg_type', 't.oid')} AS own
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
   WHERE t.typtype = 'd' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"`

/** What a domain finally stands on, through other domains. */
function baseOf(shape: TypeShape): TypeShape {
  return shape.kind === 'domain' ? baseOf(shape.base) : shape
}

const keyOf = (schema: string, name: string) => JSON.stringify([schema, name])

function namesIn(shapes: TypeShape[], kind: 'enum' | 'domain'): Set<string> {
  const found = new Set<string>()
  const look = (shape: TypeShape): void => {
    if (shape.kind === kind) found.add(keyOf(shape.schema, shape.name))
    if (shape.kind === 'array') look(shape.element)
    if (shape.kind === 'domain') look(shape.base)
  }
  shapes.forEach(look)
  return found
}
