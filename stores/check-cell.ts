/**
 * Whether a cell fits its column's type without any loss: what the scan proves for columns without a policy,
 * asked of each cell where there is one. Encoder and digest both have a say, as each refuses what the other
 * lets pass; the forms of texts are those that the scan knows.
 */
import type { TextFormat } from '../model/assessment.ts'
import { Failure } from '../model/failure.ts'
import { jsonFormats } from '../model/json-format.ts'
import type { ColumnPlan } from '../model/plan.ts'
import { timeFormats } from '../model/time-format.ts'
import type { Cell, LogicalType } from '../model/types.ts'
import { DamagedText } from './damaged-text.ts'
import { writerFor } from './digest/canonical.ts'
import { Scratch } from './digest/scratch.ts'
import { Unfit } from './digest/unfit.ts'
import { misfit } from './misfit.ts'
import { encoderFor } from './postgres/encode.ts'
import { Writer } from './postgres/writer.ts'

/** Throws `Misfit` where the cell does not fit. */
export type CellCheck = (cell: Cell) => void

/** The check for cells of a column, converted where it has a conversion; to be chosen once per column. */
export function checkFor({ type, notNull }: Pick<ColumnPlan, 'type' | 'notNull'>): CellCheck {
  const check = present(type)
  return cell => {
    if (cell === null) {
      if (notNull) misfit('is NULL, and its column holds none')
      return
    }
    if (cell instanceof DamagedText) misfit(`is a text that is not valid ${cell.encoding}`)
    check(cell)
  }
}

function present(type: LogicalType): (cell: NonNullable<Cell>) => void {
  switch (type.kind) {
    case 'text':
      return cell => text(cell, type)
    case 'bytes':
      return cell => {
        if (!(cell instanceof Uint8Array)) misfit('is no blob')
      }
    case 'json':
      return formatted(jsonFormats, type.binary ? 'json' : 'json-text', 'is no JSON that its type keeps')
    case 'date':
      return formatted(timeFormats, 'date', 'is no date (YYYY-MM-DD)')
    case 'time':
      return formatted(timeFormats, 'time', 'is no time of day (HH:MM:SS)')
    case 'timestamp':
      return type.zone
        ? formatted(timeFormats, 'timestamptz', 'is no timestamp with an offset (YYYY-MM-DD HH:MM:SS+00:00)')
        : formatted(timeFormats, 'timestamp', 'is no timestamp without an offset (YYYY-MM-DD HH:MM:SS)')
    default:
      return encodable(type)
  }
}

function text(cell: NonNullable<Cell>, { maxLength, labels }: Extract<LogicalType, { kind: 'text' }>): void {
  if (labels && !labels.includes(String(cell))) misfit('is no label of its type')
  if (typeof cell !== 'string') {
    if (typeof cell !== 'number' && typeof cell !== 'bigint') misfit('is no text')
    return
  }
  if (cell.includes('\0')) misfit('holds a NUL character')
  if (!cell.isWellFormed()) misfit('is no valid Unicode')
  // As many code points as PostgreSQL counts; a text shorter in UTF-16 needs no counting.
  if (maxLength !== undefined && cell.length > maxLength && [...cell].length > maxLength)
    misfit(`is longer than ${maxLength} characters`)
}

function formatted(
  formatsOf: (text: string) => readonly TextFormat[],
  wanted: TextFormat,
  reason: string,
): (cell: NonNullable<Cell>) => void {
  return cell => {
    if (typeof cell !== 'string' || !formatsOf(cell).includes(wanted)) misfit(reason)
  }
}

/** Values of a few bytes: both are asked, into buffers that nobody reads. */
function encodable(type: LogicalType): (cell: NonNullable<Cell>) => void {
  const encode = encoderFor(type, { table: '', column: '' })
  const canonical = writerFor(type, 'source')
  const writer = new Writer()
  const scratch = new Scratch()
  return cell => {
    try {
      encode(cell, writer)
      for (const frame of writer.take() ?? []) writer.recycle(frame)
      scratch.length = 0
      canonical(cell, scratch)
    } catch (error) {
      if (error instanceof Unfit) misfit(error.message)
      if (error instanceof Failure && error.code === 'value') misfit(reasonOf(error))
      throw error
    }
  }
}

/** `a value does not fit bigint: …`, without its subject. */
const reasonOf = ({ facts }: Failure) => facts.message.replace(/^a value /, '')
