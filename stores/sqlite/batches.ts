/** Rows of one statement, in batches that are bounded in rows and in bytes. */
import type { Cell, Row } from '../../model/types.ts'

/** Calls into SQLite per batch are few enough, and batches live in the processor's cache. */
export const BATCH_ROWS = 300
/** A batch ends with the row that passes this. */
export const BATCH_BYTES = 4 * 1024 * 1024

export function* inBatches(rows: Iterable<Row>): Iterable<Row[]> {
  let batch: Row[] = []
  let bytes = 0
  for (const row of rows) {
    batch.push(row)
    bytes += sizeOf(row)
    if (batch.length < BATCH_ROWS && bytes < BATCH_BYTES) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

function sizeOf(row: Row): number {
  let bytes = 0
  for (let i = 0; i < row.length; i++) bytes += cellSize(row[i]!)
  return bytes
}

const cellSize = (cell: Cell): number =>
  typeof cell === 'string' || cell instanceof Uint8Array ? cell.length : 8
