/**
 * Sessions whose other end is gone without a word: a router that forgot the connection, a host that was cut off.
 * No timeout of a statement fits, as one may wait for hours for a lock or an index. What is known is whether the
 * work behind a session is still wanted: work that moves no more misses its heartbeats and is given up.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Client } from 'pg'

/** Time for work that was given up to end in good order; longer than a COPY waits for its last answer. */
const ORDERLY_MS = 8_000
/** How long a server may take to say goodbye. */
const GOODBYE_MS = 5_000

const wanted = new AsyncLocalStorage<AbortSignal>()

/** Sessions that `work` opens are cut when the signal has come and they are open a while later. */
export function whileWanted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return wanted.run(signal, work)
}

/** Cuts a session of work that nobody wants any more; whatever waits for an answer on it fails. */
export function cutWhenUnwanted(client: Client): void {
  const signal = wanted.getStore()
  if (!signal) return
  let timer: NodeJS.Timeout | undefined
  const unwanted = () => {
    timer = setTimeout(() => cut(client), ORDERLY_MS)
  }
  if (signal.aborted) unwanted()
  else signal.addEventListener('abort', unwanted, { once: true })
  client.once('end', () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', unwanted)
  })
}

/** Does something on a session within a time, or cuts it; then it fails with what the driver says of timeouts. */
export async function within<T>(client: Client, milliseconds: number, work: () => Promise<T>): Promise<T> {
  if (milliseconds <= 0) return work()
  const timer = setTimeout(() => cut(client, new Error('timeout expired')), milliseconds)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}

/** Closes a session, in bounded time also where nobody answers. Never rejects. */
export async function hangUp(client: Client): Promise<void> {
  await within(client, GOODBYE_MS, () => client.end()).catch(() => {})
}

function cut(client: Client, reason?: Error): void {
  const { connection } = client as unknown as { connection: { stream: NodeJS.WritableStream & Destroyable } }
  connection.stream.destroy(reason)
}

interface Destroyable {
  destroy(reason?: Error): void
}
