/** The texts that a query gives, one a row, as bytes: none of them is held as a whole where it is large. */
import type { Client } from 'pg'
import { fieldReader } from './copy-fields.ts'
import { largeRow } from './copy-large-row.ts'
import { copyOut } from './copy-out.ts'
import { CopyRows } from './copy-rows.ts'
import type { CopyStream } from './copy-stream.ts'

/** Where the bytes go; they are good until the call returns. */
export interface TextSink {
  bytes(bytes: Uint8Array): void
  /** The text is whole. */
  end(): void
}

/**
 * Runs a query of one column of texts that are never NULL; gives their number. The client can do nothing else
 * meanwhile.
 *
 * @param about the table, for messages, and about how many bytes will come
 */
export async function copyTexts(
  client: Client,
  about: { name: string; bytes: number },
  query: string,
  sink: TextSink,
): Promise<number> {
  const rows = new CopyRows(1)
  const { starts, lengths } = rows
  const whole = [fieldReader('textsend')]
  let count = 0
  const parts = {
    begin: () => {},
    cell: (cell: unknown) => sink.bytes(Buffer.from(String(cell))),
    large: () => {},
    piece: (bytes: Uint8Array) => sink.bytes(bytes),
    end: () => {
      count++
      sink.end()
    },
  }
  const sql = `COPY (${query}) TO STDOUT (FORMAT binary)`
  const large = (copy: CopyStream) => largeRow(copy, whole, [true], parts)
  for await (const window of copyOut(client, about, sql, rows, large)) {
    while (rows.next(window)) {
      count++
      sink.bytes(window.bytes.subarray(starts[0], starts[0]! + lengths[0]!))
      sink.end()
    }
  }
  return count
}
