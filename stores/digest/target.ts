/** The digest of what the target holds, read back row by row, from bytes to bytes. */
import type { Client } from 'pg'
import { isCarried, type TablePlan } from '../../model/plan.ts'
import { goesInPieces, mayBeLarge } from '../large.ts'
import { digestCarried } from '../postgres/carry/transfer.ts'
import { fieldWriter } from '../postgres/copy-canonical.ts'
import { fieldReader, type SendFunction } from '../postgres/copy-fields.ts'
import { largeRow } from '../postgres/copy-large-row.ts'
import { copyOut } from '../postgres/copy-out.ts'
import { CopyRows } from '../postgres/copy-rows.ts'
import { copySource } from '../postgres/copy-source.ts'
import type { CopyStream } from '../postgres/copy-stream.ts'
import { NULL, VALUE } from './canonical.ts'
import type { Digest } from './digest.ts'
import { type Digester, digestFor, type RowHeard } from './digester.ts'
import type { Scratch } from './scratch.ts'

/**
 * Digests all rows of a table's target, or those of a condition over its alias `t`; `progress` hears of the rows read
 * so far, `heard` of each, but not of rows that are carried as they are. The client can do nothing else meanwhile. Memory: 256 KB, or the largest row; of values that go in pieces
 * nothing.
 */
export async function digestTarget(
  client: Client,
  table: TablePlan,
  progress: (rows: number) => void,
  where?: string,
  heard?: RowHeard,
): Promise<Digest> {
  if (isCarried(table)) return digestCarried(client, table, progress, where)
  const { sql, formats } = await copySource(client, table, where)
  const digester = digestFor(table, 'typed', heard)
  const writers = formats.map((format, i) => fieldWriter(table.columns[i]!.type, format))
  const rows = new CopyRows(formats.length)
  const { starts, lengths } = rows
  const large = takesLarge(table, formats, digester)
  for await (const window of copyOut(client, table, sql, rows, large)) {
    const { bytes, view } = window
    const write = (column: number, out: Scratch) => {
      const length = lengths[column]!
      out.byte(length < 0 ? NULL : VALUE)
      if (length >= 0) writers[column]!(bytes, view, starts[column]!, length, out)
    }
    while (rows.next(window)) digester.addBy(write)
    progress(digester.digest.count)
  }
  progress(digester.digest.count)
  return digester.digest
}

/** Digests a row in parts; undefined where no row of the table can be too large for the window. */
function takesLarge(table: TablePlan, formats: readonly SendFunction[], digester: Digester) {
  if (!mayBeLarge(table)) return undefined
  const fields = formats.map(fieldReader)
  const pieces = table.columns.map(column => goesInPieces(table, column))
  return (copy: CopyStream) => largeRow(copy, fields, pieces, digester)
}
