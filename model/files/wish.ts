/** What a column of the target asks of the cells of files: the types are decided, and rows that do not fit are not taken. */

import { asciiOf } from '../ascii-text.ts'
import { isInetOfBytes } from '../inet-format.ts'
import { jsonFormats } from '../json-format.ts'
import { timeFormats } from '../time-format.ts'
import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'
import { isUuidHexOfBytes, isUuidOfBytes } from '../uuid-format.ts'
import { formOf } from './forms.ts'
import { declaredAs } from './found-type.ts'
import { type CellForm, formsIn, type Tally } from './tally.ts'

export interface ColumnWish {
  type: LogicalType
  /** It takes no NULL. */
  required: boolean
}

/** By table of the source and column. */
export type Wishes = Record<string, Record<string, ColumnWish>>

/** A cell of a stage of files: truths are words there. */
export type StageCell = number | bigint | string | Uint8Array

/** Why a row is not taken. */
export interface Refusal {
  rule: string
  reason: string
}

const TRUTH = /^(?:true|t|yes|y|on|1|false|f|no|n|off|0)$/i

/** Whether a cell that is not NULL fits; the type's own reading of texts, where none is changed by it. */
export function fitsWish(type: LogicalType, cell: StageCell): boolean {
  switch (type.kind) {
    case 'boolean':
      return TRUTH.test(String(cell))
    case 'integer':
      return isWhole(cell) && BigInt.asIntN(type.bits, BigInt(cell)) === BigInt(cell)
    case 'float':
      return isFloat(cell)
    case 'numeric':
      return isNumeric(type, cell)
    case 'text':
      if (type.labels) return type.labels.includes(String(cell))
      return type.maxLength === undefined || lengthOf(cell) <= type.maxLength
    case 'date':
    case 'time':
    case 'timestamp':
      return typeof cell === 'string' && isTime(type.kind, cell)
    case 'uuid':
      return typeof cell === 'string' && isUuid(cell)
    case 'inet':
      return typeof cell === 'string' && isInetOfBytes(asciiOf(cell), 0, cell.length)
    case 'json':
      return typeof cell === 'string' && jsonFormats(cell).length > 0
    default:
      return true
  }
}

const isWhole = (cell: StageCell): cell is bigint | string =>
  typeof cell === 'bigint' || (typeof cell === 'string' && cell !== '' && formOf(cell) === 'digits')

const DIGITS_OF_DOUBLE = 15

function isFloat(cell: StageCell): boolean {
  if (typeof cell === 'number') return true
  if (cell instanceof Uint8Array || cell === '') return false
  if (typeof cell === 'bigint') return BigInt(Number(cell)) === cell
  const form = formOf(cell)
  if (form === 'exponent') return true
  if (form !== 'digits' && form !== 'decimal') return false
  return cell.length <= DIGITS_OF_DOUBLE || String(Number(cell)) === cell
}

function isNumeric(
  { precision, scale = 0 }: { precision?: number; scale?: number },
  cell: StageCell,
): boolean {
  if (cell instanceof Uint8Array || cell === '') return false
  if (typeof cell === 'number') return Number.isFinite(cell)
  const text = String(cell)
  const form = formOf(text)
  if (form !== 'digits' && form !== 'decimal') return false
  if (precision === undefined) return true
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  return whole.length <= Math.max(precision - scale, 1) && fraction.length <= scale
}

function lengthOf(cell: StageCell): number {
  if (typeof cell !== 'string') return cell instanceof Uint8Array ? 0 : String(cell).length
  let length = cell.length
  for (let i = 0; i < cell.length; i++) if ((cell.charCodeAt(i) & 0xfc00) === 0xd800) length--
  return length
}

/** How the texts of a time are spelled is for the planner to judge: a line of the plan file can say more. */
function isTime(kind: 'date' | 'time' | 'timestamp', text: string): boolean {
  const formats = timeFormats(text)
  if (kind === 'time') return formats.includes('clock-spelling')
  if (kind === 'date') return formats.includes('date')
  return formats.length > 0 && !formats.includes('clock-spelling')
}

function isUuid(text: string): boolean {
  const bytes = asciiOf(text)
  return isUuidOfBytes(bytes, 0, text.length) || isUuidHexOfBytes(bytes, 0, text.length)
}

/** What is to be said of a cell that does not fit. */
export function refusalOf(type: LogicalType): Refusal {
  if (type.kind === 'text' && type.labels)
    return { rule: 'unknown-value', reason: "no label of the enum that the target's column is" }
  return type.kind === 'text'
    ? { rule: 'too-long', reason: `longer than ${showType(type)}, as the target's column is` }
    : { rule: `not-${type.kind}`, reason: `no value of ${showType(type)}, as the target's column is` }
}

export const REQUIRED: Refusal = { rule: 'required', reason: 'NULL where the target says NOT NULL' }

/** Digits of a whole number that any integer of so many bits holds. */
const DIGITS = { 16: 4, 32: 9, 64: 18 } as const

/** Whether what was counted proves that all cells fit, so that nobody has to look at them. */
export function allFit({ type }: ColumnWish, tally: Tally): boolean {
  const forms = formsIn(tally)
  const only = (...all: CellForm[]) => forms.every(form => all.includes(form))
  switch (type.kind) {
    case 'boolean':
      return only('boolean', 'truth')
    case 'integer':
      return type.bits === 64
        ? only('whole', 'digits') && !tally.wide
        : only('digits') && tally.whole <= DIGITS[type.bits]
    case 'float':
      return only('whole', 'real', 'digits', 'decimal', 'exponent') && !tally.long && !tally.wide
    case 'numeric': {
      if (type.precision === undefined) return only('whole', 'digits', 'decimal')
      const { precision, scale = 0 } = type
      return only('digits', 'decimal') && tally.whole <= precision - scale && tally.scale.max <= scale
    }
    case 'text':
      return !type.labels && (type.maxLength === undefined || tally.longest <= type.maxLength)
    case 'date':
      return only('date')
    case 'time':
      return only('time')
    case 'timestamp':
      return only('timestamp', 'instant', 'date')
    case 'uuid':
      return only('uuid')
    case 'json':
      return only('json')
    case 'inet':
      return forms.length === 0
    default:
      return true
  }
}

/** How the column is declared whose cells all fit; undefined: as what was found. */
export function declaredFor({ type }: ColumnWish, tally: Tally): string | undefined {
  switch (type.kind) {
    case 'boolean':
    case 'integer':
    case 'date':
    case 'time':
    case 'uuid':
      return type.kind.toUpperCase()
    case 'timestamp':
      return type.zone ? 'TIMESTAMPTZ' : 'TIMESTAMP'
    case 'float':
      return 'REAL'
    case 'numeric':
      // Once a text was met, nobody has counted the digits of the others.
      return tally.counts.text ? 'DECIMAL_TEXT' : declaredAs('decimal', tally)
    case 'text':
      return tally.counts.real ? '' : 'TEXT'
    case 'json':
    case 'inet':
      return 'TEXT'
    default:
      return undefined
  }
}
