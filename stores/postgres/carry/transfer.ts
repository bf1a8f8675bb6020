/** Rows from a table of one server into a table of another, or only through our hands to be hashed. */
import type { Client } from 'pg'
import { Failure } from '../../../model/failure.ts'
import type { TablePlan } from '../../../model/plan.ts'
import { isServerError, toFailure } from '../../../sessions/errors.ts'
import type { Digest } from '../../digest/digest.ts'
import { broken } from '../copy-rows.ts'
import { CopySession } from '../copy-session.ts'
import { CopyStream } from '../copy-stream.ts'
import { CarriedRows } from './rows.ts'
import { copyInto, copyOutOf } from './statement.ts'

export interface Transferred {
  rows: number
  bytes: number
  /** Of the rows' bytes. */
  digest: Digest
}

/** Bytes that go to the socket as they are, and how many rows end in them. */
export interface Frame {
  bytes: Buffer
  length: number
}

export interface TransferOptions {
  /** A condition over the alias `t`; absent: all rows. */
  where: string
  /** Hears of the rows so far. */
  progress: (rows: number) => void
  signal: AbortSignal
  /** Holds frames back as orders say. */
  pace: (frames: AsyncIterable<Frame>) => Iterable<Frame> | AsyncIterable<Frame>
}

/**
 * Copies rows of `origin` into the table's target, in the transactions that are open in both sessions. Memory: some
 * frames of 256 KB, or of a longer row 4 MB. Where it fails, the source's session may be cut.
 */
export async function transfer(
  { source, target }: { source: Client; target: Client },
  table: TablePlan,
  { where, progress, signal, pace }: TransferOptions,
): Promise<Transferred> {
  signal.throwIfAborted()
  const rows = new CarriedRows(table.format ?? 'binary')
  const session = new CopySession(target, copyInto(table), signal)
  let begun = false
  try {
    await session.ready()
    begun = true
    const frames = framesOf(source, table, copyOutOf(table, table.origin!, where), rows)
    for await (const { bytes } of session.watch(pace(frames))) {
      await session.send([bytes], () => {})
      progress(rows.rows)
    }
    const copied = await session.finish()
    if (copied !== rows.rows) throw miscounted(table, rows.rows, copied)
  } catch (error) {
    await session.abandon()
    if (signal.aborted && error === signal.reason) throw error
    if (begun && isServerError(error) && OF_NAMES.has(error.code)) throw nothingSo(table, error.code)
    throw toFailure(error, { object: `table ${table.name}`, doing: 'copy rows' })
  }
  return rows
}

/** The digest of the rows that the target has, all or those of a condition over the alias `t`. */
export async function digestCarried(
  client: Client,
  table: TablePlan,
  progress: (rows: number) => void,
  where?: string,
): Promise<Digest> {
  const rows = new CarriedRows(table.format ?? 'binary')
  for await (const _ of messages(client, table, copyOutOf(table, table.target, where), rows))
    progress(rows.rows)
  return rows.digest
}

async function* framesOf(
  client: Client,
  table: TablePlan,
  sql: string,
  rows: CarriedRows,
): AsyncGenerator<Frame> {
  let before = 0
  for await (const { bytes, whole } of messages(client, table, sql, rows)) {
    const length = rows.rows - before
    before = rows.rows
    yield { bytes: whole ? Buffer.from(bytes) : framed(bytes), length }
  }
}

/** A piece of a row as a message of its own: where messages end means nothing to a server that reads them. */
function framed(bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(bytes.length + 5)
  frame[0] = 0x64
  frame.writeUInt32BE(bytes.length + 4, 1)
  frame.set(bytes, 5)
  return frame
}

async function* messages(
  client: Client,
  { name, bytes }: TablePlan,
  sql: string,
  rows: CarriedRows,
): AsyncGenerator<{ bytes: Uint8Array; whole: boolean }> {
  const copy = new CopyStream(sql, bytes)
  try {
    client.query(copy)
    for (let more = true; more; ) {
      more = await copy.fill(Math.min(rows.needed, FIRST))
      for (let taken = rows.take(copy.window); taken; taken = rows.take(copy.window)) yield taken
    }
    if (!rows.complete || copy.window.end > copy.window.start) throw broken()
  } catch (error) {
    throw toFailure(error, { object: `table "${name}"`, doing: 'read its rows' })
  } finally {
    copy.abandon()
  }
}

/** Of a row that is longer, pieces are taken. */
const FIRST = 4 * 1024 * 1024

/** undefined_table, undefined_function, undefined_object, ambiguous_function, invalid_name, invalid_schema_name. */
const OF_NAMES: ReadonlySet<string> = new Set(['42P01', '42883', '42704', '42725', '42602', '3F000'])

/** The server's text would quote the value. */
const nothingSo = ({ name }: TablePlan, code: string) =>
  new Failure({
    code: 'value',
    object: `table ${name}`,
    message: `a value of a type such as regclass names something that the target does not have (${code})`,
    remedy: 'Migrate what it names as well, or leave the table out',
  })

const miscounted = (table: TablePlan, sent: number, copied: number) =>
  new Failure({
    code: 'internal',
    object: `table ${table.name}`,
    message: `${sent} rows were sent and the server counts ${copied}`,
    remedy: 'Look for triggers or rules on the table that drop rows',
  })
