/** The hash by which a plan is known: of what is done, not of how. */
import type { PlanWhat } from './plan.ts'
import { sha256 } from './sha256.ts'

/** sha256 over the canonical JSON of `what`, 64 hex digits. */
export function hashPlan(what: PlanWhat): string {
  return sha256(canonicalJson(what))
}

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
