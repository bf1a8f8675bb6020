/**
 * Rows into a table by binary COPY, with frames of our own straight to the socket. Not for speed: over 300,000
 * rows it and `pg-copy-streams` were alike within the noise (medians 449 and 415 ms, 289 and 308 ms of CPU). It
 * is for the endings: a COPY given up with the session still usable, an abort, a server that answers no more.
 */
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import { toFailure } from '../../sessions/errors.ts'
import type { RawRows } from '../raw-row.ts'
import { CopySession } from './copy-session.ts'
import { idents, qualified } from './quote.ts'
import { RowFrames } from './row-frames.ts'

export interface Copied {
  rows: number
  /** Bytes of the binary format that went out. */
  bytes: number
}

export type Batches = Iterable<Row[]> | AsyncIterable<Row[]> | RawRows

/**
 * Copies all rows of `batches`, cells in the order of `table.columns`; those of generated columns are not sent. `progress` hears the sums so far
 * whenever something was sent. Memory holds a frame or two and the batch at hand, whatever the rows come to.
 *
 * Rejects once, with a `Failure`: of a cell that does not fit or of the reader (the COPY is then failed, so
 * that nothing of it stays and the session can roll back), of the server, or of the connection. Rejects with
 * the signal's reason when that is aborted; a server that does not answer then loses its connection.
 */
export async function copyIn(
  client: Client,
  table: TablePlan,
  batches: Batches,
  progress: (rows: number, bytes: number) => void,
  signal?: AbortSignal,
): Promise<Copied> {
  signal?.throwIfAborted()
  const session = new CopySession(client, statement(table), signal)
  const frames = new RowFrames(table)
  const { writer } = frames
  try {
    await session.ready()
    writer.begin()
    const full = 'places' in batches ? frames.ofRaw(batches) : frames.ofValues(session.watch(batches))
    for await (const some of full) {
      await session.send(some, frame => writer.recycle(frame))
      progress(frames.rows, writer.bytes)
    }
    writer.end()
    await session.send(writer.take() ?? [], frame => writer.recycle(frame))
    const copied = await session.finish()
    if (copied !== frames.rows) throw miscounted(table, frames.rows, copied)
  } catch (error) {
    await session.abandon()
    throw explain(error, table, signal)
  }
  progress(frames.rows, writer.bytes)
  return { rows: frames.rows, bytes: writer.bytes }
}

/** What the target computes itself may not be sent. */
function statement({ target, columns }: TablePlan): string {
  const names = idents(columns.filter(c => c.generated === undefined).map(c => c.target))
  return `COPY ${qualified(target.schema, target.name)} (${names}) FROM STDIN (FORMAT binary)`
}

function miscounted(table: TablePlan, sent: number, copied: number): Failure {
  return new Failure({
    code: 'internal',
    object: `table ${table.name}`,
    message: `${sent} rows were sent and the server counts ${copied}`,
    remedy: 'Look for triggers or rules on the table that drop rows',
  })
}

function explain(error: unknown, table: TablePlan, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted && error === signal.reason) return error
  const column = columnOf(error, table)
  return toFailure(error, {
    object: column ? `${table.name}.${column}` : `table ${table.name}`,
    doing: 'copy rows',
  })
}

/**
 * The server names the column at the end of an error's context. The context may hold values and is only
 * compared with what we know. The longest name that fits is the one, as one may end like another.
 */
function columnOf(error: unknown, table: TablePlan): string | undefined {
  if (!(error instanceof Error) || !('where' in error) || typeof error.where !== 'string') return undefined
  const { where } = error
  return table.columns
    .filter(({ target }) => where.endsWith(`, column ${target}`))
    .sort((a, b) => b.target.length - a.target.length)[0]?.name
}
