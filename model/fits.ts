/**
 * Whether a type holds every value of a column without loss, decided from the facts of the scan alone. What
 * the facts cannot prove does not fit: a wrong "no" costs a line in a plan file, a wrong "yes" a value.
 */
import { count } from './amounts.ts'
import type { ColumnFacts } from './assessment.ts'
import { formatsFor } from './type-formats.ts'
import { showType } from './type-text.ts'
import type { LogicalType } from './types.ts'

/** Longest print of a float64, as in `-2.2250738585072014e-308`. */
const LONGEST_REAL = 24

/** Why the values do not fit into the type, as the end of a sentence; undefined where they do. */
export function fits(type: LogicalType, facts: ColumnFacts): string | undefined {
  const wrong = only(facts, classesOf(type, facts))
  if (wrong !== undefined) return wrong
  switch (type.kind) {
    case 'boolean':
      return integersWithin(facts, 0n, 1n, '0 and 1')
    case 'integer':
      return fitsInteger(type.bits, facts)
    case 'float':
      return fitsFloat(type.bits, facts)
    case 'numeric':
      return fitsNumeric(type, facts)
    case 'text':
      return fitsText(type.maxLength, facts)
    case 'bytes':
      return undefined
    case 'uuid':
      return fitsBlobs(facts) ?? formatted(type, facts)
    default:
      return formatted(type, facts)
  }
}

export type StorageClass = 'integer' | 'real' | 'text' | 'blob'
const CLASSES: readonly StorageClass[] = ['integer', 'real', 'text', 'blob']
const NAMES = { integer: 'integer', real: 'REAL', text: 'text', blob: 'blob' } as const

/** The storage classes that a type can hold, given what else the column has: UUIDs are all texts or all blobs. */
export function classesOf(type: LogicalType, { counts }: ColumnFacts): readonly StorageClass[] {
  switch (type.kind) {
    case 'boolean':
    case 'integer':
      return ['integer']
    case 'float':
      return ['integer', 'real']
    case 'numeric':
    case 'text':
      return ['integer', 'real', 'text']
    case 'bytes':
      return ['blob']
    case 'uuid':
      return counts.text > 0 ? ['text'] : ['blob']
    default:
      return ['text']
  }
}

function only({ counts }: ColumnFacts, classes: readonly StorageClass[]): string | undefined {
  const others = CLASSES.filter(storage => counts[storage] > 0 && !classes.includes(storage))
  if (others.length === 0) return undefined
  return `it holds ${others.map(storage => count(counts[storage], NAMES[storage])).join(' and ')}`
}

/**
 * How many values do not fit, where that is known: those of other storage classes, and damaged texts. Undefined
 * where it takes a look at each value.
 */
export function countMisfits(type: LogicalType, facts: ColumnFacts): number | undefined {
  const classes = classesOf(type, facts)
  const others = CLASSES.filter(storage => !classes.includes(storage))
  const counts = { ...facts.counts, ...Object.fromEntries(others.map(storage => [storage, 0])) }
  const { nul, invalidUtf8 } = facts.unfit
  const damaged = counts.text > 0 && type.kind === 'text' ? nul + invalidUtf8 : 0
  const rest = { ...facts, counts, unfit: damaged > 0 ? { nul: 0, invalidUtf8: 0 } : facts.unfit }
  // A text may be damaged in both ways.
  if ((nul > 0 && invalidUtf8 > 0 && damaged > 0) || fits(type, rest) !== undefined) return undefined
  return others.reduce((sum, storage) => sum + facts.counts[storage], damaged)
}

function integersWithin(facts: ColumnFacts, least: bigint, most: bigint, range: string): string | undefined {
  if (facts.counts.integer === 0) return undefined
  if (!facts.integers) return 'the scan left no range of its integers'
  const inside = BigInt(facts.integers.min) >= least && BigInt(facts.integers.max) <= most
  return inside ? undefined : `it holds integers beyond ${range}`
}

function fitsInteger(bits: 16 | 32 | 64, facts: ColumnFacts): string | undefined {
  const end = 1n << BigInt(bits - 1)
  return integersWithin(facts, -end, end - 1n, `${bits} bits`)
}

function fitsFloat(bits: 32 | 64, facts: ColumnFacts): string | undefined {
  if (bits === 32 && facts.counts.real > 0) return 'REALs have 8 bytes, and 4 would round them'
  const exponent = bits === 64 ? 53 : 24
  const end = 1n << BigInt(exponent)
  return integersWithin(facts, -end, end, `2^${exponent}, which a float would round`)
}

function fitsNumeric(
  { precision, scale = 0 }: { precision?: number; scale?: number },
  facts: ColumnFacts,
): string | undefined {
  const { real, text } = facts.counts
  if (real > 0 && !facts.finite) return 'it holds REALs that are not finite'
  if (text > 0 && !facts.formats.includes('decimal'))
    return 'it holds texts that are no plain decimal numbers'
  if (precision === undefined) return undefined
  const digits = precision - scale
  const end = 10n ** BigInt(digits) - 1n
  const beyond = integersWithin(facts, -end, end, `${digits} digits`)
  if (beyond || real + text === 0) return beyond
  if (!facts.decimals) return 'the scan did not count the digits of its decimals'
  if (facts.decimals.integerDigits > digits)
    return `it holds numbers of more than ${digits} digits before the point`
  return facts.decimals.scale > scale ? `it holds numbers with more than ${scale} decimals` : undefined
}

function fitsText(maxLength: number | undefined, facts: ColumnFacts): string | undefined {
  const { nul, invalidUtf8 } = facts.unfit
  if (nul > 0) return `${nul} of its texts hold a NUL character, which PostgreSQL's text cannot`
  if (invalidUtf8 > 0) return `${invalidUtf8} of its texts are not valid UTF-8`
  if (facts.counts.real > 0 && !facts.finite) return 'it holds REALs that are not finite'
  if (maxLength === undefined) return undefined
  const printed = Math.max(facts.integers?.min.length ?? 0, facts.integers?.max.length ?? 0)
  const longest = Math.max(facts.longest.textChars, printed, facts.counts.real > 0 ? LONGEST_REAL : 0)
  return longest > maxLength ? `it holds up to ${longest} characters, more than ${maxLength}` : undefined
}

function fitsBlobs({ counts, blobs, longest }: ColumnFacts): string | undefined {
  if (counts.blob === 0) return undefined
  return blobs?.shortest === 16 && longest.blobBytes === 16
    ? undefined
    : 'it holds blobs that are not 16 bytes long'
}

function formatted(type: LogicalType, facts: ColumnFacts): string | undefined {
  if (facts.counts.text === 0) return undefined
  const damaged = fitsText(undefined, facts)
  if (damaged || formatsFor(type).some(format => facts.formats.includes(format))) return damaged
  return `not all of its texts have a form that ${showType(type)} keeps`
}

/**
 * Whether a timestamp with zone could take texts that name no offset by reading them as UTC, which is what
 * SQLite's own functions write. It is a reading and no proof, so `fits` says no to it.
 */
export function readsAsUtc(type: LogicalType, facts: ColumnFacts): boolean {
  const instant = type.kind === 'timestamp' && type.zone
  return instant && only(facts, ['text']) === undefined && facts.formats.includes('timestamp')
}
