/** Texts, JSON and bytes. */
import type { Cell } from '../../model/types.ts'
import type { Encode, Refuse } from './encode.ts'
import { LARGEST_VALUE, type Writer } from './writer.ts'

/** Above this a text is measured before it is written; below, room for its worst case costs less. */
const MEASURED = 8192

/** Text in UTF-8; numbers as they print. `maxLength` counts code points, as `varchar(n)` does. */
export function text(maxLength: number | undefined, refuse: Refuse): Encode {
  return (cell, writer) => {
    const value = asText(cell, refuse)
    if (maxLength !== undefined && value.length > maxLength && codePoints(value) > maxLength) {
      refuse(`it is longer than ${maxLength} characters`)
    }
    utf8(value, writer, refuse)
  }
}

/** The text behind the version of the format, 1. Whether it is JSON is for the server to say. */
export function jsonb(refuse: Refuse): Encode {
  return (cell, writer) => utf8(asText(cell, refuse), writer, refuse, 1)
}

function asText(cell: NonNullable<Cell>, refuse: Refuse): string {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell)
  return refuse('it is no text')
}

function codePoints(value: string): number {
  let count = value.length
  for (let i = 1; i < value.length; i++) {
    const unit = value.charCodeAt(i)
    if (unit >= 0xdc00 && unit < 0xe000) {
      const before = value.charCodeAt(i - 1)
      if (before >= 0xd800 && before < 0xdc00) count--
    }
  }
  return count
}

/** Length, then a leading byte where there is one, then the text. */
function utf8(value: string, writer: Writer, refuse: Refuse, lead?: number): void {
  if (value.includes('\0')) refuse('it holds a NUL character, which PostgreSQL cannot store')
  const most = value.length > MEASURED ? Buffer.byteLength(value) : value.length * 3
  if (most > LARGEST_VALUE) refuse('it is larger than PostgreSQL takes')
  const buffer = writer.room(most + 5)
  const start = writer.at + 4
  let at = start
  if (lead !== undefined) buffer[at++] = lead
  const written = buffer.utf8Write(value, at, most)
  // A lone surrogate is written as U+FFFD; only texts that are not all ASCII can have one.
  if (written !== value.length && !value.isWellFormed()) refuse('it is no valid Unicode')
  buffer.writeInt32BE(at + written - start, start - 4)
  writer.at = at + written
}

/** Bytes as they are. */
export function bytes(refuse: Refuse): Encode {
  return (cell, writer) => {
    if (!(cell instanceof Uint8Array)) return refuse('it is no blob')
    if (cell.length > LARGEST_VALUE) refuse('it is larger than PostgreSQL takes')
    writer.int32(cell.length)
    writer.room(cell.length).set(cell, writer.at)
    writer.at += cell.length
  }
}
