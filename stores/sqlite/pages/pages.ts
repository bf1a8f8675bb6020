/**
 * Pages of a snapshot, read from the file itself. Only of a snapshot: it is ours, nobody writes it, and to close a file that
 * SQLite has open elsewhere in this process would drop its locks.
 * Format: SQLite's "Database File Format", sections 1.3 and 1.6.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { damaged } from '../errors.ts'

/** Neighbouring pages are read together: mostly the next one is wanted next. */
const BLOCK_BYTES = 64 * 1024
/** Blocks that are kept: 2 MB. */
const BLOCKS = 32

const HEADER_BYTES = 100
/** SQLite uses no less of a page. */
const LEAST_USABLE = 480

interface Block {
  bytes: Buffer
  view: DataView
}

/** Blocks of files that are closed: a table's chunks, or the tables of a scan, would else leave megabytes behind each. */
const spare: Block[] = []

export class Pages {
  readonly path: string
  readonly pageBytes: number
  /** Bytes of a page that are used: some extensions reserve a few at its end. */
  readonly usable: number
  /** Pages that the file has. */
  readonly count: number
  /** Where the page that was asked for last stands. */
  bytes: Buffer
  view: DataView
  readonly #file: number
  readonly #perBlock: number
  readonly #blocks = new Map<number, Block>()
  #last = -1

  constructor(path: string) {
    this.path = path
    this.#file = openSync(path, 'r')
    this.bytes = Buffer.alloc(HEADER_BYTES)
    this.view = viewOf(this.bytes)
    readSync(this.#file, this.bytes, 0, HEADER_BYTES, 0)
    const size = this.bytes.readUInt16BE(16)
    this.pageBytes = size === 1 ? 65_536 : size
    this.usable = this.pageBytes - this.bytes[20]!
    if (!Number.isInteger(Math.log2(this.pageBytes)) || this.usable < LEAST_USABLE) {
      this.close()
      throw damaged(path, 'its header makes no sense')
    }
    this.count = Math.floor(fstatSync(this.#file).size / this.pageBytes)
    this.#perBlock = BLOCK_BYTES / this.pageBytes
  }

  /** Where page `page` begins in `bytes`; good until the next call. Throws `Failure('source')` where there is none. */
  find(page: number): number {
    if (!(page >= 1 && page <= this.count)) throw damaged(this.path, `there is no page ${page}`)
    const index = Math.floor((page - 1) / this.#perBlock)
    if (index !== this.#last) this.#turnTo(index)
    return (page - 1 - index * this.#perBlock) * this.pageBytes
  }

  close(): void {
    closeSync(this.#file)
    spare.push(...[...this.#blocks.values()].slice(0, BLOCKS - spare.length))
    this.#blocks.clear()
  }

  #turnTo(index: number): void {
    const block = this.#blocks.get(index) ?? this.#read(index)
    // The one used last stands last: the first is the one to be given up.
    this.#blocks.delete(index)
    this.#blocks.set(index, block)
    this.bytes = block.bytes
    this.view = block.view
    this.#last = index
  }

  #read(index: number): Block {
    const block = this.#blocks.size < BLOCKS ? (spare.pop() ?? fresh()) : this.#oldest()
    const { length } = block.bytes
    const from = index * length
    const wanted = Math.min(length, this.count * this.pageBytes - from)
    for (let at = 0; at < wanted; ) {
      const got = readSync(this.#file, block.bytes, at, wanted - at, from + at)
      if (got === 0) throw damaged(this.path, 'it is shorter than it was')
      at += got
    }
    return block
  }

  #oldest(): Block {
    const [index, block] = this.#blocks.entries().next().value!
    this.#blocks.delete(index)
    return block
  }
}

function fresh(): Block {
  const bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  return { bytes, view: viewOf(bytes) }
}

export const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
