/**
 * A REAL as a text: with a point, as SQLite prints it, so that 10.0 is another text than 10, and with the fewest
 * digits that read back as the same number. Exponents from 1e17 on and below 1e-4, as SQLite 3.54 has them.
 */
export function printReal(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', 'Inf')
  const [digits = '', power = '0'] = Math.abs(value).toExponential().split('e')
  const exponent = Number(power)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (value !== 0 && (exponent < -4 || exponent > 16)) return sign + scientific(digits, exponent)
  return sign + fixed(digits.replace('.', ''), exponent)
}

/** `1.0e+20`, `1.25e-07`. */
function scientific(digits: string, exponent: number): string {
  const mantissa = digits.includes('.') ? digits : `${digits}.0`
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** `10.0`, `0.0001`: digits with the point behind the one that `exponent` names. */
function fixed(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${whole}.${digits.slice(exponent + 1) || '0'}`
}
