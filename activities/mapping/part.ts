/** A part of the work: one entry of a mapping, with what is known of both its sides. */
import type { MappedTable } from '../../model/mapping/mapping.ts'
import type { MappedCell, Refusal } from '../../model/mapping/refusal.ts'
import type { MappingColumn, MappingTable } from '../../model/mapping/target.ts'
import type { LogicalType } from '../../model/types.ts'
import type { Source } from './sources.ts'

export interface EntryPart {
  /** As the work file calls it. */
  name: string
  table: string
  entry: MappedTable
  source: Source
  columns: EntryColumn[]
  /** Of the target, where it is there. */
  there?: MappingTable
  /** Rows are taken again that an earlier run has rejected. */
  again: boolean
  /** Others go with its rows: what became of each is kept. */
  isParent: boolean
  /** The part that its rows go with. */
  parent?: { name: string; table: string; rowNumber: string }
}

export interface EntryColumn {
  name: string
  type: LogicalType | undefined
  /** Of the target, where it is there. */
  there?: MappingColumn
}

/** What fills the columns that are only filled once it is known that a row is taken. */
export interface Late {
  /** Cells of a column for so many rows. */
  fill: (part: EntryPart, column: EntryColumn, keys: string[]) => Promise<LateCell[]>
}

export interface LateCell {
  cell: MappedCell
  /** Of a password that was made: itself. */
  secret?: string
}

/** Sees what becomes of each row. */
export interface Watch {
  see: (row: bigint, key: () => string, fate: MappedCell[] | Refusal | 'filtered' | 'duplicate') => void
}
