/** Reads an object a line. */
import type { FileBatch } from '../../model/files/batch.ts'
import type { Cursor } from './cursor.ts'
import { behindBlanks, INCOMPLETE } from './skip.ts'
import { NO_OBJECT, type TableRows } from './table-rows.ts'

/** Lines without anything in them are none; what is no object is bad, and the lines behind it are read. */
export async function* readLines(cursor: Cursor, rows: TableRows): AsyncGenerator<FileBatch> {
  for (let line = cursor.line; ; line++) {
    const end = await lineEnd(cursor)
    const start = behindBlanks(cursor.text, cursor.at)
    if (start < end) {
      cursor.at = start
      readLine(cursor, rows, end, line)
    }
    cursor.at = Math.min(end + 1, cursor.text.length)
    if (rows.isFull) yield* rows.batch()
    if (cursor.last && cursor.at >= cursor.text.length) break
  }
  rows.parser.release()
  yield* rows.batch()
}

function readLine(cursor: Cursor, rows: TableRows, end: number, line: number): void {
  const fault = cursor.code === 0x7b ? faultOf(cursor, rows, end) : NO_OBJECT
  if (fault) rows.addBad(cursor, end, line, fault)
  else rows.add(cursor, end, line)
}

/** Reads the object of a line; what is wrong with it. */
function faultOf(cursor: Cursor, rows: TableRows, end: number): { rule: string; reason: string } | undefined {
  const behind = rows.parser.parse(cursor.text, cursor.at)
  if (behind === INCOMPLETE && end === cursor.text.length)
    throw cursor.failure('it ends in the middle of an object')
  if (behind < 0) return rows.parser.fault
  return behindBlanks(cursor.text, behind) < end || behind > end ? NO_JSON : undefined
}

const NO_JSON = { rule: 'json', reason: 'it is no valid JSON' } as const

/** The place of the next end of a line. */
async function lineEnd(cursor: Cursor): Promise<number> {
  for (;;) {
    const end = cursor.text.indexOf('\n', cursor.at)
    if (end >= 0) return end
    if (cursor.last) return cursor.text.length
    await cursor.more()
  }
}
