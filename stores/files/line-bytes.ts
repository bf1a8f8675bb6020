/** Lines of text, before it is decoded. */
import { isUtf8 } from 'node:buffer'

/** Bytes up to the last end of a line, with it; 0 where there is none. */
export const lastLineEnd = (block: Uint8Array, newline: number): number => block.lastIndexOf(newline) + 1

/** The lines of a block, without their ends. */
export function* linesOf(block: Uint8Array, newline: number): Generator<Uint8Array> {
  for (let at = 0; at <= block.length; ) {
    const next = block.indexOf(newline, at)
    const end = next < 0 ? block.length : next
    yield block.subarray(at, end)
    at = end + 1
  }
}

/** Which lines of a block, from 0, are no UTF-8. */
export function damagedLines(block: Uint8Array, newline: number): Set<number> {
  const damaged = new Set<number>()
  let number = 0
  for (const line of linesOf(block, newline)) {
    if (!isUtf8(line)) damaged.add(number)
    number++
  }
  return damaged
}
