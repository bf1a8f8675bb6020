/** Keys of the source as text, for the ledger's chunk bounds: exact for every storage class. */
import { Failure } from '../model/failure.ts'
import type { Cell } from '../model/types.ts'

type Coded = null | { i: string } | { r: string } | { t: string } | { b: string }

/** JSON text; integers as decimals, reals as their 8 bytes in hex, blobs in hex. */
export function encodeKey(key: Cell[]): string {
  return JSON.stringify(key.map(encodeCell))
}

export function decodeKey(text: string): Cell[] {
  return (JSON.parse(text) as Coded[]).map(decodeCell)
}

function encodeCell(cell: Cell): Coded {
  if (cell === null) return null
  if (typeof cell === 'bigint') return { i: cell.toString() }
  if (typeof cell === 'number')
    return Number.isSafeInteger(cell) ? { i: cell.toString() } : { r: realToHex(cell) }
  if (typeof cell === 'string') return { t: cell }
  if (cell instanceof Uint8Array) return { b: Buffer.from(cell).toString('hex') }
  throw new Failure({ code: 'internal', message: `a ${typeof cell} cannot be part of a chunk's bound` })
}

function decodeCell(coded: Coded): Cell {
  if (coded === null) return null
  if ('i' in coded) {
    const value = BigInt(coded.i)
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }
  if ('r' in coded) return Buffer.from(coded.r, 'hex').readDoubleBE()
  if ('t' in coded) return coded.t
  return Buffer.from(coded.b, 'hex')
}

function realToHex(value: number): string {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeDoubleBE(value)
  return bytes.toString('hex')
}
