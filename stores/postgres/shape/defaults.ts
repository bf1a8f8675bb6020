/** Defaults of columns, as the server prints them, compared. */
import type { LogicalType } from '../../../model/types.ts'
import { sameExpression } from './expression.ts'

/** Also the same where both are one number, or the time of now: there are several spellings of each. */
export function sameDefault(wished: string, found: string, { kind }: LogicalType): boolean {
  if (sameExpression(wished, found)) return true
  const spell = NUMBERS.has(kind) ? asNumber : asMoment
  return sameExpression(spell(wished), spell(found))
}

const NUMBERS: ReadonlySet<LogicalType['kind']> = new Set(['integer', 'float', 'numeric'])

/** `'1.50'::numeric` is 1.5; what is no constant stays as it is. */
function asNumber(text: string): string {
  const [, sign, whole, part = ''] = /^\(?'?([-+]?)(\d+)(?:\.(\d*))?'?\)?(?:::[\w ]+)?$/.exec(text) ?? []
  if (whole === undefined) return text
  return `${sign === '-' ? '-' : ''}${whole.replace(/^0+(?=\d)/, '')}.${part.replace(/0+$/, '')}`
}

/** SQLite's has whole seconds, others have more. In which zone it is read makes a difference, unless it is UTC and back. */
const asMoment = (text: string): string =>
  text
    .replace(
      /\b(?:now\(\)|CURRENT_TIMESTAMP(?:\(\d\))?|(?:statement|clock|transaction)_timestamp\(\))/g,
      'now',
    )
    .replace(/timezone\('(\w+)'::text, now\)/, "(now AT TIME ZONE '$1'::text)")
    .replace(/AT TIME ZONE '(?:utc|gmt)'/gi, "AT TIME ZONE 'UTC'")
    .replace(/date_trunc\('second'::text, (now|\(now AT TIME ZONE '[^']*'::text\))\)/, '$1')
    .replace("((now AT TIME ZONE 'UTC'::text) AT TIME ZONE 'UTC'::text)", 'now')
