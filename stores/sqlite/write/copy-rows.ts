/** Rows of PostgreSQL into a table of the file: read, hashed, bound and inserted with no cell in between. */
import type { Client } from 'pg'
import { Failure } from '../../../model/failure.ts'
import { mirrored } from '../../../model/mirror.ts'
import type { TablePlan } from '../../../model/plan.ts'
import { NULL, VALUE } from '../../digest/canonical.ts'
import { digestFor } from '../../digest/digester.ts'
import type { Scratch } from '../../digest/scratch.ts'
import { LARGE } from '../../large.ts'
import { Misfit } from '../../misfit.ts'
import { fieldWriter } from '../../postgres/copy-canonical.ts'
import type { SendFunction } from '../../postgres/copy-fields.ts'
import { copyOut } from '../../postgres/copy-out.ts'
import { CopyRows } from '../../postgres/copy-rows.ts'
import type { CopySource } from '../../postgres/copy-source.ts'
import type { Connection } from '../open.ts'
import { type Binder, type Bound, binderFor } from './bind.ts'
import { RowInserter } from './insert.ts'

export interface RowsCopied {
  rows: number
  bytes: number
  /** Of `Digest.toBytes`. */
  digest: Uint8Array
}

/**
 * Runs the COPY of `source`, calls `begins` when its first rows are there, and inserts them all; the transaction is the caller's. Fails
 * with `value` and the column's name where SQLite would keep another value. Memory: 256 KB, or the largest row.
 */
export async function copyRows(
  client: Client,
  db: Connection,
  table: TablePlan,
  { sql, formats }: CopySource,
  begins: () => Promise<void>,
  progress: (rows: number) => void,
): Promise<RowsCopied> {
  const digester = digestFor(mirrored(table), 'typed')
  const writers = formats.map((format, i) => fieldWriter(table.columns[i]!.type, format))
  const binders = formats.map((format, i) => binderFor(table, table.columns[i]!, format))
  const found = new CopyRows(formats.length)
  const { starts, lengths } = found
  const inserter = new RowInserter(db, table)
  const { columns } = inserter
  let [begun, bytes] = [false, 0]
  for await (const window of copyOut(client, table, sql, found, undefined, 'read the rows')) {
    if (!begun) await begins()
    begun = true
    const { bytes: buffer, view } = window
    const before = window.start
    const write = (column: number, out: Scratch) => {
      const length = lengths[column]!
      out.byte(length < 0 ? NULL : VALUE)
      if (length >= 0) writers[column]!(buffer, view, starts[column]!, length, out)
    }
    while (found.next(window)) {
      digester.addBy(write)
      let column = 0
      try {
        if (found.needed > LARGE) insertLarge(inserter, { binders, formats }, found, window)
        else {
          for (let i = 0; i < columns.length; i++) {
            column = columns[i]!
            const length = lengths[column]!
            inserter.cell(length < 0 ? null : binders[column]!(buffer, view, starts[column]!, length))
          }
          inserter.end()
        }
      } catch (error) {
        throw error instanceof Misfit ? unfit(error, table, column) : error
      }
    }
    inserter.flush()
    bytes += window.start - before
    progress(digester.digest.count)
  }
  return { rows: digester.digest.count, bytes, digest: digester.digest.toBytes() }
}

function insertLarge(
  inserter: RowInserter,
  { binders, formats }: { binders: readonly Binder[]; formats: readonly SendFunction[] },
  { starts, lengths }: CopyRows,
  { bytes, view }: { bytes: Buffer; view: DataView },
): void {
  inserter.flush()
  const asBytes = new Set<number>()
  const cells = inserter.columns.map((column): Bound | null => {
    const [at, length] = [starts[column]!, lengths[column]!]
    if (length < 0) return null
    if (length <= LARGE || !TEXTS.has(formats[column]!)) return binders[column]!(bytes, view, at, length)
    asBytes.add(column)
    return bytes.subarray(at, at + length)
  })
  inserter.large(cells, asBytes)
}

/** Whose bytes are those of the text. */
const TEXTS: ReadonlySet<SendFunction> = new Set(['textsend', 'json_send'])

const unfit = (error: Misfit, { name, columns }: TablePlan, at: number) =>
  new Failure({
    code: 'value',
    object: `table "${name}", column "${columns[at]!.name}"`,
    message: `a value ${error.message}`,
    remedy: 'Give the column another type in the plan file, or correct the value in the source',
  })
