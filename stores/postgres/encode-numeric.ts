/** `numeric`: exact decimals in base 10,000. Source of the format: `numeric_recv` of PostgreSQL. */
import type { Encode, Refuse } from './encode.ts'
import type { Writer } from './writer.ts'

/** Decimals as PostgreSQL prints them back: no `+`, no leading zeros, digits on both sides of the point. */
const DECIMAL = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/
/** What JavaScript prints for a number, with its exponent. */
const PRINTED = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/

const NAN = 0xc000
const INFINITY = 0xd000
const MINUS_INFINITY = 0xf000
const NEGATIVE = 0x4000

/** Limits of the format, in digits before and after the point. */
const MOST_WHOLE = 131_072
const MOST_DECIMALS = 16_383

interface Size {
  precision?: number
  scale?: number
}

interface Decimal {
  negative: boolean
  whole: string
  decimals: string
}

/** Numbers as JavaScript prints them (the shortest that reads back as the same), integers, decimal texts. */
export function numeric({ precision, scale }: Size, refuse: Refuse): Encode {
  return (cell, writer) => {
    if (typeof cell === 'number' && !Number.isFinite(cell)) {
      if (precision !== undefined) refuse('it is not finite')
      return special(cell, writer)
    }
    const decimal = parse(cell)
    if (!decimal) return refuse('it is no decimal number in plain digits')
    if (precision !== undefined) fit(decimal, precision, scale ?? 0, refuse)
    if (decimal.whole.length > MOST_WHOLE || decimal.decimals.length > MOST_DECIMALS)
      refuse('it has too many digits')
    write(decimal, writer)
  }
}

function parse(cell: unknown): Decimal | undefined {
  if (typeof cell === 'string') {
    const match = DECIMAL.exec(cell)
    if (!match) return undefined
    const [, sign, whole, decimals = ''] = match
    // A negative zero would come back without its sign.
    if (sign && !/[1-9]/.test(cell)) return undefined
    return { negative: sign === '-', whole: whole!, decimals }
  }
  return typeof cell === 'number' || typeof cell === 'bigint' ? printed(String(cell)) : undefined
}

function printed(text: string): Decimal {
  const [, sign, whole = '', decimals = '', exponent = '0'] = PRINTED.exec(text)!
  const shift = Number(exponent)
  const digits = whole + decimals
  const point = whole.length + shift
  const all = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const split = Math.max(point, 1)
  return { negative: sign === '-', whole: all.slice(0, split), decimals: all.slice(split) }
}

/** Zeros at the end are given to the scale, or taken for it: they carry no value. */
function fit(decimal: Decimal, precision: number, scale: number, refuse: Refuse): void {
  const digits = decimal.whole === '0' ? 0 : decimal.whole.length
  if (digits > precision - scale) refuse('it has too many digits before the point')
  if (/[1-9]/.test(decimal.decimals.slice(scale))) refuse('it has too many digits after the point')
  decimal.decimals = decimal.decimals.slice(0, scale).padEnd(scale, '0')
}

/** Groups of four digits counted from the point; zero groups at both ends are not written. */
function write({ negative, whole, decimals }: Decimal, writer: Writer): void {
  const left = whole.padStart(Math.ceil(whole.length / 4) * 4, '0')
  const digits = left + decimals.padEnd(Math.ceil(decimals.length / 4) * 4, '0')
  let first = 0
  let last = digits.length
  while (first < last && zeroGroup(digits, first)) first += 4
  while (last > first && zeroGroup(digits, last - 4)) last -= 4
  const groups = (last - first) / 4
  writer.int32(8 + groups * 2)
  writer.int16(groups)
  writer.int16(groups === 0 ? 0 : (left.length - first) / 4 - 1)
  writer.int16(negative && groups > 0 ? NEGATIVE : 0)
  writer.int16(decimals.length)
  for (let i = first; i < last; i += 4) writer.int16(Number(digits.slice(i, i + 4)))
}

const zeroGroup = (digits: string, at: number) => digits.startsWith('0000', at)

function special(value: number, writer: Writer): void {
  writer.int32(8)
  writer.int16(0)
  writer.int16(0)
  writer.int16(Number.isNaN(value) ? NAN : value > 0 ? INFINITY : MINUS_INFINITY)
  writer.int16(0)
}
