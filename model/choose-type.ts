/**
 * The type of a column: the narrowest that holds every value without loss, guided by the declaration. A TEXT
 * column stays text whatever its values look like, unless the user asked for `optimized`; a plan file may say
 * more. What would be lost is a finding that asks for consent, by the words of `type-findings.ts`.
 */
import type { ColumnFacts } from './assessment.ts'
import { convertedFacts } from './conversions.ts'
import { declaredType } from './declared-type.ts'
import { epochUnit, isJulian } from './epoch.ts'
import { type Finding, isAccepted } from './finding.ts'
import { fits } from './fits.ts'
import type { Conversion } from './plan.ts'
import type { TypesMode } from './plan-request.ts'
import type { Column } from './schema.ts'
import {
  bytesFinding,
  familyFinding,
  momentFinding,
  numbersAsBytes,
  refusal,
  unlikeDeclared,
  upgraded,
} from './type-findings.ts'
import { lossesOf } from './type-losses.ts'
import type { LogicalType } from './types.ts'

/** A column that a type is wanted for. */
export interface AboutColumn {
  table: string
  column: Column
  facts: ColumnFacts
}

export interface TypeWish {
  types: TypesMode
  /** Codes of findings that the user consented to. */
  accept: readonly string[]
  /** For a column that foreign keys join with others: what all of them become; `null`: each what it is alone. */
  joined?: Family | null
}

/** What columns become that foreign keys join. */
export interface Family {
  type: LogicalType
  /** It is narrower than what they are declared, as `optimized` asks for; else it holds the values of all. */
  upgrade: boolean
  /** The column, as in `users.id`, that would have the type alone. */
  like?: string
}

export interface TypeChoice {
  type: LogicalType
  /** What brings the values into the type, where the user consented or is asked to. */
  conversion?: Conversion
  /** Why this type, in words. */
  why: string
  findings: Finding[]
}

const TEXT: LogicalType = { kind: 'text' }
const BYTES: LogicalType = { kind: 'bytes' }
const NUMERIC: LogicalType = { kind: 'numeric' }
const FLOAT: LogicalType = { kind: 'float', bits: 64 }
const INTEGER: LogicalType = { kind: 'integer', bits: 64 }
const DATE: LogicalType = { kind: 'date' }
const CLOCK: LogicalType = { kind: 'timestamp', zone: false }
const INSTANT: LogicalType = { kind: 'timestamp', zone: true }
const UUID: LogicalType = { kind: 'uuid' }
const INET: LogicalType = { kind: 'inet' }
const JSONB: LogicalType = { kind: 'json', binary: true }
const JSON_TEXT: LogicalType = { kind: 'json', binary: false }

/**
 * Chooses the type of a column. `declared` takes the declaration at its word and refuses values that do not
 * fit; `inferred` widens until they do, with a warning; `optimized` takes JSON, UUIDs and addresses out of
 * texts as well.
 */
export function chooseType(about: AboutColumn, wish: TypeWish): TypeChoice {
  const { column, facts } = about
  const { types, accept } = wish
  const guide = guideOf(about)
  if (types === 'declared') {
    const fit = fits(guide, facts) === undefined
    return {
      type: guide,
      why: reason(column),
      findings: fit ? lossesOf(about, guide) : [refusal(about, guide, types)],
    }
  }
  if (wish.joined && !wish.joined.upgrade) return inFamily(about, wish, wish.joined)
  const moment = asMoment(about, guide, accept)
  if (moment) return moment
  const better = betterThan(guide, facts, wish)
  if (better) {
    const findings = [upgraded(about, better), ...lossesOf(about, better)]
    return { type: better, why: `all of its values are of this form, and types are optimized`, findings }
  }
  const type = [...familyOf(guide, column), ...widerThan(guide, facts)].find(
    type => fits(type, facts) === undefined,
  )
  if (!type)
    return (
      asBytes(about, guide) ?? { type: guide, why: reason(column), findings: [refusal(about, guide, types)] }
    )
  const losses = lossesOf(about, type)
  if (isUsual(type, guide)) return { type, why: reason(column), findings: losses }
  const why = `declared ${column.declared}, but ${fits(guide, facts)}`
  return { type, why, findings: [unlikeDeclared(about, guide, type), ...losses] }
}

/** The type that the declaration names or, where it names none, what its storage classes come to. */
export function guideOf({ column, facts }: AboutColumn): LogicalType {
  return declaredType(column.declared) ?? plainest(facts)
}

/**
 * The type for a column whose misfits have a policy of their own: the declared one, or of its family the one
 * that all values have.
 */
export function typeOfFamily(about: AboutColumn, wish: TypeWish): LogicalType {
  const guide = guideOf(about)
  if (wish.types === 'declared') return guide
  return (
    betterThan(guide, about.facts, wish) ??
    familyOf(guide, about.column).find(type => fits(type, about.facts) === undefined) ??
    guide
  )
}

/** A declared time says nothing about offsets, and JSON nothing about what jsonb would change. */
function familyOf(guide: LogicalType, column: Column): LogicalType[] {
  if (guide.kind === 'timestamp') {
    if (guide.zone) return [guide]
    // Without a value that says more, what new rows get by default does.
    return UTC_DEFAULT.test(column.default ?? '') ? [INSTANT, guide] : [guide, INSTANT]
  }
  return guide.kind === 'json' ? [guide, JSON_TEXT] : [guide]
}

/** As GeoPackage has it: `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`. */
const UTC_DEFAULT = /^\(?\s*strftime\s*\(\s*'%Y-%m-%d[T ][^']*Z'\s*,\s*'now'\s*\)\s*\)?$/i

/** What holds values of these storage classes where no declaration guides. */
function plainest({ counts }: ColumnFacts): LogicalType {
  if (counts.text > 0) return TEXT
  if (counts.blob > 0) return BYTES
  if (counts.real > 0) return counts.integer > 0 ? NUMERIC : FLOAT
  return counts.integer > 0 ? INTEGER : TEXT
}

/** What to try after the declared type, from the narrowest to the widest. */
function widerThan(guide: LogicalType, { counts, finite }: ColumnFacts): LogicalType[] {
  const real = counts.real > 0 && (counts.integer === 0 || !finite) ? [FLOAT] : []
  const plain = [INTEGER, ...(guide.kind === 'integer' && finite ? [] : real), NUMERIC, TEXT, BYTES]
  switch (guide.kind) {
    case 'timestamp':
      return [...(guide.zone ? [CLOCK] : []), DATE, ...plain]
    case 'date':
      return [CLOCK, INSTANT, ...plain]
    case 'text':
      return [TEXT, BYTES]
    case 'bytes':
    case 'json':
    case 'uuid':
    case 'inet':
      return counts.text > 0 ? [TEXT] : plain
    case 'float':
    case 'numeric':
      return finite ? [NUMERIC, TEXT, BYTES] : [FLOAT]
    default:
      return plain
  }
}

const isUsual = (type: LogicalType, guide: LogicalType): boolean =>
  type === guide || (guide.kind === 'timestamp' && !guide.zone && type === INSTANT)

function reason({ declared }: Column): string {
  if (declaredType(declared)) return `declared ${declared}`
  return declared ? `"${declared}" names no known type: by its values` : 'no declared type: by its values'
}

function betterThan(guide: LogicalType, facts: ColumnFacts, wish: TypeWish): LogicalType | undefined {
  if (wish.types !== 'optimized') return undefined
  return wish.joined === undefined ? upgradeOf(guide, facts) : wish.joined?.type
}

/** UUIDs, documents and addresses in a column of texts; undefined where it holds none, or anything else. */
export function upgradeOf(guide: LogicalType, facts: ColumnFacts): LogicalType | undefined {
  if (guide.kind !== 'text' || facts.counts.text === 0) return undefined
  const documents = facts.formats.includes('json-document') ? [JSONB, JSON_TEXT] : []
  return [UUID, ...documents, INET].find(type => fits(type, facts) === undefined)
}

/** A column that has the family's kind of type already stays as it is. */
function inFamily(about: AboutColumn, wish: TypeWish, family: Family): TypeChoice {
  const own = chooseType(about, { ...wish, joined: null })
  if (own.type.kind === family.type.kind && own.type.kind !== 'timestamp') return own
  const findings = [familyFinding(about, own.type, family), ...lossesOf(about, family.type)]
  return { type: family.type, why: 'foreign keys join it with columns of this type', findings }
}

/** Numbers in a column of times become times where the user consented to it. */
function asMoment(about: AboutColumn, guide: LogicalType, accept: readonly string[]): TypeChoice | undefined {
  if (guide.kind !== 'timestamp') return undefined
  const conversion = epochUnit(about.facts) ?? (isJulian(about.facts) ? 'julian-day' : undefined)
  if (!conversion) return undefined
  const finding = momentFinding(about, conversion)
  // `all-listed` cannot mean it: without this consent the finding is not there to be listed.
  const named = accept.filter(code => code !== 'all-listed')
  if (!isAccepted(finding, named)) return undefined
  if (fits(INSTANT, convertedFacts(conversion, about.facts)) !== undefined) return undefined
  return { type: INSTANT, conversion, why: `its numbers count time, as was accepted`, findings: [finding] }
}

/** Blobs beside texts or numbers: bytes hold all of them, but no longer tell which is which. */
function asBytes(about: AboutColumn, guide: LogicalType): TypeChoice | undefined {
  const { text, blob, integer, real } = about.facts.counts
  if (blob === 0 || text + integer + real === 0) return undefined
  const numbers = integer + real > 0
  const why = numbers ? 'it holds numbers and blobs' : 'it holds texts and blobs'
  const finding = numbers ? numbersAsBytes(about, guide) : bytesFinding(about, guide)
  return { type: BYTES, conversion: 'text-as-bytes', why, findings: [finding] }
}
