/** Canonical bytes (`docs/digest.md`) as people read them: for the lists of rows that differ. */
import type { Cell, LogicalType } from '../../model/types.ts'
import { NULL } from './canonical.ts'

/** More than people read: `valueText` cuts before a character that is cut here. */
const MOST_BYTES = 1000
const DAY_MS = 86_400_000
const MOST_MS = 8_640_000_000_000_000
/** Places of a decimal that are written out. */
const LONGEST_POWER = 40n

/**
 * A cell from its canonical bytes: numbers as such, all else as text or bytes. Undefined where that cannot be: for
 * JSON, for a cell that is not compared and for a value of which only the size is there; of a long one only the beginning.
 */
export function printCell(type: LogicalType, canonical: Uint8Array): Cell | undefined {
  if (canonical.length === 0) return undefined
  if (canonical[0] === NULL) return null
  const bytes = Buffer.from(canonical.buffer, canonical.byteOffset + 1, canonical.length - 1)
  switch (type.kind) {
    case 'boolean':
      return bytes[0] === 1
    case 'integer':
      return bytes.readBigInt64LE()
    case 'float':
      return bytes.readDoubleLE()
    case 'numeric':
      return plain(sized(bytes)?.toString('latin1'))
    case 'text':
      return sized(bytes)?.subarray(0, MOST_BYTES).toString('utf8')
    case 'bytes':
      return sized(bytes)?.subarray(0, MOST_BYTES)
    case 'date':
      return dateText(bytes.readBigInt64LE())
    case 'time':
      return clockText(bytes.readBigInt64LE())
    case 'timestamp':
      return timestampText(bytes.readBigInt64LE(), type.zone)
    case 'uuid':
      return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    case 'inet':
      return inetText(bytes)
    case 'json':
      return undefined
  }
}

function sized(bytes: Buffer): Buffer | undefined {
  return bytes.length === bytes.readUInt32LE() + 4 ? bytes.subarray(4) : undefined
}

/** `15e-1` is 1.5; powers of many places stay as they are. */
function plain(text: string | undefined): string | undefined {
  const parts = text === undefined ? null : /^(-?)(\d+)e(-?\d+)$/.exec(text)
  if (!parts) return text
  const [, sign = '', digits = '', exponent = '0'] = parts
  const power = BigInt(exponent)
  if (power > LONGEST_POWER || power < -LONGEST_POWER) return text
  if (power >= 0n) return sign + digits + '0'.repeat(Number(power))
  const places = Number(-power)
  const padded = digits.padStart(places + 1, '0')
  return `${sign}${padded.slice(0, -places)}.${padded.slice(-places)}`
}

function infinity(value: bigint): string | undefined {
  if (value === 2n ** 63n - 1n) return 'infinity'
  return value === -(2n ** 63n) ? '-infinity' : undefined
}

/** Years beyond those of `Date` are told as the number that stands in the bytes. */
function dateText(days: bigint): string {
  const ms = Number(days) * DAY_MS
  return infinity(days) ?? (Math.abs(ms) <= MOST_MS ? iso(ms).split('T')[0]! : `${days} days since 1970`)
}

function timestampText(micros: bigint, zone: boolean): string {
  const days = micros / 86_400_000_000n - (micros % 86_400_000_000n < 0n ? 1n : 0n)
  const clock = clockText(micros - days * 86_400_000_000n)
  return infinity(micros) ?? `${dateText(days)} ${clock}${zone ? '+00' : ''}`
}

const iso = (ms: number) => new Date(ms).toISOString()

function clockText(micros: bigint): string {
  const seconds = micros / 1_000_000n
  const part = (value: bigint) => String(value).padStart(2, '0')
  const fraction = String(micros % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '')
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(part).join(':')
  return fraction === '' ? clock : `${clock}.${fraction}`
}

function inetText(bytes: Buffer): string {
  const [family, prefix] = bytes
  const address = bytes.subarray(2)
  const words = Array.from({ length: address.length / 2 }, (_, i) => address.readUInt16BE(i * 2).toString(16))
  const text = family === 4 ? [...address].join('.') : words.join(':')
  return prefix === (family === 4 ? 32 : 128) ? text : `${text}/${prefix}`
}
