/** A file of text in blocks, decoded, with the lines that could not be. */
import { isAscii, isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import iconv from 'iconv-lite'
import { type Encoding, readAt, wholeCharacters } from './encoding.ts'
import { damagedLines, lastLineEnd } from './line-bytes.ts'

export interface TextBlock {
  text: string
  /** Lines of it, from 0, that hold bytes which are no characters of the encoding; those have U+FFFD. */
  damaged?: Set<number>
  /** Bytes of the file up to its end. */
  upTo: number
}

const BLOCK = 1 << 18

/** `newline`: what ends lines, as lines are counted. */
export async function* textBlocks(
  path: string,
  encoding: Encoding,
  newline: '\n' | '\r',
  signal: AbortSignal,
): AsyncGenerator<TextBlock> {
  await using file = await open(path)
  const decode = encoding.kind === 'wide' ? wide(encoding) : byBytes(encoding, newline)
  for (let at = encoding.skip; ; ) {
    signal.throwIfAborted()
    const bytes = await readAt(file, at, BLOCK)
    at += bytes.length
    const last = bytes.length === 0
    const block = decode(bytes, last)
    if (block.text.length > 0) yield { ...block, upTo: at }
    if (last) return
  }
}

type Decode = (bytes: Buffer, last: boolean) => Omit<TextBlock, 'upTo'>

/** Blocks end with a line where they can, so that few are put together again. */
function byBytes({ kind, name }: Encoding, newline: '\n' | '\r'): Decode {
  const end = newline.charCodeAt(0)
  const text = kind === 'utf-8' ? utf8(end) : legacy(name, newline)
  let rest: Buffer = Buffer.alloc(0)
  return (bytes, last) => {
    const block = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes
    const cut = last ? block.length : lastLineEnd(block, end) || wholeIn(kind, block)
    rest = block.subarray(cut)
    return text(block.subarray(0, cut))
  }
}

/** Other encodings of several bytes are not cut in the middle of what may be a long line. */
const wholeIn = (kind: Encoding['kind'], block: Buffer): number =>
  kind === 'utf-8' ? wholeCharacters(block) : block.findLastIndex(byte => byte < 0x30) + 1

function utf8(newline: number) {
  return (block: Buffer): Omit<TextBlock, 'upTo'> => {
    if (isAscii(block)) return { text: block.toString('latin1') }
    const text = block.toString('utf8')
    return isUtf8(block) ? { text } : { text, damaged: damagedLines(block, newline) }
  }
}

function legacy(name: string, newline: string) {
  return (block: Buffer): Omit<TextBlock, 'upTo'> => {
    const text = iconv.decode(block, name, { stripBOM: false })
    return text.includes('\uFFFD') ? { text, damaged: linesWith(text, newline, isReplaced) } : { text }
  }
}

function wide({ name }: Encoding): Decode {
  const decoder = iconv.getDecoder(name, { stripBOM: false })
  return (bytes, last) => {
    const text = last ? (decoder.end() ?? '') : decoder.write(bytes)
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
