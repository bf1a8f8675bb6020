/** Booleans, integers and floats. */
import type { Encode, Refuse } from './encode.ts'
import type { Writer } from './writer.ts'

const TRUE = /^t(rue)?$/i
const FALSE = /^f(alse)?$/i

/** 0 and 1, and the words for them. */
export function boolean(refuse: Refuse): Encode {
  return (cell, writer) => {
    let bit: number
    if (cell === 1 || cell === true || cell === 1n) bit = 1
    else if (cell === 0 || cell === false || cell === 0n) bit = 0
    else if (typeof cell === 'string' && TRUE.test(cell)) bit = 1
    else if (typeof cell === 'string' && FALSE.test(cell)) bit = 0
    else return refuse('it is neither 0 nor 1, true nor false')
    writer.int32(1)
    writer.room(1)[writer.at++] = bit
  }
}

/** Whole numbers in decimal digits as PostgreSQL prints them: no sign but `-`, no leading zeros. */
const WHOLE = /^(0|-?[1-9]\d{0,18})$/

export function integer(bits: 16 | 32 | 64, refuse: Refuse): Encode {
  const write = { 16: int2, 32: int4, 64: int8 }[bits]
  const limit = 2 ** (bits - 1)
  return (cell, writer) => {
    if (typeof cell === 'string' && WHOLE.test(cell)) cell = BigInt(cell)
    if (typeof cell === 'bigint') {
      if (BigInt.asIntN(bits, cell) !== cell) refuse('it is out of range')
      if (bits === 64) return bigint(cell, writer)
      cell = Number(cell)
    }
    if (typeof cell !== 'number') return refuse('it is no whole number')
    // Beyond 2^53 a number may stand for several integers: such columns are read as bigint.
    if (!Number.isSafeInteger(cell)) refuse('it is no whole number that is exactly known')
    if (cell < -limit || cell >= limit) refuse('it is out of range')
    write(cell, writer)
  }
}

function int2(value: number, writer: Writer): void {
  writer.int32(2)
  writer.int16(value)
}

function int4(value: number, writer: Writer): void {
  writer.int32(4)
  writer.int32(value)
}

/** Eight bytes of a safe integer, with their length. */
export function int8(value: number, writer: Writer): void {
  const buffer = writer.room(12)
  let { at } = writer
  const high = Math.floor(value / 4294967296)
  buffer[at++] = 0
  buffer[at++] = 0
  buffer[at++] = 0
  buffer[at++] = 8
  buffer[at++] = high >> 24
  buffer[at++] = high >> 16
  buffer[at++] = high >> 8
  buffer[at++] = high
  buffer[at++] = value >> 24
  buffer[at++] = value >> 16
  buffer[at++] = value >> 8
  buffer[at++] = value
  writer.at = at
}

/** Eight bytes of any 64-bit integer, with their length. */
export function bigint(value: bigint, writer: Writer): void {
  writer.int32(8)
  writer.room(8).writeBigInt64BE(value, writer.at)
  writer.at += 8
}

/** Floats bit for bit; an integer or a text only where the float prints as exactly that. */
export function float(bits: 32 | 64, refuse: Refuse): Encode {
  const size = bits / 8
  return (cell, writer) => {
    const value = typeof cell === 'number' ? cell : exactFloat(cell)
    if (value === undefined) return refuse('it is no number that this type has exactly')
    if (bits === 32 && !Object.is(Math.fround(value), value))
      refuse('it has more digits or range than 4 bytes hold')
    writer.int32(size)
    const buffer = writer.room(size)
    if (bits === 32) buffer.writeFloatBE(value, writer.at)
    else buffer.writeDoubleBE(value, writer.at)
    writer.at += size
  }
}

function exactFloat(cell: unknown): number | undefined {
  if (typeof cell !== 'bigint' && typeof cell !== 'string') return undefined
  const value = Number(cell)
  const exact = typeof cell === 'bigint' ? BigInt(value) === cell : String(value) === cell
  return exact ? value : undefined
}
