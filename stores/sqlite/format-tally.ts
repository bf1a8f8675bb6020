/** The formats that all texts of a column so far have, and what is counted of them meanwhile. */
import { asciiOf } from '../../model/ascii-text.ts'
import type { ColumnFacts, TextFormat } from '../../model/assessment.ts'
import { jsonFormats, jsonFormatsOfBytes } from '../../model/json-format.ts'
import { type Classify, FAMILIES } from '../../model/text-formats.ts'
import { LARGE } from '../large.ts'
import type { DecimalTally } from './scan-decimals.ts'
import { mayBeLargeJson } from './scan-large-texts.ts'

/** The formats of one family that are left. */
interface Surviving {
  family: Classify | 'json'
  formats: readonly TextFormat[]
}

type AsciiSurviving = Surviving & { family: Classify }

const isAscii = (surviving: Surviving): surviving is AsciiSurviving => surviving.family !== 'json'

export class FormatTally {
  /** Undefined before the first text. */
  #surviving: Surviving[] | undefined
  /** Those of them but JSON, and JSON. */
  #ascii: AsciiSurviving[] = []
  #json: Surviving | undefined
  #inUtc = 0
  #withOffset = 0
  readonly #decimals: DecimalTally | undefined

  constructor(decimals: DecimalTally | undefined) {
    this.#decimals = decimals
  }

  get formats(): TextFormat[] {
    return this.#surviving?.flatMap(({ formats }) => formats) ?? []
  }

  /** Whether a text may still be JSON as all before it. */
  get mayBeJson(): boolean {
    return this.#surviving === undefined || this.#json !== undefined
  }

  /** How many of so many texts name which offset, where all of them are timestamps. */
  offsets(texts: number): ColumnFacts['offsets'] {
    if (!this.formats.includes('timestamp-any')) return undefined
    return { none: texts - this.#inUtc - this.#withOffset, utc: this.#inUtc, other: this.#withOffset }
  }

  /** From now on there are none. */
  end(): void {
    this.#surviving = []
    this.#sort()
  }

  /**
   * Narrows the formats but JSON by the text from `start` to `end`. Returns whether it has one of them, and so is
   * ASCII and without NUL.
   */
  addAscii(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#surviving === undefined) this.#begin()
    let [has, dies] = [false, false]
    for (const family of this.#ascii) {
      const found = family.family(bytes, start, end)
      has ||= found.length > 0
      dies = narrow(family, found) || dies
      this.#note(found, bytes, start, end)
    }
    if (dies) this.#bury()
    return has
  }

  /** Narrows JSON by the text from `start` to `end`, which is valid. */
  addJson(bytes: Buffer, start: number, end: number): void {
    if (this.#json && narrow(this.#json, jsonOf(bytes, start, end))) this.#bury()
  }

  /** Narrows all formats. */
  addText(text: string): void {
    if (this.#surviving === undefined || this.#ascii.length > 0) this.addAscii(asciiOf(text), 0, text.length)
    if (this.#json && narrow(this.#json, jsonFormats(text))) this.#bury()
  }

  #begin(): void {
    this.#surviving = FAMILIES.map(family => ({ family, formats: UNKNOWN }))
    this.#sort()
  }

  #bury(): void {
    this.#surviving = this.#surviving!.filter(({ formats }) => formats.length > 0)
    this.#sort()
  }

  #sort(): void {
    this.#ascii = this.#surviving!.filter(isAscii)
    this.#json = this.#surviving!.find(({ family }) => family === 'json')
  }

  #note(found: readonly TextFormat[], bytes: Uint8Array, start: number, end: number): void {
    if (found[0] === 'timestamptz') this.#withOffset++
    else if (found[0] === 'timestamptz-utc') this.#inUtc++
    else if (found[0] === 'decimal') this.#decimals?.addText(bytes, start, end)
  }
}

function jsonOf(bytes: Buffer, start: number, end: number): readonly TextFormat[] {
  if (end - start > LARGE && !mayBeLargeJson(bytes.subarray(start, end))) return []
  return jsonFormatsOfBytes(bytes, start, end) ?? jsonFormats(bytes.toString('utf8', start, end))
}

/** Stands for all formats of a family, of which no text was seen yet. */
const UNKNOWN: readonly TextFormat[] = ['json-text']

/** Takes away what the next text does not have. Returns whether nothing is left. */
function narrow(family: Surviving, found: readonly TextFormat[]): boolean {
  // Texts of one form have the same array.
  if (found === family.formats) return false
  if (family.formats === UNKNOWN) family.formats = found
  else if (!family.formats.every(format => found.includes(format)))
    family.formats = family.formats.filter(format => found.includes(format))
  return family.formats.length === 0
}
