/** What an expression gives on both engines: whether that is the same for whoever relies on it. */
import type { PlannedExpression } from '../model/build-plan.ts'
import { printReal } from '../model/print-real.ts'
import type { Cell, LogicalType } from '../model/types.ts'
import { writerFor } from '../stores/digest/canonical.ts'
import { Scratch } from '../stores/digest/scratch.ts'
import type { Printed } from '../stores/postgres/evaluate.ts'
import type { Evaluated } from '../stores/sqlite/evaluate.ts'

/**
 * Why the target's side of an expression is not the source's, over rows of which the first `own` hold values of the
 * source; undefined where it is.
 */
export function reasonAgainst(
  { kind, type }: PlannedExpression,
  here: Evaluated[] | undefined,
  there: Printed[],
  own: number,
): string | undefined {
  if (!here) return 'it names something that only the application knows, so it could not be tried'
  const same = sameness(kind, type)
  for (const [i, evaluated] of here.entries()) {
    const reason = difference(evaluated, there[i]!, { kind, same, own: i < own })
    if (reason !== undefined) return reason
  }
  return undefined
}

/** The class of SQLSTATEs that are about values. */
const DATA = '22'
/** SQLSTATE of a number that is too large: SQLite goes on with a float there. */
const OUT_OF_RANGE = '22003'
/** Of a text that is no date: all that the column holds are, and a row with another one is refused. */
const NO_TIMES = ['22007', '22008']

interface Trial {
  kind: PlannedExpression['kind']
  same: (here: Cell, there: string | null) => boolean
  /** The source holds these values. */
  own: boolean
}

function difference(here: Evaluated, there: Printed, { kind, same, own }: Trial): string | undefined {
  // No row of the source can be like this.
  if (here.class === 'error' && (!own || 'failure' in there)) return undefined
  const values = own ? 'values that the source holds' : 'NULL, empty texts or boundary values'
  if ('failure' in there) {
    // A row that no value can be made of is refused as one is for which the check is false.
    if (kind === 'check' && here.value === 0n && there.failure.startsWith(DATA)) return undefined
    if (!own && there.failure === OUT_OF_RANGE) return undefined
    if (!own && kind === 'check' && NO_TIMES.includes(there.failure)) return undefined
    return `PostgreSQL cannot evaluate it over ${values} (${there.failure})`
  }
  if (here.class !== 'error' && same(here.value, there.text)) return undefined
  return `it gives another result in PostgreSQL over ${values}`
}

/** A check lets NULL pass and the condition of an index does not; there NULL is as good as true, here as false. */
function sameness(kind: PlannedExpression['kind'], type: LogicalType | undefined): Trial['same'] {
  if (kind === 'check') return (here, there) => (here !== 0n) === (there !== 'false')
  if (kind === 'index condition') return (here, there) => (here === 1n) === (there === 'true')
  return (here, there) => equal(here, there, type ?? { kind: 'text' })
}

function equal(here: Cell, there: string | null, type: LogicalType): boolean {
  if (here === null || there === null) return here === there
  if (type.kind === 'boolean') return (there === 'true' || there === 't') === (Number(here) === 1)
  const read: Cell = type.kind === 'bytes' ? Buffer.from(there, 'hex') : there
  const given = type.kind === 'text' && typeof here === 'number' ? printReal(here) : here
  try {
    return canonical(given, type).equals(canonical(read, type))
  } catch {
    return false
  }
}

function canonical(cell: Cell, type: LogicalType): Buffer {
  const out = new Scratch()
  writerFor(type, 'source')(cell, out)
  return Buffer.from(new Uint8Array(out.view.buffer, out.view.byteOffset, out.length))
}
