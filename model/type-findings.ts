/** What is said of a column whose values are not what its declaration says, with the way on. */
import { count } from './amounts.ts'
import type { AboutColumn, Family } from './choose-type.ts'
import { epochUnit, isJulian } from './epoch.ts'
import type { Finding } from './finding.ts'
import { classesOf, fits, type StorageClass } from './fits.ts'
import type { Conversion } from './plan.ts'
import { planLine } from './plan-line.ts'
import type { TypesMode } from './plan-request.ts'
import { showType } from './type-text.ts'
import type { LogicalType } from './types.ts'

const TEXT: LogicalType = { kind: 'text' }
const BYTES: LogicalType = { kind: 'bytes' }

/** Looked through, in this order, for a type that holds what the declared one does not. */
const HOLDERS: readonly LogicalType[] = [
  { kind: 'integer', bits: 64 },
  { kind: 'float', bits: 64 },
  { kind: 'numeric' },
  TEXT,
  BYTES,
]

type Said = Pick<Finding, 'code' | 'message' | 'remedy'>

/** A wider type than the declared one was taken: nothing is lost, and the user may want it otherwise. */
export function unlikeDeclared(about: AboutColumn, guide: LogicalType, type: LogicalType): Finding {
  const { table, column, facts } = about
  const said = timesAsNumbers(about, guide, type) ?? spelledOtherwise(about, guide, type)
  const misfit = `it is declared ${column.declared}, but ${fits(guide, facts)}; it becomes ${showType(type)}, which holds all of it`
  const other = planLine(table, column.name, { type: showType(guide), on_error: 'quarantine' })
  return {
    severity: 'warning',
    object: `${table}.${column.name}`,
    code: 'values-unlike-declared',
    message: misfit,
    remedy: `If the others are mistakes put ${other} into the plan file: their rows go to quarantine`,
    ...exampleOf(about, guide),
    ...said,
  }
}

/** Numbers in a column of times stay numbers. */
function timesAsNumbers(about: AboutColumn, guide: LogicalType, type: LogicalType): Said | undefined {
  const { table, column, facts } = about
  const times = guide.kind === 'timestamp' || guide.kind === 'date' || guide.kind === 'time'
  if (!times || !['integer', 'float', 'numeric'].includes(type.kind)) return undefined
  const cast =
    guide.kind === 'timestamp'
      ? (epochUnit(facts) ?? (isJulian(facts) ? 'julian-day' : undefined))
      : undefined
  if (type.kind !== 'integer' && !cast) return undefined
  const julian = cast === 'julian-day'
  const accept = `${acceptCode(cast)}:${table}.${column.name}`
  const line = cast && planLine(table, column.name, { type: 'timestamptz', cast })
  return {
    code: julian ? 'julian-as-number' : 'epoch-as-integer',
    message: `it is declared ${column.declared} and holds numbers, which stay numbers (${showType(type)}): nothing says what they count`,
    ...(line && {
      remedy: `If they are ${MEANING[cast!]} take --accept ${accept}, or put ${line} into the plan file`,
    }),
  }
}

const MEANING: Partial<Record<Conversion, string>> = {
  'epoch-seconds': 'seconds since 1970',
  'epoch-milliseconds': 'milliseconds since 1970',
  'julian-day': 'julian days',
}

const acceptCode = (cast: Conversion | undefined): string =>
  cast === 'julian-day' ? 'julian-as-timestamp' : 'epoch-as-timestamp'

/** Times, truths and texts that a cast, or a wider limit, would bring to what is declared. */
function spelledOtherwise(about: AboutColumn, guide: LogicalType, type: LogicalType): Said | undefined {
  const { table, column, facts } = about
  const becomes = `it is declared ${column.declared}, and becomes ${showType(type)}:`
  const line = (setting: { type: string; cast: Conversion }) => planLine(table, column.name, setting)
  if (type.kind !== 'text') return undefined
  if (guide.kind === 'text') {
    return {
      code: 'longer-than-declared',
      message: `${becomes} ${fits(guide, facts)}`,
      remedy: `For another limit put ${planLine(table, column.name, { type: `varchar(${facts.longest.textChars})` })} into the plan file`,
    }
  }
  if (guide.kind === 'timestamp' && facts.formats.includes('timestamp-any')) {
    const { none = 0, utc = 0, other = 0 } = facts.offsets ?? {}
    return {
      code: 'some-have-offset',
      message: `${becomes} ${utc + other} of its times name an offset, ${none} name none`,
      remedy: `If those without are UTC put ${line({ type: 'timestamptz', cast: 'as-utc' })} into the plan file`,
    }
  }
  const short = guide.kind === 'timestamp' && facts.formats.includes('time-spelling')
  if (short || (guide.kind === 'time' && facts.formats.includes('clock-spelling'))) {
    return {
      code: 'time-spelling',
      message: `${becomes} some of its times lack seconds or the time of day, which PostgreSQL would add`,
      remedy: `To have them written in full put ${line({ type: showType(guide), cast: 'time-spelling' })} into the plan file`,
    }
  }
  if (guide.kind !== 'boolean' || !facts.formats.includes('truth-word')) return undefined
  return {
    code: 'truth-as-words',
    message: `${becomes} some of its truths are words`,
    remedy: `To have them read put ${line({ type: 'boolean', cast: 'truth-words' })} into the plan file`,
  }
}

/** The consent that made times of numbers. */
export function momentFinding({ table, column }: AboutColumn, cast: Conversion): Finding {
  return {
    code: acceptCode(cast),
    severity: 'consent',
    object: `${table}.${column.name}`,
    message: `its numbers are taken for ${MEANING[cast]} and become timestamptz`,
  }
}

/** Texts and blobs in one column. */
export function bytesFinding(about: AboutColumn, guide: LogicalType): Finding {
  const { table, column, facts } = about
  const object = `${table}.${column.name}`
  const text = facts.blobs?.utf8
    ? `; all of its blobs are texts: ${planLine(table, column.name, { type: 'text', cast: 'bytes-as-text' })} makes it text`
    : ''
  return {
    code: 'mixed-text-and-blob',
    severity: 'consent',
    object,
    message: `it holds ${facts.counts.text} texts and ${facts.counts.blob} blobs; as bytea the texts become their bytes in UTF-8, and can no longer be told from blobs`,
    remedy: `Accept it with --accept mixed-text-and-blob:${object}, or put ${planLine(table, column.name, { type: 'bytea', cast: 'text-as-bytes' })} into the plan file${text}`,
    ...exampleOf(about, guide),
  }
}

/** Numbers, and maybe texts, beside blobs. */
export function numbersAsBytes(about: AboutColumn, guide: LogicalType): Finding {
  const { table, column, facts } = about
  const object = `${table}.${column.name}`
  const { integer, real, text, blob } = facts.counts
  const others = [count(integer + real, 'number'), ...(text > 0 ? [count(text, 'text')] : [])].join(', ')
  const type = classesOf(guide, facts).includes('blob') ? {} : { type: showType(guide) }
  return {
    code: 'classes-merge',
    severity: 'consent',
    object,
    message: `it holds ${others} and ${count(blob, 'blob')}; as bytea numbers become the bytes of their print, and can no longer be told from texts and blobs`,
    remedy: `Accept it with --accept classes-merge:${object}, or put ${planLine(table, column.name, { type: 'bytea', cast: 'text-as-bytes' })} into the plan file; if some are mistakes ${planLine(table, column.name, { ...type, on_error: 'quarantine' })} puts their rows into quarantine`,
    ...exampleOf(about, guide),
  }
}

/** A narrower type than the declared text, as `--types optimized` asks for. */
export function upgraded({ table, column }: AboutColumn, type: LogicalType): Finding {
  return {
    code: 'upgraded',
    severity: 'note',
    object: `${table}.${column.name}`,
    message: `it is declared ${column.declared || 'without a type'}, and becomes ${showType(type)}: all of its values are such`,
    remedy: `To keep it as it is put ${planLine(table, column.name, { type: 'text' })} into the plan file`,
  }
}

/** A wider type than the column needs was taken, so that its foreign keys can be made. */
export function familyFinding(
  { table, column }: AboutColumn,
  own: LogicalType,
  { type, like }: Family,
): Finding {
  const others = like === undefined ? 'the columns that foreign keys join it with' : like
  return {
    code: 'type-of-family',
    severity: 'note',
    object: `${table}.${column.name}`,
    message: `alone it would be ${showType(own)}; it becomes ${showType(type)} as ${others}, so that its foreign keys can be made`,
    remedy: `To keep its type, without these foreign keys, put ${planLine(table, column.name, { type: showType(own) })} into the plan file`,
  }
}

/** No type, or not the declared one where only that is wanted, holds all values. */
export function refusal(about: AboutColumn, guide: LogicalType, types: TypesMode): Finding {
  const { table, column, facts } = about
  const holder = HOLDERS.find(type => fits(type, facts) === undefined)
  return {
    code: refusalCode(about, holder),
    severity: 'refused',
    object: `${table}.${column.name}`,
    message: holder
      ? `${showType(guide)} does not hold it: ${fits(guide, facts)}`
      : `no type holds all of it without loss: ${fits(TEXT, facts)}`,
    remedy: holder
      ? `Put ${planLine(table, column.name, { type: showType(holder) })} into the plan file${types === 'declared' ? ', or take --types inferred' : ''}`
      : `Choose a line for the plan file: ${waysOut(about, guide).join(', ')}`,
    ...exampleOf(about, guide),
  }
}

/** Lines of which each settles values that no type holds. */
function waysOut({ table, column, facts }: AboutColumn, guide: LogicalType): string[] {
  const line = (setting: Parameters<typeof planLine>[2]) => planLine(table, column.name, setting)
  const { counts, unfit } = facts
  const damaged = unfit.nul + unfit.invalidUtf8 > 0
  const bytes = counts.text + counts.blob > 0
  return [
    line({ ...(!damaged && { type: showType(guide) }), on_error: 'quarantine' }),
    ...(unfit.nul > 0 && unfit.invalidUtf8 === 0
      ? [line({ cast: 'strip-nul' }), line({ cast: 'escape-nul' })]
      : []),
    ...(unfit.invalidUtf8 > 0 && unfit.nul === 0 ? [line({ cast: 'strip-invalid' })] : []),
    ...(bytes ? [line({ type: 'bytea', cast: 'text-as-bytes' })] : []),
  ]
}

function refusalCode({ facts }: AboutColumn, holder: LogicalType | undefined): string {
  const { counts, unfit, finite } = facts
  if (counts.blob > 0 && !holder) return 'blobs-among-values'
  if (unfit.nul > 0) return 'nul-in-text'
  if (unfit.invalidUtf8 > 0) return 'invalid-utf8'
  return !finite && counts.real > 0 ? 'not-finite' : 'values-do-not-fit'
}

/** The key of a row whose value the type does not hold, as far as the scan noted one: of the rarest kind. */
export function exampleOf({ facts }: AboutColumn, type: LogicalType): Pick<Finding, 'example'> {
  const { examples = {}, unfit, counts } = facts
  const held = classesOf(type, facts)
  const classes: StorageClass[] = ['text', 'blob', 'real', 'integer']
  const odd = classes.filter(name => counts[name] > 0 && !held.includes(name))
  const rarest = odd.sort((a, b) => counts[a] - counts[b])[0]
  const damaged = unfit.nul > 0 ? examples.nul : unfit.invalidUtf8 > 0 ? examples.invalid : undefined
  const example = damaged ?? (rarest && examples[rarest]) ?? examples.format
  return example === undefined ? {} : { example }
}
