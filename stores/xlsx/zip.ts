/** Looks into a zip before anything of it is inflated, and reads its entries: never on disk, never more than was announced. */
import { closeSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { noWorkbook, sourceFailure, suspicious } from './refused.ts'

export interface ZipLimits {
  /** Of all entries together, inflated; more only where the file is not much smaller. */
  bytes: number
  /** Inflated to compressed, of one entry. */
  ratio: number
  /** Entries that inflate to less are never suspicious. */
  ratioFrom: number
  entries: number
}

/** What longhaul compresses itself never gets smaller than by 229: zlib's fastest level makes that of one letter. */
export const ZIP_LIMITS: ZipLimits = {
  bytes: 4 * 2 ** 30,
  ratio: 250,
  ratioFrom: 10 * 2 ** 20,
  entries: 10_000,
}

export class Zip {
  readonly path: string
  readonly #zip: ZipFile
  /** By name in small letters: what writes workbooks is not always of one mind about them. */
  readonly #entries: Map<string, Entry>

  private constructor(path: string, zip: ZipFile, entries: Map<string, Entry>) {
    this.path = path
    this.#zip = zip
    this.#entries = entries
  }

  static async open(path: string, limits: ZipLimits): Promise<Zip> {
    lookAtStart(path)
    try {
      const zip = await openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: true })
      try {
        return new Zip(path, zip, await listed(path, zip, limits))
      } catch (error) {
        zip.close()
        throw error
      }
    } catch (error) {
      throw asFailure(path, error)
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase())
  }

  /** Inflated, in pieces; fails where it is not what was compressed. */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name.toLowerCase())
    if (!entry)
      throw sourceFailure(this.path, `the workbook is damaged: it has no part ${JSON.stringify(name)}`)
    let crc = 0
    try {
      for await (const piece of await this.#zip.openReadStreamPromise(entry)) {
        crc = crc32(piece as Buffer, crc)
        yield piece as Buffer
      }
    } catch (error) {
      throw asFailure(this.path, error)
    }
    if (crc !== entry.crc32) throw asFailure(this.path, new Error('a checksum differs'))
  }

  close(): void {
    this.#zip.close()
  }
}

/** Sheets of rows inflate to eight to twenty-five times their size: who sends a large file may send many rows. */
const ORDINARY = 30

async function listed(path: string, zip: ZipFile, limits: ZipLimits): Promise<Map<string, Entry>> {
  if (zip.entryCount > limits.entries)
    throw suspicious(path, `it has ${zip.entryCount} parts, and ${limits.entries} is the limit`)
  const entries = new Map<string, Entry>()
  let bytes = 0
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName.toLowerCase()
    if (entry.isEncrypted())
      throw sourceFailure(path, 'the workbook is encrypted', 'Save it without a password')
    if (entries.has(name)) throw suspicious(path, 'it has two parts with the same name')
    if ((bytes += entry.uncompressedSize) > Math.max(limits.bytes, ORDINARY * zip.fileSize))
      throw suspicious(
        path,
        `it inflates to more than ${Math.round(limits.bytes / 2 ** 20)} MiB, and to more than ${ORDINARY} times its size`,
      )
    if (
      entry.uncompressedSize > limits.ratioFrom &&
      entry.uncompressedSize > limits.ratio * entry.compressedSize
    )
      throw suspicious(path, `a part of it inflates to more than ${limits.ratio} times its size`)
    entries.set(name, entry)
  }
  return entries
}

/** What a file is that is no zip at all, in words. */
function lookAtStart(path: string): void {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw sourceFailure(path, code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`)
  }
  try {
    const start = Buffer.alloc(8)
    const read = readSync(file, start, 0, 8, 0)
    if (read === 0) throw sourceFailure(path, 'the file is empty')
    if (start.toString('hex') === 'd0cf11e0a1b11ae1') throw ole(path, file)
    if (start.toString('latin1', 0, 2) !== 'PK')
      throw noWorkbook(path, 'it is no zip archive, as a workbook is')
  } finally {
    closeSync(file)
  }
}

const OLE_LOOKED_AT = 64 * 2 ** 20

/** Microsoft's older container: an encrypted workbook, or one of Excel before 2007. */
function ole(path: string, file: number): Error {
  const has = (name: string) => holds(file, Buffer.from(name, 'utf16le'))
  if (has('EncryptedPackage'))
    return sourceFailure(
      path,
      'the workbook has a password',
      'Open it in a spreadsheet and save it without one',
    )
  return noWorkbook(
    path,
    has('Workbook') || has('Book')
      ? 'it is a workbook of Excel before 2007 (.xls)'
      : 'it is an older Office document',
  )
}

function holds(file: number, bytes: Buffer): boolean {
  const piece = Buffer.alloc(2 ** 20)
  for (let at = 0; at < OLE_LOOKED_AT; at += piece.length - bytes.length) {
    const read = readSync(file, piece, 0, piece.length, at)
    if (piece.subarray(0, read).includes(bytes)) return true
    if (read < piece.length) return false
  }
  return false
}

/** The messages of yauzl and zlib, but for those with names of entries. */
function asFailure(path: string, error: unknown): Error {
  if (!(error instanceof Error) || error.name === 'Failure' || error.name === 'AbortError')
    return error as Error
  if (/^(invalid relative path|absolute path|invalid characters in fileName)/.test(error.message))
    return suspicious(path, 'the name of a part of it leads out of it')
  return sourceFailure(
    path,
    'the workbook is damaged or not all of it is there',
    'Get the file once more, or let a spreadsheet repair it and save it as .xlsx',
    error,
  )
}
