/** A file of text in blocks, decoded, with the lines that could not be. */
import { isAscii, isUtf8 } from 'node:buffer'
import { type FileHandle, open } from 'node:fs/promises'
import iconv from 'iconv-lite'
import { type Encoding, wholeCharacters } from './encoding.ts'
import { damagedLines, lastLineEnd } from './line-bytes.ts'

export interface TextBlock {
  text: string
  /** Lines of it, from 0, that hold bytes which are no characters of the encoding; those have U+FFFD. */
  damaged?: Set<number>
}

/** Larger ones are no faster, and cost memory. */
const BLOCK = 1 << 18

/** `newline`: what ends lines, as lines are counted. Blocks end with a line where they can, so that few are put together again. */
export async function* textBlocks(
  path: string,
  encoding: Encoding,
  newline: '\n' | '\r',
  signal: AbortSignal,
): AsyncGenerator<TextBlock> {
  await using file = await open(path)
  const { cut, decode } = decoding(encoding, newline)
  const bytes = new Bytes(file, encoding.skip)
  for (let last = false; !last; ) {
    signal.throwIfAborted()
    last = await bytes.more()
    const end = last ? bytes.there.length : cut(bytes.there)
    const block = decode(bytes.there.subarray(0, end), last)
    bytes.drop(end)
    if (block.text.length > 0) yield block
  }
}

/** The bytes that were read and not decoded yet, in one buffer that is used again and again. */
class Bytes {
  readonly #file: FileHandle
  #buffer = Buffer.allocUnsafeSlow(2 * BLOCK)
  #length = 0
  #at: number

  constructor(file: FileHandle, at: number) {
    this.#file = file
    this.#at = at
  }

  get there(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Reads a block; true where there was nothing left. */
  async more(): Promise<boolean> {
    if (this.#length + BLOCK > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.#buffer.length)
      this.#buffer.copy(larger, 0, 0, this.#length)
      this.#buffer = larger
    }
    const { bytesRead } = await this.#file.read(this.#buffer, this.#length, BLOCK, this.#at)
    this.#length += bytesRead
    this.#at += bytesRead
    return bytesRead === 0
  }

  drop(bytes: number): void {
    this.#buffer.copyWithin(0, bytes, this.#length)
    this.#length -= bytes
  }
}

interface Decoding {
  /** How many bytes of a block are decoded, before more are there. */
  cut: (block: Buffer) => number
  decode: (block: Buffer, last: boolean) => TextBlock
}

function decoding(encoding: Encoding, newline: '\n' | '\r'): Decoding {
  const end = newline.charCodeAt(0)
  switch (encoding.kind) {
    case 'utf-8':
      return { cut: block => lastLineEnd(block, end) || wholeCharacters(block), decode: utf8(end) }
    case 'bytes':
      return { cut: block => lastLineEnd(block, end) || plainEnd(block), decode: legacy(encoding, newline) }
    case 'wide':
      return { cut: block => block.length, decode: wide(encoding) }
  }
}

/** Behind the last byte that is no part of a character of several bytes in any encoding. */
const plainEnd = (block: Buffer): number => block.findLastIndex(byte => byte < 0x30) + 1

function utf8(newline: number): Decoding['decode'] {
  return block => {
    if (isAscii(block)) return { text: block.toString('latin1') }
    const text = block.toString('utf8')
    return isUtf8(block) ? { text } : { text, damaged: damagedLines(block, newline) }
  }
}

function legacy({ name }: Encoding, newline: string): Decoding['decode'] {
  return block => {
    const text = iconv.decode(block, name, { stripBOM: false })
    return text.includes('\uFFFD') ? { text, damaged: linesWith(text, newline, isReplaced) } : { text }
  }
}

function wide({ name }: Encoding): Decoding['decode'] {
  const decoder = iconv.getDecoder(name, { stripBOM: false })
  return (block, last) => {
    const text = decoder.write(block) + (last ? (decoder.end() ?? '') : '')
    return text.isWellFormed() ? { text } : { text, damaged: linesWith(text, '\n', isIllFormed) }
  }
}

function linesWith(text: string, newline: string, isBad: (line: string) => boolean): Set<number> {
  const found = new Set<number>()
  for (const [number, line] of text.split(newline).entries()) if (isBad(line)) found.add(number)
  return found
}

const isReplaced = (line: string) => line.includes('\uFFFD')
const isIllFormed = (line: string) => !line.isWellFormed()
