/** What the scan has learned about one column so far. */
import type { ColumnFacts, TextFormat } from '../../model/assessment.ts'
import { FORMATS } from './formats.ts'
import { DecimalTally } from './scan-decimals.ts'

const ALL_FORMATS = Object.keys(FORMATS) as TextFormat[]

/** What SQL counts in one window. Bytes are those of blobs. */
export interface ClassCounts {
  integer: number
  real: number
  blob: number
  min: bigint | null
  max: bigint | null
  /** The greatest size of a REAL, infinity included. */
  largestReal: number | null
  blobBytes: number
  longestBlob: number
}

export class ColumnTally {
  readonly #counts = { null: 0, integer: 0, real: 0, text: 0, blob: 0 }
  readonly #unfit = { nul: 0, invalidUtf8: 0 }
  #min: bigint | undefined
  #max: bigint | undefined
  #finite = true
  #bytes = 0
  #textBytes = 0
  #textChars = 0
  #blobBytes = 0
  #formats: TextFormat[]
  /** Where digits of decimals are counted. */
  readonly decimals: DecimalTally | undefined

  /** Digits of texts are counted only with formats. */
  constructor(look: { formats: boolean; decimals: boolean }) {
    this.#formats = look.formats ? ALL_FORMATS : []
    this.decimals = look.decimals ? new DecimalTally() : undefined
  }

  /** REALs so far. */
  get reals(): number {
    return this.#counts.real
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
    if (found.largestReal === Number.POSITIVE_INFINITY) this.#finite = false
    if (found.largestReal !== null) this.decimals?.addReal(found.largestReal)
    this.#bytes += found.blobBytes
    this.#blobBytes = Math.max(this.#blobBytes, found.longestBlob)
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
    if (this.#formats.length > 0) this.#formats = keepMatching(this.#formats, text)
    if (this.decimals && this.#formats.includes('decimal')) this.decimals.addText(text)
    return bytes !== text.length && text.includes('\uFFFD')
  }

  addInvalid(count: number): void {
    this.#unfit.invalidUtf8 += count
  }

  facts(name: string, declared: string, rows: number): ColumnFacts {
    const { integer, real, text, blob } = this.#counts
    const known = this.#finite && (text === 0 || this.#formats.includes('decimal'))
    const decimals = known ? this.decimals?.most : undefined
    return {
      name,
      declared,
      counts: { null: rows - integer - real - text - blob, integer, real, text, blob },
      ...(this.#min !== undefined && { integers: { min: String(this.#min), max: String(this.#max) } }),
      finite: this.#finite,
      ...(decimals && { decimals }),
      longest: { textBytes: this.#textBytes, textChars: this.#textChars, blobBytes: this.#blobBytes },
      formats: text > 0 ? this.#formats : [],
      unfit: { ...this.#unfit },
    }
  }
}

/** The same array where nothing changes: it is looked at for each text. */
function keepMatching(formats: TextFormat[], text: string): TextFormat[] {
  return formats.every(format => FORMATS[format](text)) ? formats : formats.filter(f => FORMATS[f](text))
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
