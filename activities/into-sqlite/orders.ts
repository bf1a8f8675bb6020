/**
 * Orders of operators for a run into a file. They stand beside the run's artifacts, on the same host as the file, and not in its
 * ledger: a lane holds the file's one lock while it writes a chunk, and an order must not wait for that.
 */
import { join } from 'node:path'
import { readJson, runFolder, writePrivate } from '../../home/home.ts'
import type { Note } from '../../ledger/control.ts'
import { NO_ORDERS, type Orders } from '../../model/control.ts'
import type { FilePlace } from './file.ts'

/** Each execution has its own: one that was outdated changes nothing under a later one. */
const path = (home: string, run: string, epoch: string) => join(runFolder(run, home), `orders-${epoch}.json`)

/** Those in force. */
export const ordersOf = (home: string, { run, epoch }: Pick<FilePlace, 'run' | 'epoch'>): Orders =>
  notedOrders(home, run, epoch)?.orders ?? NO_ORDERS

export const notedOrders = (home: string, run: string, epoch: string): Note | undefined =>
  readJson<Note>(path(home, run, epoch))

/** A note that an attempt before was late with changes nothing under a later one. */
export function noteOrdersOf(home: string, { run, epoch }: FilePlace, note: Note): void {
  const before = notedOrders(home, run, epoch)
  if (!before || before.no < note.no) writePrivate(path(home, run, epoch), JSON.stringify(note))
}
