/**
 * The type of a column: the narrowest that holds every value without loss, guided by the declaration. A TEXT
 * column stays text whatever its values look like; a plan file may say more.
 */
import type { ColumnFacts } from './assessment.ts'
import { declaredType } from './declared-type.ts'
import type { Finding } from './finding.ts'
import { fits } from './fits.ts'
import { showName } from './name-text.ts'
import { planLine } from './plan-line.ts'
import type { TypesMode } from './plan-request.ts'
import type { Column } from './schema.ts'
import { showType } from './type-text.ts'
import type { LogicalType } from './types.ts'

export interface TypeChoice {
  type: LogicalType
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

/**
 * Chooses the type of `table`'s column. `declared` takes the declaration at its word and refuses values that
 * do not fit; `inferred` widens until they do, with a warning.
 */
export function chooseType(table: string, column: Column, facts: ColumnFacts, mode: TypesMode): TypeChoice {
  const declared = declaredType(column.declared)
  const guide = declared ?? plainest(facts)
  const candidates = mode === 'declared' ? [guide] : [guide, ...widerThan(guide, facts)]
  const type = candidates.find(candidate => fits(candidate, facts) === undefined)
  const about = { table, column: column.name, facts }
  if (!type) {
    return { type: guide, why: reason(column, declared), findings: [refusal(about, guide, mode)] }
  }
  const usual = type === guide || (guide.kind === 'timestamp' && type.kind === 'timestamp' && !guide.zone)
  if (usual) return { type, why: reason(column, declared), findings: notes(about, type) }
  const because = fits(guide, facts)
  const why = `declared ${column.declared}, but ${because}`
  return { type, why, findings: [warning(about, column, guide, type), ...notes(about, type)] }
}

interface About {
  table: string
  column: string
  facts: ColumnFacts
}

/** What holds values of these storage classes where no declaration guides. */
function plainest({ counts }: ColumnFacts): LogicalType {
  if (counts.text > 0) return TEXT
  if (counts.blob > 0) return BYTES
  if (counts.real > 0) return counts.integer > 0 ? NUMERIC : FLOAT
  return counts.integer > 0 ? INTEGER : TEXT
}

/** What to try after the declared type, from the narrowest to the widest. */
function widerThan(guide: LogicalType, { counts }: ColumnFacts): LogicalType[] {
  const real = counts.real > 0 && counts.integer === 0 && guide.kind !== 'numeric' ? [FLOAT] : []
  const plain = [INTEGER, ...(guide.kind === 'integer' ? [] : real), NUMERIC, TEXT, BYTES]
  switch (guide.kind) {
    case 'timestamp':
      return [...(guide.zone ? [CLOCK] : [INSTANT]), DATE, ...plain]
    case 'date':
      return [CLOCK, INSTANT, ...plain]
    case 'text':
      return [TEXT, BYTES]
    case 'bytes':
      return counts.text > 0 ? [TEXT] : plain
    case 'json':
    case 'uuid':
    case 'inet':
      return counts.text > 0 ? [TEXT] : plain
    case 'float':
    case 'numeric':
      return [NUMERIC, TEXT, BYTES]
    default:
      return plain
  }
}

function reason(column: Column, declared: LogicalType | undefined): string {
  if (declared) return `declared ${column.declared}`
  return column.declared
    ? `"${column.declared}" names no known type: by its values`
    : 'no declared type: by its values'
}

function warning(
  { table, column, facts }: About,
  source: Column,
  guide: LogicalType,
  type: LogicalType,
): Finding {
  const epoch = ['timestamp', 'date', 'time'].includes(guide.kind) && type.kind === 'integer'
  return {
    code: epoch ? 'epoch-as-integer' : 'values-unlike-declared',
    severity: 'warning',
    object: `${table}.${column}`,
    message: epoch
      ? `it is declared ${source.declared} and holds integers, which stay integers (bigint): nothing says what they count`
      : `it is declared ${source.declared}, but ${fits(guide, facts)}; it becomes ${showType(type)}, which holds all of it`,
  }
}

function refusal({ table, column, facts }: About, guide: LogicalType, mode: string): Finding {
  const holder = [INTEGER, FLOAT, NUMERIC, TEXT, BYTES].find(type => fits(type, facts) === undefined)
  return {
    code: refusalCode(facts, holder),
    severity: 'refused',
    object: `${table}.${column}`,
    message: holder
      ? `${showType(guide)} does not hold it: ${fits(guide, facts)}`
      : `no type holds all of it without loss: ${fits(TEXT, facts)}`,
    remedy: holder
      ? `Put ${planLine(table, column, { type: showType(holder) })} into the plan file${mode === 'declared' ? ', or take --types inferred' : ''}`
      : `Correct these values of ${showName(column)} in the source, or leave the table out: put ${planLine(table)} into the plan file`,
  }
}

function refusalCode({ counts, unfit, finite }: ColumnFacts, holder: LogicalType | undefined): string {
  if (counts.blob > 0 && !holder) return 'blobs-among-values'
  if (unfit.nul > 0) return 'nul-in-text'
  if (unfit.invalidUtf8 > 0) return 'invalid-utf8'
  return !finite && counts.real > 0 ? 'not-finite' : 'values-do-not-fit'
}

/** Offsets are the one thing that a chosen type does not print back. */
function notes({ table, column, facts }: About, type: LogicalType): Finding[] {
  if (type.kind !== 'timestamp' || !type.zone || facts.counts.text === 0) return []
  return [
    {
      code: 'offset-becomes-utc',
      severity: 'warning',
      object: `${table}.${column}`,
      message:
        'its times keep their instant; the target shows them in its own zone, not with the offset they were written in',
      remedy: `To keep the spelling put ${planLine(table, column, { type: 'text' })} into the plan file`,
    },
  ]
}
