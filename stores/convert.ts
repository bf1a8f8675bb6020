/**
 * The conversions of `model/plan.ts`, each a function from a cell as the source has it to one that the
 * column's type holds. NULL stays NULL; a cell that a conversion says nothing about passes as it is, for the
 * checks behind it to judge. Times become ISO text by integer arithmetic: `Date` has no microseconds and the
 * worker's zone no say.
 */
import { isUtf8 } from 'node:buffer'
import type { Conversion } from '../model/plan.ts'
import type { Cell, LogicalType } from '../model/types.ts'
import { spelledInFull } from './convert-spelling.ts'
import { isoOf } from './convert-time.ts'
import { DamagedText } from './damaged-text.ts'
import { misfit } from './misfit.ts'

type Present = NonNullable<Cell>

/**
 * The function behind a conversion for a column of `type`; to be chosen once per column. It throws `Misfit`,
 * with a reason that holds nothing of the value, for a cell of which it can make nothing.
 */
export function converter(conversion: Conversion, type: LogicalType): (cell: Cell) => Cell {
  const convert = present(conversion, type)
  return cell => (cell === null ? null : convert(cell))
}

function present(conversion: Conversion, type: LogicalType): (cell: Present) => Cell {
  switch (conversion) {
    case 'text-as-bytes':
      return textAsBytes
    case 'bytes-as-text':
      return bytesAsText
    case 'strip-nul':
      return cell => (typeof cell === 'string' ? cell.replaceAll('\0', '') : cell)
    case 'escape-nul':
      return cell => (typeof cell === 'string' ? cell.replaceAll('\0', '\\0') : cell)
    case 'strip-invalid':
      return cell => (cell instanceof DamagedText ? cell.repaired : cell)
    case 'epoch-seconds':
      return cell => timed(cell, type, 1_000_000)
    case 'epoch-milliseconds':
      return cell => timed(cell, type, 1000)
    case 'julian-day':
      return cell => julian(cell, type)
    case 'truth-words':
      return truth
    case 'as-utc':
      return asUtc
    case 'time-spelling':
      return cell => (typeof cell === 'string' ? spelledInFull(cell, type) : cell)
  }
}

/** UTF-8 whatever the database's encoding; what is no valid text keeps the bytes that the file has. */
function textAsBytes(cell: Present): Cell {
  if (cell instanceof DamagedText) return cell.blob
  if (typeof cell === 'number' || typeof cell === 'bigint') return Buffer.from(String(cell))
  return typeof cell === 'string' ? Buffer.from(cell) : cell
}

function bytesAsText(cell: Present): Cell {
  if (!(cell instanceof Uint8Array) || cell instanceof DamagedText) return cell
  if (!isUtf8(cell)) misfit('is a blob that is no valid UTF-8')
  return Buffer.from(cell.buffer, cell.byteOffset, cell.length).toString('utf8')
}

/** Numbers that count from 1970, in units of so many microseconds; texts are left to be read as times. */
function timed(cell: Present, type: LogicalType, unit: number): Cell {
  if (typeof cell !== 'number' && typeof cell !== 'bigint') return cell
  if (typeof cell === 'number' && !Number.isFinite(cell)) return misfit('is no finite number')
  const whole = typeof cell === 'bigint' ? cell : BigInt(Math.floor(cell))
  const rest = typeof cell === 'bigint' ? 0 : Math.round((cell - Math.floor(cell)) * unit)
  return isoOf(whole * BigInt(unit) + BigInt(rest), type)
}

/** 1970-01-01 00:00 in milliseconds of the julian calendar, as SQLite counts them. */
const EPOCH_MS = 210_866_760_000_000

/** To the millisecond, rounded as SQLite's own date functions do. */
function julian(cell: Present, type: LogicalType): Cell {
  if (typeof cell !== 'number' && typeof cell !== 'bigint') return cell
  const day = Number(cell)
  // The days that SQLite takes for such: up to the end of the year 9999.
  if (!(day >= 0 && day < 5_373_484.5)) return misfit('is no julian day')
  return isoOf(BigInt(Math.floor(day * 86_400_000 + 0.5) - EPOCH_MS) * 1000n, type)
}

const TRUE = /^(?:t|true|y|yes|on|1)$/i
const FALSE = /^(?:f|false|n|no|off|0)$/i

function truth(cell: Present): Cell {
  if (typeof cell !== 'string') return cell
  if (TRUE.test(cell)) return 1
  return FALSE.test(cell) ? 0 : misfit('is no word for true or false')
}

const WITHOUT_OFFSET = /^\d{4}-\d\d-\d\d[ Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/

const asUtc = (cell: Present): Cell =>
  typeof cell === 'string' && WITHOUT_OFFSET.test(cell) ? `${cell}Z` : cell
