/**
 * Encoders of binary COPY: one is chosen for each column and then called for each cell. They take the cells
 * that SQLite gives and write what the `recv` function of the type reads. The server checks little of it
 * (binary COPY rounds to a scale in silence), so each value is checked here: one that would not come back
 * as it was is refused, never bent.
 */
import type { Cell, LogicalType } from '../../model/types.ts'
import { unfit } from './encode-failure.ts'
import { inet, uuid } from './encode-ids.ts'
import { boolean, float, integer } from './encode-numbers.ts'
import { numeric } from './encode-numeric.ts'
import { bytes, jsonb, text } from './encode-text.ts'
import { date, time, timestamp } from './encode-time.ts'
import type { Writer } from './writer.ts'

/** Writes the length and the bytes of one value that is not null. Throws `Failure('value')`, without the value. */
export type Encoder = (cell: Cell, writer: Writer) => void

/** What a failure names. */
export interface ColumnName {
  table: string
  column: string
}

/** The encoder for cells of a column of this type, null included (length −1). */
export function encoderFor(type: LogicalType, column: ColumnName): Encoder {
  const refuse = (why: string): never => {
    throw unfit(column, type, why)
  }
  const encode = present(type, refuse)
  return (cell, writer) => {
    if (cell === null) writer.int32(-1)
    else encode(cell, writer)
  }
}

/** Says no to a cell, with the reason in words that hold nothing of it. */
export type Refuse = (why: string) => never
/** An encoder of cells that are not null. */
export type Encode = (cell: NonNullable<Cell>, writer: Writer) => void

function present(type: LogicalType, refuse: Refuse): Encode {
  switch (type.kind) {
    case 'boolean':
      return boolean(refuse)
    case 'integer':
      return integer(type.bits, refuse)
    case 'float':
      return float(type.bits, refuse)
    case 'numeric':
      return numeric(type, refuse)
    case 'text':
      return text(type.maxLength, refuse)
    case 'bytes':
      return bytes(refuse)
    case 'date':
      return date(refuse)
    case 'time':
      return time(refuse)
    case 'timestamp':
      return timestamp(type.zone, refuse)
    case 'json':
      return type.binary ? jsonb(refuse) : text(undefined, refuse)
    case 'uuid':
      return uuid(refuse)
    case 'inet':
      return inet(refuse)
    case 'native':
    case 'cell':
      return bytes(refuse)
  }
}
