/** Comparisons: only where both engines call the same values equal, or order them alike. */
import { common, isNumber, refuse, type Value, wordsOf } from './value.ts'

/** Equal values have one spelling, and spellings sort as the values do. */
const SORTED: readonly Value['holds'][] = ['boolean', 'date', 'time', 'timestamp', 'timestamptz', 'uuid']
/** The same without an order that both share. */
const EXACT: readonly Value['holds'][] = [...SORTED, 'text', 'padded', 'label', 'word', 'bytes']

/** `=`, `<>`, `<` … as SQLite has them. */
export function compare(operator: string, left: Value, right: Value): Value {
  const holds = comparable(operator, left, right)
  if (holds !== 'digits') return truth(`(${left.sql} ${operator} ${right.sql})`)
  return truth(`(${sign(left)} ${operator} ${sign(right)})`)
}

/** Throws where the engines might answer differently; gives what both sides are. */
export function comparable(operator: string, left: Value, right: Value): Value['holds'] {
  if (isNumber(left) && isNumber(right)) return 'decimal'
  if (left.holds === 'digits' || right.holds === 'digits') {
    if (isZero(left) || isZero(right)) return 'digits'
    return refuse('a decimal that SQLite holds as text is compared with something else than 0')
  }
  const holds = common([left, right])
  if (holds === 'null') return holds
  const isEquality = operator === '=' || operator === '<>'
  if (isEquality ? EXACT.includes(holds) : SORTED.includes(holds)) return holds
  if (holds === 'text' && (left.byBytes || right.byBytes)) return holds
  if (holds === 'folded') return isEquality ? holds : refuse('texts without case are put in order')
  if (EXACT.includes(holds)) return refuse('texts are put in an order that is not that of their bytes')
  return refuse(`${wordsOf({ ...left, holds })} is compared, of which equal ones may be spelled differently`)
}

export const truth = (sql: string): Value => ({ sql, holds: 'boolean' })

/** Enough to tell whether a decimal is above, below or 0. */
const sign = (value: Value): string => (value.holds === 'digits' ? `CAST(${value.sql} AS REAL)` : value.sql)

const isZero = ({ constant, holds }: Value): boolean =>
  (holds === 'integer' || holds === 'decimal') && constant !== undefined && Number(constant) === 0
