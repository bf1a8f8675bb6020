/** What a text from a file could be besides a text: the one form it has, spelled as the other type prints it. */

import { asciiOf } from '../ascii-text.ts'
import { timeFormats } from '../time-format.ts'
import { isUuidOfBytes } from '../uuid-format.ts'

/**
 * `truth`: `true` or `false`, in any case · `digits`: a whole number of 64 bits · `decimal`: any other number without an exponent ·
 * `exponent`: one that a double has exactly · `instant`: a timestamp that names its offset.
 */
export type TextForm =
  | 'truth'
  | 'digits'
  | 'decimal'
  | 'exponent'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'instant'
  | 'uuid'
  | 'text'

const DIGITS = /^-?(?:0|[1-9]\d*)$/
const DECIMAL = /^-?(?:0|[1-9]\d*)\.\d+$/
const EXPONENT = /^-?(\d+)(?:\.(\d+))?[eE][+-]?\d+$/
const MINUS_ZERO = /^-0(?:\.0+)?$/
const UUID_LENGTH = 36
/** Longer ones are texts, whatever they hold. */
const LONGEST = 1000
const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n
/** So many digits come back from a double as they were. */
const DIGITS_OF_DOUBLE = 15

/** The form of a text that is not empty. */
export function formOf(text: string): TextForm {
  const first = text.charCodeAt(0)
  const { length } = text
  if (length > LONGEST) return 'text'
  if ((first >= 0x30 && first <= 0x39) || first === 0x2d) return formOfNumber(text)
  if (length === UUID_LENGTH) return isUuid(text) ? 'uuid' : 'text'
  return length <= 5 && isTruth(text) ? 'truth' : 'text'
}

const isUuid = (text: string): boolean => isUuidOfBytes(asciiOf(text), 0, text.length)

function isTruth(text: string): boolean {
  const word = text.toLowerCase()
  return word === 'true' || word === 'false'
}

function formOfNumber(text: string): TextForm {
  if (DIGITS.test(text)) return ofDigits(text)
  if (DECIMAL.test(text)) return MINUS_ZERO.test(text) ? 'text' : 'decimal'
  const [format] = timeFormats(text)
  if (format !== undefined) return TIMES[format] ?? 'text'
  if (text.length === UUID_LENGTH && isUuid(text)) return 'uuid'
  return isExactDouble(text) ? 'exponent' : 'text'
}

const TIMES: Record<string, TextForm> = {
  date: 'date',
  time: 'time',
  timestamp: 'timestamp',
  timestamptz: 'instant',
  'timestamptz-utc': 'instant',
}

function ofDigits(text: string): TextForm {
  if (text.length <= 18) return text === '-0' ? 'text' : 'digits'
  const number = BigInt(text)
  return number >= LEAST && number <= MOST ? 'digits' : 'decimal'
}

function isExactDouble(text: string): boolean {
  const [, whole = '', fraction = ''] = EXPONENT.exec(text) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+|0+$/g, '')
  const number = Number(text)
  const lost = digits !== '' && Math.abs(number) < 1e-300
  return whole !== '' && digits.length <= DIGITS_OF_DOUBLE && Number.isFinite(number) && !lost
}
