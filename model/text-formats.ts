/**
 * Does a text have a form that another type prints back as it was? `TextFormat` says what each format is. The
 * formats fall into families; of one family a text is read once for all of them.
 */
import type { TextFormat } from './assessment.ts'
import { isInet } from './inet-format.ts'
import { jsonFormats } from './json-format.ts'
import { timeFormats } from './time-format.ts'

/** The formats of the family that a text has; the same array for texts of the same form. */
export type Classify = (text: string) => readonly TextFormat[]

const NONE: readonly TextFormat[] = []
const UUID: readonly TextFormat[] = ['uuid']
const UUID_HEX: readonly TextFormat[] = ['uuid-hex']
const INET: readonly TextFormat[] = ['inet']
const DECIMAL: readonly TextFormat[] = ['decimal']
const TRUTH: readonly TextFormat[] = ['truth-word']

// Both cases written out: ignoring case costs half as much again.
const HYPHENATED = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/
const HEX = /^[0-9a-fA-F]{32}$/
/** PostgreSQL's numeric: at most 131,072 digits before the point and 16,383 after it. */
const NUMBER = /^(?!-0(?:\.0*)?$)-?(?:0|[1-9]\d{0,131071})(?:\.\d{1,16383})?$/
const WORD = /^(?:true|false|yes|no|on|off|[tfyn10])$/i

const uuidFormats: Classify = text => {
  if (text.length === 36) return HYPHENATED.test(text) ? UUID : NONE
  return text.length === 32 && HEX.test(text) ? UUID_HEX : NONE
}

/** Every family, with the formats that it tells. */
export const FAMILIES: readonly Classify[] = [
  timeFormats,
  jsonFormats,
  uuidFormats,
  text => (isInet(text) ? INET : NONE),
  text => (NUMBER.test(text) ? DECIMAL : NONE),
  text => (text.length <= 5 && WORD.test(text) ? TRUTH : NONE),
]

/** All formats that a text has. */
export function formatsOf(text: string): TextFormat[] {
  return FAMILIES.flatMap(classify => classify(text))
}
