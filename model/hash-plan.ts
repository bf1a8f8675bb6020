/** The hash by which a plan is known: of what is done, not of how. */
import type { PlanWhat, TablePlan } from './plan.ts'
import { sha256 } from './sha256.ts'

/**
 * sha256 over the canonical JSON of `what`, 64 hex digits. Sizes and where sequences stand are left out: a source that gained rows is
 * still migrated by the plan that was looked at, one whose schema or types changed is not.
 */
export function hashPlan(what: PlanWhat): string {
  const { carried } = what
  return sha256(
    canonicalJson({
      ...what,
      tables: what.tables.map(withoutSizes).sort(byName),
      ...(carried && { carried: carried.filter(({ kind }) => kind !== 'SEQUENCE SET') }),
    }),
  )
}

function withoutSizes({ rows: _rows, bytes: _bytes, largestRow: _largest, columns, ...rest }: TablePlan) {
  return {
    ...rest,
    columns: columns.map(c => ({ ...c, identity: c.identity?.sequence ?? c.identity !== undefined })),
  }
}

/** Tables are copied in the order of their sizes, which says how and not what. */
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

/** JSON without blanks, keys in the order of their UTF-16 code units, absent and undefined alike. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(item => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`)
  return `{${entries.join(',')}}`
}
