/** In which encoding a file of text is: as its first bytes, the user or all of its bytes say. */
import { isAscii, isUtf8 } from 'node:buffer'
import { type FileHandle, open } from 'node:fs/promises'
import { analyse } from 'chardet'
import iconv from 'iconv-lite'
import { Failure } from '../../model/failure.ts'
import { damagedLines, lastLineEnd, linesOf } from './line-bytes.ts'

export interface Encoding {
  name: string
  /** `bytes`: no byte below 128 is a part of another character, so that lines are found before it is decoded. */
  kind: 'utf-8' | 'bytes' | 'wide'
  /** Bytes of the mark at the beginning. */
  skip: number
  /** What was found out without a mark: told to the user. */
  note?: string
}

/** What is looked at to tell encodings apart. */
const SAMPLE = 64 * 1024
const BLOCK = 1 << 20

/** Longer ones first: that of UTF-32 begins as that of UTF-16. */
const MARKS: [string, number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** Fails with `usage` for a name that nobody knows, with `source` where no guess is good enough. */
export async function findEncoding(
  path: string,
  named: string | undefined,
  signal: AbortSignal,
): Promise<Encoding> {
  await using file = await open(path)
  const head = await readAt(file, 0, SAMPLE)
  const mark = MARKS.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))
  if (named !== undefined) {
    const name = known(named)
    const own = mark && canonical(mark[0]).startsWith(canonical(name)) ? mark : undefined
    return encoding(own?.[0] ?? name, own?.[1].length ?? 0)
  }
  if (mark) return encoding(mark[0], mark[1].length)
  const wide = wideWithoutMark(head)
  if (wide) return { ...encoding(wide, 0), note: `read as ${wide}, which its bytes look like` }
  return await byAllBytes(path, file, signal)
}

/** The name as iconv-lite has it; fails with `usage`. */
export function known(name: string): string {
  if (exists(name)) return name.toLowerCase()
  throw new Failure({
    code: 'usage',
    object: `encoding "${name.slice(0, 40)}"`,
    message: 'nobody knows an encoding of this name',
    remedy: 'Write a name such as utf-8, iso-8859-1, windows-1252 or utf-16le',
  })
}

/** The library's own would take the name's type away where there is none. */
const exists = (name: string): boolean => iconv.encodingExists(name)

export const canonical = (name: string): string => name.toLowerCase().replace(/[^0-9a-z]/g, '')

/** UTF-8 under any of its names. */
export const isUtf8Name = (name: string): boolean => canonical(name) === 'utf8'

function encoding(name: string, skip: number): Encoding {
  const plain = canonical(name)
  if (plain === 'utf8') return { name: 'utf-8', kind: 'utf-8', skip }
  return { name, kind: /^(utf|ucs|unicode)/.test(plain) ? 'wide' : 'bytes', skip }
}

/** Most texts have many characters below 256: every other byte of theirs is 0. */
function wideWithoutMark(head: Uint8Array): string | undefined {
  if (head.length < 4 || head.length % 2 !== 0) return undefined
  let even = 0
  let odd = 0
  for (let i = 0; i < head.length; i += 2) {
    if (head[i] === 0) even++
    if (head[i + 1] === 0) odd++
  }
  const units = head.length / 2
  if (odd > units * 0.4 && even < units * 0.05) return 'utf-16le'
  return even > units * 0.4 && odd < units * 0.05 ? 'utf-16be' : undefined
}

/** UTF-8 where all of it is, or where lines of it are beside others: those are bad lines then, not another encoding. */
async function byAllBytes(path: string, file: FileHandle, signal: AbortSignal): Promise<Encoding> {
  const strange: Uint8Array[] = []
  let length = 0
  for await (const block of byteBlocks(file, signal)) {
    if (isAscii(block)) continue
    const damaged = isUtf8(block) ? undefined : damagedLines(block, 0x0a)
    let number = 0
    for (const line of damaged ? linesOf(block, 0x0a) : [block]) {
      const bad = damaged?.has(number++) ?? false
      if (!bad && !isAscii(line)) return encoding('utf-8', 0)
      if (!bad || length > SAMPLE) continue
      strange.push(line)
      length += line.length
    }
  }
  return length === 0 ? encoding('utf-8', 0) : guess(path, Buffer.concat(strange))
}

/** For lines of which none is UTF-8. */
function guess(path: string, bytes: Buffer): Encoding {
  const [first] = analyse(bytes)
  const latin = analyse(bytes).find(({ name }) => /^(iso-8859-1|windows-1252)$/i.test(name))?.confidence ?? 0
  if (first && !/^(iso-8859-\d+|windows-125\d)$/i.test(first.name) && first.confidence >= latin + 20)
    throw new Failure({
      code: 'source',
      object: `file ${path}`,
      message: `its text is no UTF-8; it may be ${first.name}, or something else`,
      remedy: `Name the encoding, as in --encoding ${first.name.toLowerCase()}`,
    })
  const name = iconv.decode(bytes, 'windows-1252').includes('\uFFFD') ? 'iso-8859-1' : 'windows-1252'
  return {
    ...encoding(name, 0),
    note: `read as ${name}, as it is no UTF-8; another one is named with --encoding`,
  }
}

/** All of a file in blocks that end with a line where they can. */
async function* byteBlocks(file: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0)
  for (let at = 0; ; ) {
    signal.throwIfAborted()
    const read = await readAt(file, at, BLOCK)
    at += read.length
    const block = rest.length > 0 ? Buffer.concat([rest, read]) : read
    const end = read.length === 0 ? block.length : lastLineEnd(block, 0x0a) || wholeCharacters(block)
    if (end > 0) yield block.subarray(0, end)
    if (read.length === 0) return
    rest = Buffer.from(block.subarray(end))
  }
}

/** Bytes up to a character of UTF-8 that is not whole. */
export function wholeCharacters(block: Uint8Array): number {
  let first = block.length - 1
  while (first > block.length - 4 && first > 0 && (block[first]! & 0xc0) === 0x80) first--
  const lead = block[first] ?? 0
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return first + size > block.length ? first : block.length
}

export async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bytes)
  const { bytesRead } = await file.read(buffer, 0, bytes, at)
  return buffer.subarray(0, bytesRead)
}
