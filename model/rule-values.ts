/** Values in rules of the plan file: whether a column of a type can hold them at all. */
import { factsOfValue, type Scalar } from './column-default.ts'
import { fits } from './fits.ts'
import { timeFormats } from './time-format.ts'
import { showType } from './type-text.ts'
import type { LogicalType } from './types.ts'

/** Why a column of this type never has the value; undefined where it may. */
export function unfitValue(value: Exclude<Scalar, null>, type: LogicalType): string | undefined {
  if (type.kind === 'json' || type.kind === 'bytes')
    return `values of ${showType(type)} cannot be listed in a rule`
  return fits(type, factsOfValue(value, type)) === undefined
    ? undefined
    : `one of its values does not fit ${showType(type)}`
}

/** Why it is no bound of such a column; undefined where it is. */
export function unfitBound(bound: string | number, type: LogicalType): string | undefined {
  const wanted = wantedOf(type)
  if (!wanted) return `${showType(type)} has no range`
  const text = String(bound)
  const fits =
    'formats' in wanted
      ? timeFormats(text).some(format => wanted.formats.includes(format))
      : /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(text)
  return fits ? undefined : `a bound of ${showType(type)} has to be ${wanted.words}`
}

function wantedOf(type: LogicalType): { words: string; formats: string[] } | { words: string } | undefined {
  switch (type.kind) {
    case 'integer':
    case 'float':
    case 'numeric':
      return { words: 'a number' }
    case 'date':
      return { words: 'a date as in 2026-01-31', formats: ['date'] }
    case 'time':
      return { words: 'a time as in 12:00:00', formats: ['time'] }
    case 'timestamp':
      return type.zone
        ? { words: 'a time as in 2026-01-31T12:00:00Z', formats: ['date', 'timestamp', 'timestamptz'] }
        : { words: 'a time as in 2026-01-31 12:00:00', formats: ['date', 'timestamp'] }
    default:
      return undefined
  }
}
