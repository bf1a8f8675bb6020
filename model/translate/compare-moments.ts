/**
 * Comparisons of times. SQLite compares their texts; a target's type compares the times. Texts in one ISO spelling
 * have the same order, and a date is the beginning of every time of that day, so that it goes before midnight.
 */

import { isTimeText } from '../literal-forms.ts'
import { quoteText } from '../sql-text.ts'
import { orderKeyOf } from './collation.ts'
import { isOrdering, type Operator } from './comparison.ts'
import { formOf } from './convert.ts'
import { isMomentType, type MomentForm, nameOf, refuse, type Value } from './value.ts'

export function compareMoments(operator: Operator, left: Value, right: Value): string {
  if (!isMomentType(left.type)) {
    if (isMomentType(right.type)) return compareMoments(turned(operator), right, left)
    return compareComputed(operator, left, right)
  }
  if (isDate(left) && right.type?.kind === 'timestamp' && isOrdering(operator))
    return compareMoments(turned(operator), right, left)
  const form = formOf(left.type!)
  const other = sideOf(right, form)
  if (other !== undefined) return `(${left.sql} ${operator} ${other})`
  const never = compareStart(operator, left, right)
  if (never !== undefined) return never
  const day = form === 'timestamp' ? sideOf(right, 'date') : undefined
  if (day !== undefined && isOrdering(operator)) return `(${left.sql} ${fromMidnight(operator)} ${day})`
  return refuse(`a comparison of a ${nameOf(left)} with another form of time, or a text`)
}

const isDate = ({ type }: Value): boolean => type?.kind === 'date'

/** Beside a text that no time begins like: all times begin with a digit. */
function compareStart(operator: Operator, { sql }: Value, { literal }: Value): string | undefined {
  if (literal?.kind !== 'text' || /^[0-9]/.test(literal.value)) return undefined
  const after = literal.value > '9'
  const holds = isOrdering(operator) ? operator.startsWith('<') === after : operator === '<>'
  if (operator.startsWith('IS')) return operator === 'IS DISTINCT FROM' ? 'true' : 'false'
  return `(CASE WHEN ${sql} IS NOT NULL THEN ${holds} END)`
}

/** Two that are computed: as times where both are of one form. */
function compareComputed(operator: Operator, left: Value, right: Value): string {
  const form = left.moment!.forms[0]
  if (form && right.moment!.forms[0] === form) return `(${left.moment!.sql} ${operator} ${right.moment!.sql})`
  const key = (sql: string) => (isOrdering(operator) ? orderKeyOf(sql, 'BINARY') : sql)
  return `(${key(left.sql)} ${operator} ${key(right.sql)})`
}

/** A value beside a column of this form; undefined where it is of another. */
function sideOf({ type, sql, moment, literal }: Value, form: MomentForm): string | undefined {
  if (isMomentType(type)) return formOf(type!) === form ? sql : undefined
  if (moment?.forms.includes(form))
    return form === 'timestamptz' ? `(${moment.sql} AT TIME ZONE 'UTC')` : moment.sql
  if (literal?.kind !== 'text' || !isTimeText(literal.value, form)) return undefined
  // Without seconds it would be the beginning of a time, as a date is.
  const full = form === 'date' || /\d\d:\d\d:\d\d/.test(literal.value)
  return full ? `${quoteText(literal.value)}::${form}` : undefined
}

const fromMidnight = (operator: Operator): string => (operator.startsWith('>') ? '>=' : '<')

const TURNED: Partial<Record<Operator, Operator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }
const turned = (operator: Operator): Operator => TURNED[operator] ?? operator
