/** Rows of the target that the source has not, or has otherwise, and where they stand. */
import type { Client } from 'pg'
import type { TablePlan } from '../../model/plan.ts'
import type { Cell } from '../../model/types.ts'
import { goesInPieces, mayBeLarge } from '../large.ts'
import { fieldWriter } from '../postgres/copy-canonical.ts'
import { fieldReader, type SendFunction } from '../postgres/copy-fields.ts'
import { largeRow } from '../postgres/copy-large-row.ts'
import { copyOut } from '../postgres/copy-out.ts'
import { CopyRows } from '../postgres/copy-rows.ts'
import { copySource } from '../postgres/copy-source.ts'
import type { CopyStream } from '../postgres/copy-stream.ts'
import type { RowParts } from '../row-parts.ts'
import { NULL, VALUE } from './canonical.ts'
import { type Digester, digestFor } from './digester.ts'
import type { Picks } from './picker.ts'
import type { Scratch } from './scratch.ts'

export interface PickedRow {
  number: bigint
  /** `tableoid` and `ctid`: good for as long as the snapshot in which it was read. */
  part: string
  at: string
}

/** A row's place, in front of its columns. */
const PLACE = `(t.tableoid::pg_catalog.oid::text || ' ' || t.ctid::text)`
const PLACE_FORMAT: SendFunction = 'textsend'

/**
 * The picked rows in batches, as they are read. Fails as `digestTarget` does; who stops before the end ends the
 * connection.
 *
 * @param where condition over the alias `t`
 */
export async function* pickTarget(
  client: Client,
  table: TablePlan,
  pick: Picks,
  progress: (rows: number) => void,
  where?: string,
): AsyncGenerator<PickedRow[]> {
  const { sql, formats } = await copySource(client, table, where, [PLACE])
  const writers = formats.map((format, i) => fieldWriter(table.columns[i]!.type, format))
  const rows = new CopyRows(formats.length + 1)
  const { starts, lengths } = rows
  let place = ''
  let picked: PickedRow[] = []
  const digester = digestFor(table, 'typed', (_bucket, row) => {
    const number = pick(row)
    if (number === undefined) return
    const [part, at] = place.split(' ') as [string, string]
    picked.push({ number, part, at })
  })
  const large = takesLarge(table, formats, digester, text => (place = text))
  for await (const window of copyOut(client, table, sql, rows, large)) {
    const { bytes, view } = window
    const write = (column: number, out: Scratch) => {
      const length = lengths[column + 1]!
      out.byte(length < 0 ? NULL : VALUE)
      if (length >= 0) writers[column]!(bytes, view, starts[column + 1]!, length, out)
    }
    while (rows.next(window)) {
      place = bytes.toString('latin1', starts[0], starts[0]! + lengths[0]!)
      digester.addBy(write)
    }
    progress(digester.digest.count)
    if (picked.length > 0) {
      yield picked
      picked = []
    }
  }
  if (picked.length > 0) yield picked
}

function takesLarge(
  table: TablePlan,
  formats: readonly SendFunction[],
  digester: Digester,
  placed: (place: string) => void,
) {
  if (!mayBeLarge(table)) return undefined
  const fields = [PLACE_FORMAT, ...formats].map(fieldReader)
  const pieces = [false, ...table.columns.map(column => goesInPieces(table, column))]
  return (copy: CopyStream) => largeRow(copy, fields, pieces, behindPlace(digester, placed))
}

/** Takes the place off a row that comes in parts. */
function behindPlace(digester: Digester, placed: (place: string) => void): RowParts {
  let first = true
  return {
    begin: () => {
      first = true
      digester.begin()
    },
    cell: (cell: Cell) => {
      if (!first) return digester.cell(cell)
      first = false
      placed(String(cell))
    },
    large: bytes => digester.large(bytes),
    piece: bytes => digester.piece(bytes),
    end: () => digester.end(),
  }
}
