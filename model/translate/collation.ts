/** SQLite's collations (https://sqlite.org/datatype3.html, 7) over texts of the target. */
import { type Collation, refuse, type Value } from './value.ts'

const NAMES: readonly string[] = ['BINARY', 'NOCASE', 'RTRIM'] satisfies Collation[]

/** `value COLLATE name`. */
export function collate(value: Value, name: string): Value {
  return { ...value, collating: { name: collationNamed(name), explicit: true } }
}

/** One of the three that SQLite has; refused where it is an application's own. */
export function collationNamed(name: string): Collation {
  const upper = name.toUpperCase()
  return NAMES.includes(upper) ? (upper as Collation) : refuse('a collation of the application')
}

/** By which collation SQLite compares these two: what COLLATE says, else the columns', the left before the right. */
export function collationOf(left: Value, right?: Value): Collation {
  const sides = [left.collating, right?.collating].filter(side => side !== undefined)
  return (sides.find(({ explicit }) => explicit) ?? sides[0])?.name ?? 'BINARY'
}

/** Texts that are equal by bytes exactly where SQLite calls these equal by the collation. */
export function keyOf(sql: string, collation: Collation): string {
  if (collation === 'NOCASE') return `pg_catalog.lower(${sql} COLLATE "C")`
  return collation === 'RTRIM' ? `pg_catalog.rtrim(${sql}, ' ')` : sql
}

/** The same, to be put in order. */
export function orderKeyOf(sql: string, collation: Collation): string {
  return collation === 'NOCASE' ? keyOf(sql, collation) : `${keyOf(sql, collation)} COLLATE "C"`
}

/** A COLLATE inside of an operand goes on to what surrounds it, in ways that few know. */
export function refuseBuried(values: readonly Value[], what: string): void {
  if (values.some(({ collating }) => collating?.explicit)) refuse(`COLLATE inside of ${what}`)
}
