/** What each conversion makes of a column, seen through its facts: which types it serves, and what fits then. */
import type { ColumnFacts, TextFormat } from './assessment.ts'
import type { Conversion } from './plan.ts'
import type { LogicalType } from './types.ts'

interface Rule {
  /** Kinds of types that the conversion makes values for. */
  kinds: readonly LogicalType['kind'][]
  /** What the conversion changes, in words. */
  takes: string
  /** The type where the plan names none and the declared one is not among `kinds`. */
  usual: LogicalType
  /** Whether the column has any value that it changes. */
  applies: (facts: ColumnFacts) => boolean
  /** The facts as they are afterwards; a value that it cannot change keeps its facts. */
  after: (facts: ColumnFacts) => ColumnFacts
}

const TEXT: LogicalType = { kind: 'text' }
const INSTANT: LogicalType = { kind: 'timestamp', zone: true }
const CLOCK: LogicalType = { kind: 'timestamp', zone: false }
const MOMENT: readonly TextFormat[] = ['timestamp', 'timestamptz', 'timestamptz-utc', 'timestamp-any']

const INSTANTS: readonly TextFormat[] = ['timestamptz-utc', 'timestamptz', 'timestamp-any']

/** Years 1 to 9999 in seconds since 1970 and in julian days. */
const FIRST_SECOND = -62_135_596_800
const END_SECOND = 253_402_300_800
const FIRST_DAY = 1_721_425.5
const END_DAY = 5_373_484.5

const isText = ({ counts }: ColumnFacts): boolean => counts.text > 0
const isNumber = ({ counts }: ColumnFacts): boolean => counts.integer + counts.real > 0

const counting = (first: number, end: number): Rule => ({
  kinds: ['timestamp'],
  takes: 'numbers',
  usual: INSTANT,
  applies: isNumber,
  after: facts => asMoments(facts, first, end),
})

const RULES: Record<Conversion, Rule> = {
  'text-as-bytes': {
    kinds: ['bytes'],
    takes: 'texts and numbers',
    usual: { kind: 'bytes' },
    applies: facts => isText(facts) || isNumber(facts),
    after: textAsBytes,
  },
  'bytes-as-text': {
    kinds: ['text'],
    takes: 'blobs',
    usual: TEXT,
    applies: ({ counts }) => counts.blob > 0,
    after: bytesAsText,
  },
  'strip-nul': withoutNul(length => length),
  'escape-nul': withoutNul(length => length * 2),
  'strip-invalid': {
    kinds: ['text', 'json'],
    takes: 'texts',
    usual: TEXT,
    applies: ({ unfit }) => unfit.invalidUtf8 > 0,
    after: facts => ({ ...facts, unfit: { ...facts.unfit, invalidUtf8: 0 } }),
  },
  'epoch-seconds': counting(FIRST_SECOND, END_SECOND),
  'epoch-milliseconds': counting(FIRST_SECOND * 1000, END_SECOND * 1000),
  'julian-day': counting(FIRST_DAY, END_DAY),
  'truth-words': {
    kinds: ['boolean'],
    takes: 'texts',
    usual: { kind: 'boolean' },
    applies: isText,
    after: facts => asTruth(facts),
  },
  'as-utc': {
    kinds: ['timestamp'],
    takes: 'times',
    usual: INSTANT,
    applies: isText,
    after: facts =>
      replaced(facts, 'timestamp-any', facts.offsets?.other === 0 ? INSTANTS : INSTANTS.slice(1)),
  },
  'time-spelling': {
    kinds: ['timestamp', 'time'],
    takes: 'times',
    usual: CLOCK,
    applies: isText,
    after: facts =>
      facts.formats.includes('clock-spelling')
        ? { ...facts, formats: ['time'] }
        : replaced(facts, 'time-spelling', ['timestamp', 'timestamp-any']),
  },
}

/** The facts of the column as the conversion leaves its values. */
export function convertedFacts(conversion: Conversion, facts: ColumnFacts): ColumnFacts {
  return RULES[conversion].after(facts)
}

/** The type that a conversion is for: the declared one where it serves that. */
export function typeFor(conversion: Conversion, declared: LogicalType | undefined): LogicalType {
  const { kinds, usual } = RULES[conversion]
  const wide = conversion === 'as-utc' || conversion.startsWith('epoch') || conversion === 'julian-day'
  return !wide && declared && kinds.includes(declared.kind) ? declared : usual
}

/** Why a conversion makes no sense here, with what would; undefined where it does. */
export function castProblem(
  conversion: Conversion,
  type: LogicalType,
  facts: ColumnFacts,
): { message: string; remedy: string } | undefined {
  const rule = RULES[conversion]
  if (
    !rule.kinds.includes(type.kind) ||
    (conversion === 'as-utc' && type.kind === 'timestamp' && !type.zone)
  ) {
    const serving = conversionsFor(type, facts)
    return {
      message: `the cast ${conversion} makes no ${type.kind === 'bytes' ? 'bytea' : type.kind} values`,
      remedy:
        serving.length > 0
          ? `Use ${serving.join(' or ')}, or take the cast out`
          : 'Take the cast out of the plan file',
    }
  }
  const empty = Object.entries(facts.counts).every(([name, count]) => name === 'null' || count === 0)
  if (empty || rule.applies(facts)) return undefined
  const serving = conversionsFor(type, facts)
  return {
    message: `the cast ${conversion} changes ${rule.takes}, and the column holds none that it is for`,
    remedy:
      serving.length > 0
        ? `Use ${serving.join(' or ')}, or take the cast out`
        : 'Take the cast out of the plan file',
  }
}

function conversionsFor(type: LogicalType, facts: ColumnFacts): string[] {
  return (Object.keys(RULES) as Conversion[]).filter(
    name => RULES[name].kinds.includes(type.kind) && RULES[name].applies(facts) && name !== 'as-utc',
  )
}

/** As in `-2.2250738585072014e-308`. */
const LONGEST_NUMBER = 24

function textAsBytes(facts: ColumnFacts): ColumnFacts {
  const { counts, longest } = facts
  const { integer, real, text, blob } = counts
  const printed = integer + real > 0 ? LONGEST_NUMBER : 0
  return {
    ...facts,
    counts: { ...counts, integer: 0, real: 0, text: 0, blob: blob + text + integer + real },
    longest: { ...longest, blobBytes: Math.max(longest.blobBytes, longest.textBytes, printed) },
    formats: [],
    unfit: { nul: 0, invalidUtf8: 0 },
  }
}

function bytesAsText(facts: ColumnFacts): ColumnFacts {
  if (!facts.blobs?.utf8) return facts
  const { counts, longest } = facts
  const bytes = Math.max(longest.textBytes, longest.blobBytes)
  return {
    ...facts,
    counts: { ...counts, blob: 0, text: counts.text + counts.blob },
    longest: { ...longest, textBytes: bytes, textChars: Math.max(longest.textChars, longest.blobBytes) },
    formats: [],
  }
}

function withoutNul(lengthOf: (length: number) => number): Rule {
  return {
    kinds: ['text', 'json'],
    takes: 'texts with NUL',
    usual: TEXT,
    applies: ({ unfit }) => unfit.nul > 0,
    after: facts => ({
      ...facts,
      longest: {
        ...facts.longest,
        textBytes: lengthOf(facts.longest.textBytes),
        textChars: lengthOf(facts.longest.textChars),
      },
      unfit: { ...facts.unfit, nul: 0 },
    }),
  }
}

function asMoments(facts: ColumnFacts, first: number, end: number): ColumnFacts {
  const { counts, integers, reals, finite } = facts
  const ends = [integers?.min, integers?.max, reals?.min, reals?.max].flatMap(value =>
    value === undefined ? [] : [Number(value)],
  )
  if (!finite || !ends.every(value => value >= first && value < end)) return facts
  const formats = counts.text > 0 ? facts.formats.filter(format => MOMENT.includes(format)) : [...MOMENT]
  return {
    ...facts,
    counts: { ...counts, integer: 0, real: 0, text: counts.text + counts.integer + counts.real },
    formats,
  }
}

function asTruth(facts: ColumnFacts): ColumnFacts {
  if (!facts.formats.includes('truth-word')) return facts
  const { counts, integers } = facts
  return {
    ...facts,
    counts: { ...counts, text: 0, integer: counts.integer + counts.text },
    integers: integers ?? { min: '0', max: '1' },
  }
}

const replaced = (facts: ColumnFacts, from: TextFormat, to: readonly TextFormat[]): ColumnFacts =>
  facts.formats.includes(from) ? { ...facts, formats: [...to] } : facts
