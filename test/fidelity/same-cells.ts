/**
 * Whether a cell of the target says what the source's does, decided by PostgreSQL's type and in words of our own:
 * both are brought into one text. Nothing of longhaul's encoders or digests has a part in it.
 */
import type { SourceCell } from './source-cells.ts'

/** A cell of the target is PostgreSQL's own text of it; `type` as `format_type` has it. */
export function targetText(text: string | null, type: string): string | null {
  if (text === null) return null
  switch (familyOf(type)) {
    case 'double precision':
      return bits(Number(text))
    case 'numeric':
      return decimal(text)
    case 'timestamp':
      return moment(text)
    case 'timestamptz':
      return instant(text)
    case 'jsonb':
    case 'json':
      return JSON.stringify(sortKeys(JSON.parse(text)))
    case 'inet':
      return text.replace(/\/(32|128)$/, '')
    default:
      return text
  }
}

/** What `targetText` has to give for a cell of the source. */
export function sourceText(cell: SourceCell, type: string): string | null {
  if (cell.class === 'null') return null
  switch (familyOf(type)) {
    case 'boolean':
      return { '0': 'false', '1': 'true' }[plain(cell)] ?? `no boolean: ${plain(cell)}`
    case 'double precision':
      return bits(Number(cell.value))
    case 'numeric':
      return decimal(plain(cell))
    case 'bytea':
      return `\\x${Buffer.from(Buffer.isBuffer(cell.value) ? cell.value : printed(cell)).toString('hex')}`
    case 'uuid':
      return hyphenated(cell.class === 'blob' ? cell.value.toString('hex') : plain(cell))
    case 'timestamp':
      return moment(plain(cell))
    case 'timestamptz':
      return instant(plain(cell))
    case 'jsonb':
    case 'json':
      return JSON.stringify(sortKeys(JSON.parse(plain(cell))))
    default:
      return printed(cell)
  }
}

/** As a text: a REAL has a point, and an exponent where SQLite writes one. */
function printed(cell: Exclude<SourceCell, { class: 'null' }>): string {
  if (cell.class !== 'real') return plain(cell)
  const value = Number(cell.value)
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf'
  const size = Math.abs(value)
  const text = size !== 0 && (size < 1e-4 || size >= 1e17) ? value.toExponential() : String(value)
  const [mantissa = '', exponent] = (Object.is(value, -0) ? '-0' : text).split('e')
  const pointed = mantissa.includes('.') ? mantissa : `${mantissa}.0`
  return exponent === undefined ? pointed : `${pointed}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}

const familyOf = (type: string): string =>
  type
    .replace(/\(.*?\)/, '')
    .replace(' without time zone', '')
    .replace('timestamp with time zone', 'timestamptz')

function plain(cell: Exclude<SourceCell, { class: 'null' }>): string {
  return cell.class === 'blob' ? `blob ${cell.value.toString('hex')}` : String(cell.value)
}

function bits(value: number): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return view.getBigUint64(0).toString(16)
}

/** Digits without those that say nothing: no exponent, no leading or trailing zeros. */
function decimal(text: string): string {
  const match = /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?\s*$/.exec(text)
  if (!match) return `no decimal: ${text}`
  const [, sign, whole = '', part = '', exponent = '0'] = match
  const digits = (whole + part).replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  if (kept === '') return '0'
  const scale = part.length - Number(exponent) - (digits.length - kept.length)
  return `${sign === '-' ? '-' : ''}${kept}e${-scale}`
}

const moment = (text: string): string =>
  text
    .replace('T', ' ')
    .replace(/(\.\d*?)0*$/, '$1')
    .replace(/\.$/, '')

/** Microseconds since 1970. */
function instant(text: string): string {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\s?(?:[zZ]|([+-])(\d\d)(?::?(\d\d))?)$/.exec(
      text,
    )
  if (!match) return `no instant: ${text}`
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number)
  const date = new Date(0)
  date.setUTCFullYear(year!, month! - 1, day!)
  date.setUTCHours(hour!, minute!, second!)
  const offset = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * (match[8] === '-' ? -1 : 1)
  const micros = BigInt((match[7] ?? '').padEnd(6, '0'))
  return String(BigInt(date.getTime() - offset * 60_000) * 1000n + micros)
}

function hyphenated(text: string): string {
  const hex = text.replaceAll('-', '').toLowerCase()
  return [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join('-')
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  )
}
