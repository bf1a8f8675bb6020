/** A row that comes cell by cell, large values piece by piece: the events, in the order of the plan's columns. */
import type { Cell } from '../model/types.ts'

export interface RowParts {
  begin(): void
  cell(cell: Cell): void
  /** The next cell is a text or blob of so many bytes; its pieces follow. */
  large(bytes: number): void
  /** Good until the call returns. */
  piece(bytes: Uint8Array): void
  end(): void
}
