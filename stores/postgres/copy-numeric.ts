/** PostgreSQL's `numeric` in binary: 16-bit digits to the base 10,000. Format of `numeric_send`. */

const NEGATIVE = 0x4000
const SPECIAL = new Map([
  [0xc000, 'NaN'],
  [0xd000, 'Infinity'],
  [0xf000, '-Infinity'],
])

/** The decimal text, exact and with the zeros at its end that PostgreSQL keeps, as `numeric_out` prints it. */
export function numericText(view: DataView, at: number): string {
  const sign = view.getUint16(at + 4)
  const special = SPECIAL.get(sign)
  if (special) return special
  const digits = groups(view, at + 8, view.getInt16(at))
  const weight = view.getInt16(at + 2)
  const scale = view.getInt16(at + 6)
  const whole = range(digits, 0, weight + 1).replace(/^0+(?=\d)/, '') || '0'
  const fraction = range(digits, weight + 1, weight + 1 + Math.ceil(scale / 4)).slice(0, scale)
  return `${sign === NEGATIVE ? '-' : ''}${whole}${fraction && '.'}${fraction}`
}

function groups(view: DataView, at: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(view.getInt16(at + i * 2)).padStart(4, '0'))
}

/** The groups from one place to another; where none are kept, they are zeros. */
function range(digits: readonly string[], from: number, to: number): string {
  let text = ''
  for (let i = from; i < to; i++) text += digits[i] ?? '0000'
  return text
}
