/** What the scan has learned about one column so far. */
import type { ColumnFacts } from '../../model/assessment.ts'
import { FormatTally } from './format-tally.ts'
import { DecimalTally } from './scan-decimals.ts'
import { Utf8Look } from './utf8-look.ts'

/** What SQL counts in one window. Bytes are those of blobs. */
export interface ClassCounts {
  integer: number
  real: number
  blob: number
  min: bigint | null
  max: bigint | null
  leastReal: number | null
  greatestReal: number | null
  blobBytes: number
  shortestBlob: number | null
  longestBlob: number | null
}

export const NO_CLASSES: Readonly<ClassCounts> = {
  integer: 0,
  real: 0,
  blob: 0,
  min: null,
  max: null,
  leastReal: null,
  greatestReal: null,
  blobBytes: 0,
  shortestBlob: null,
  longestBlob: null,
}

/** Bytes in UTF-8, code points, and whether there is a NUL among them. */
export interface LargeText {
  bytes: number
  chars: number
  nul: boolean
}

const look = new Utf8Look()

export class ColumnTally {
  readonly #counts = { null: 0, integer: 0, real: 0, text: 0, blob: 0 }
  readonly #unfit = { nul: 0, invalidUtf8: 0 }
  #min: bigint | undefined
  #max: bigint | undefined
  #leastReal = Number.POSITIVE_INFINITY
  #greatestReal = Number.NEGATIVE_INFINITY
  #bytes = 0
  #textBytes = 0
  #textChars = 0
  #shortestBlob = Number.POSITIVE_INFINITY
  #longestBlob = 0
  readonly #formats: FormatTally
  /** Where digits of decimals are counted. */
  readonly decimals: DecimalTally | undefined

  constructor(look: { decimals: boolean }) {
    this.decimals = look.decimals ? new DecimalTally() : undefined
    this.#formats = new FormatTally(this.decimals)
  }

  /** How many of each class so far; `null` is not counted. */
  get counts(): Readonly<ColumnFacts['counts']> {
    return this.#counts
  }

  /** Whether all texts so far are JSON. */
  get mayBeJson(): boolean {
    return this.#formats.mayBeJson
  }

  /** Bytes of texts and blobs, and 8 for each number. */
  get bytes(): number {
    return this.#bytes + 8 * (this.#counts.integer + this.#counts.real)
  }

  addClasses(found: ClassCounts): void {
    this.#counts.integer += found.integer
    this.#counts.real += found.real
    this.#counts.blob += found.blob
    if (found.min !== null && (this.#min === undefined || found.min < this.#min)) this.#min = found.min
    if (found.max !== null && (this.#max === undefined || found.max > this.#max)) this.#max = found.max
    for (const real of [found.leastReal, found.greatestReal]) if (real !== null) this.#addReal(real)
    this.#bytes += found.blobBytes
    if (found.shortestBlob !== null) this.#shortestBlob = Math.min(this.#shortestBlob, found.shortestBlob)
    if (found.longestBlob !== null) this.#longestBlob = Math.max(this.#longestBlob, found.longestBlob)
  }

  #addReal(value: number): void {
    this.#leastReal = Math.min(this.#leastReal, value)
    this.#greatestReal = Math.max(this.#greatestReal, value)
    this.decimals?.addReal(value)
  }

  /** Returns true where the text may have been damaged, which its bytes must tell. */
  addText(text: string): boolean {
    const bytes = Buffer.byteLength(text)
    this.#counts.text++
    this.#bytes += bytes
    if (bytes > this.#textBytes) this.#textBytes = bytes
    // Characters are counted only where there may be more than ever before.
    if (text.length > this.#textChars) this.#textChars = Math.max(this.#textChars, codePoints(text, bytes))
    if (text.includes('\0')) this.#unfit.nul++
    this.#formats.addText(text)
    return bytes !== text.length && text.includes('\uFFFD')
  }

  /**
   * The text from `start` to `end`. Returns false where it is damaged; then nothing is counted, as what is measured is
   * the text that others make of it.
   */
  addBytes(bytes: Buffer, view: DataView, start: number, end: number): boolean {
    const isAscii = this.#formats.addAscii(bytes, start, end)
    const length = end - start
    if (!isAscii && !look.at(bytes, view, start, end, this.#textChars)) return false
    const chars = isAscii ? length : look.chars
    this.#counts.text++
    this.#bytes += length
    if (length > this.#textBytes) this.#textBytes = length
    if (chars > this.#textChars) this.#textChars = chars
    if (!isAscii && look.hasNul) this.#unfit.nul++
    this.#formats.addJson(bytes, start, end)
    return true
  }

  /** A text that is too large to have any of the formats. */
  addLargeText({ bytes, chars, nul }: LargeText): void {
    this.#counts.text++
    this.#bytes += bytes
    this.#textBytes = Math.max(this.#textBytes, bytes)
    this.#textChars = Math.max(this.#textChars, chars)
    if (nul) this.#unfit.nul++
    this.#formats.end()
  }

  addInvalid(count: number): void {
    this.#unfit.invalidUtf8 += count
  }

  facts(name: string, declared: string, rows: number): ColumnFacts {
    const { integer, real, text, blob } = this.#counts
    const { formats } = this.#formats
    const offsets = this.#formats.offsets(text)
    const finite = real === 0 || this.#isFinite()
    const known = finite && (text === 0 || formats.includes('decimal'))
    const decimals = known ? this.decimals?.most : undefined
    return {
      name,
      declared,
      counts: { null: rows - integer - real - text - blob, integer, real, text, blob },
      ...(this.#min !== undefined && { integers: { min: String(this.#min), max: String(this.#max) } }),
      ...(real > 0 && finite && { reals: { min: this.#leastReal, max: this.#greatestReal } }),
      finite,
      ...(decimals && { decimals }),
      longest: { textBytes: this.#textBytes, textChars: this.#textChars, blobBytes: this.#longestBlob },
      ...(blob > 0 && { blobs: { shortest: this.#shortestBlob } }),
      formats,
      ...(offsets && { offsets }),
      unfit: { ...this.#unfit },
    }
  }

  #isFinite(): boolean {
    return Number.isFinite(this.#leastReal) && Number.isFinite(this.#greatestReal)
  }
}

function codePoints(text: string, bytes: number): number {
  if (bytes === text.length) return bytes
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const isPair = (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00
    if (isPair) count--
  }
  return count
}
