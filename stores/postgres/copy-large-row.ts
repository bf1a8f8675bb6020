/** One row of a binary COPY while it is still coming in: values of many megabytes go on piece by piece. */
import { LARGE } from '../large.ts'
import type { RowParts } from '../row-parts.ts'
import type { FieldReader } from './copy-fields.ts'
import { broken } from './copy-rows.ts'
import type { CopyStream } from './copy-stream.ts'

const NULL = -1

/** Reads the row at the window's start and moves that behind it. `pieces`: which fields may go in pieces. */
export async function largeRow(
  copy: CopyStream,
  fields: readonly FieldReader[],
  pieces: readonly boolean[],
  parts: RowParts,
): Promise<void> {
  await have(copy, 2)
  if (copy.window.view.getInt16(copy.window.start) !== fields.length) throw broken()
  copy.window.start += 2
  parts.begin()
  for (let i = 0; i < fields.length; i++) {
    await have(copy, 4)
    const length = copy.window.view.getInt32(copy.window.start)
    copy.window.start += 4
    if (length > LARGE && pieces[i]) await largeField(copy, length, parts)
    else if (length === NULL) parts.cell(null)
    else await field(copy, fields[i]!, length, parts)
  }
  parts.end()
}

async function field(copy: CopyStream, read: FieldReader, length: number, parts: RowParts): Promise<void> {
  await have(copy, length)
  const { window } = copy
  parts.cell(read(window.bytes, window.view, window.start, length))
  window.start += length
}

async function largeField(copy: CopyStream, length: number, parts: RowParts): Promise<void> {
  parts.large(length)
  for (let left = length; left > 0; ) {
    await have(copy, 1)
    const { window } = copy
    const end = Math.min(window.end, window.start + left)
    parts.piece(window.bytes.subarray(window.start, end))
    left -= end - window.start
    window.start = end
  }
}

/** Waits until so many bytes are in the window, in one piece. */
async function have(copy: CopyStream, bytes: number): Promise<void> {
  const { window } = copy
  if (window.end - window.start >= bytes) return
  await copy.fill(bytes)
  if (window.end - window.start < bytes) throw broken()
}
