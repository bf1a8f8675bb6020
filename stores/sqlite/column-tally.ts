/** What the scan has learned about one column so far. */
import type { ColumnFacts, TextFormat } from '../../model/assessment.ts'
import { type Classify, FAMILIES } from '../../model/text-formats.ts'
import { DecimalTally } from './scan-decimals.ts'

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

/** Bytes in UTF-8, code points, and whether there is a NUL among them. */
export interface LargeText {
  bytes: number
  chars: number
  nul: boolean
}

/** The formats of one family that all texts so far have. */
interface Surviving {
  classify: Classify
  formats: readonly TextFormat[]
}

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
  #inUtc = 0
  #withOffset = 0
  /** Empty from the first text on that has none of the formats. */
  #surviving: Surviving[] | undefined
  /** Where digits of decimals are counted. */
  readonly decimals: DecimalTally | undefined

  constructor(look: { decimals: boolean }) {
    this.decimals = look.decimals ? new DecimalTally() : undefined
  }

  /** How many of each class so far; `null` is not counted. */
  get counts(): Readonly<ColumnFacts['counts']> {
    return this.#counts
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
    if (this.#surviving === undefined) this.#begin(text)
    else if (this.#surviving.length > 0) this.#narrow(text)
    return bytes !== text.length && text.includes('\uFFFD')
  }

  /** A text that is too large to have any of the formats. */
  addLargeText({ bytes, chars, nul }: LargeText): void {
    this.#counts.text++
    this.#bytes += bytes
    this.#textBytes = Math.max(this.#textBytes, bytes)
    this.#textChars = Math.max(this.#textChars, chars)
    if (nul) this.#unfit.nul++
    this.#surviving = []
  }

  #begin(text: string): void {
    this.#surviving = FAMILIES.map(classify => ({ classify, formats: classify(text) }))
    this.#dropDead()
    for (const { formats } of this.#surviving) this.#note(formats, text)
  }

  #narrow(text: string): void {
    let died = false
    for (const family of this.#surviving!) {
      const found = family.classify(text)
      // Texts of one form have the same array.
      if (found !== family.formats) {
        if (!family.formats.every(format => found.includes(format)))
          family.formats = family.formats.filter(format => found.includes(format))
        died ||= family.formats.length === 0
      }
      this.#note(found, text)
    }
    if (died) this.#dropDead()
  }

  #dropDead(): void {
    this.#surviving = this.#surviving!.filter(({ formats }) => formats.length > 0)
  }

  #note(found: readonly TextFormat[], text: string): void {
    if (found[0] === 'timestamptz') this.#withOffset++
    else if (found[0] === 'timestamptz-utc') this.#inUtc++
    else if (found[0] === 'decimal') this.decimals?.addText(text)
  }

  addInvalid(count: number): void {
    this.#unfit.invalidUtf8 += count
  }

  facts(name: string, declared: string, rows: number): ColumnFacts {
    const { integer, real, text, blob } = this.#counts
    const formats = (this.#surviving ?? []).flatMap(family => family.formats)
    const finite = real === 0 || this.#isFinite()
    const known = finite && (text === 0 || formats.includes('decimal'))
    const decimals = known ? this.decimals?.most : undefined
    const anyTimes = formats.includes('timestamp-any')
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
      ...(anyTimes && {
        offsets: { none: text - this.#inUtc - this.#withOffset, utc: this.#inUtc, other: this.#withOffset },
      }),
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
