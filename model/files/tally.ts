/** What the cells of a column of a file are, counted while they are read: enough to choose a type for all of them. */
import type { FileCell } from './batch.ts'
import { formOf, type TextForm } from './forms.ts'

/** `whole` and `real`: numbers that the file itself tells from texts. */
export type CellForm = TextForm | 'null' | 'boolean' | 'whole' | 'real' | 'bytes' | 'json'

export interface Tally {
  counts: Partial<Record<CellForm, number>>
  /** Most digits before the point, over numbers in texts. */
  whole: number
  /** Fewest and most digits behind the point, over numbers in texts. */
  scale: { min: number; max: number }
  /** A number in a text, of which a double may not have all digits. */
  long: boolean
  /** A whole number beyond 2^53, as the file has it. */
  wide: boolean
  /** Of the longest text, in UTF-16. */
  longest: number
}

export const emptyTally = (): Tally => ({
  ...{ counts: {}, whole: 0, scale: { min: Number.MAX_SAFE_INTEGER, max: 0 } },
  ...{ long: false, wide: false, longest: 0 },
})

/** @param typed the file tells numbers from texts: a text that looks like one is none */
export function count(tally: Tally, cell: FileCell, typed: boolean): void {
  // Once a text is a text only, the column is: what others look like does not matter any more.
  const form = typeof cell === 'string' && tally.counts.text ? 'text' : formOfCell(cell, typed)
  tally.counts[form] = (tally.counts[form] ?? 0) + 1
  if (typeof cell === 'string') {
    if (cell.length > tally.longest) tally.longest = cell.length
    if (form === 'digits' || form === 'decimal' || form === 'exponent') countDigits(tally, cell)
  } else if (form === 'whole' && !Number.isSafeInteger(Number(cell))) tally.wide = true
}

/** Forms of typed files that are only texts which look like something. */
const LOOKS: ReadonlySet<TextForm> = new Set(['truth', 'digits', 'decimal', 'exponent'])

export function formOfCell(cell: FileCell, typed: boolean): CellForm {
  if (cell === null) return 'null'
  switch (typeof cell) {
    case 'string': {
      if (cell === '') return 'text'
      const form = formOf(cell)
      return typed && LOOKS.has(form) ? 'text' : form
    }
    case 'number':
      return Number.isInteger(cell) ? 'whole' : 'real'
    case 'bigint':
      return 'whole'
    case 'boolean':
      return 'boolean'
    default:
      return cell instanceof Uint8Array ? 'bytes' : 'json'
  }
}

const DIGITS_OF_DOUBLE = 15

function countDigits(tally: Tally, text: string): void {
  const point = text.indexOf('.')
  const before = (point < 0 ? text.length : point) - (text.charCodeAt(0) === 0x2d ? 1 : 0)
  const after = point < 0 ? 0 : text.length - point - 1
  if (before > tally.whole) tally.whole = before
  if (after < tally.scale.min) tally.scale.min = after
  if (after > tally.scale.max) tally.scale.max = after
  if (before + after > DIGITS_OF_DOUBLE) tally.long = true
}

/** Of two files with the same column. */
export function added(a: Tally, b: Tally): Tally {
  const counts = { ...a.counts }
  for (const [form, n] of Object.entries(b.counts) as [CellForm, number][])
    counts[form] = (counts[form] ?? 0) + n
  return {
    counts,
    whole: Math.max(a.whole, b.whole),
    scale: { min: Math.min(a.scale.min, b.scale.min), max: Math.max(a.scale.max, b.scale.max) },
    long: a.long || b.long,
    wide: a.wide || b.wide,
    longest: Math.max(a.longest, b.longest),
  }
}

/** All forms that were met but NULL. */
export const formsIn = ({ counts }: Tally): CellForm[] =>
  (Object.keys(counts) as CellForm[]).filter(form => form !== 'null' && counts[form]! > 0)
