/**
 * Holds a run's snapshot, in a process of its own: workers come and go, and a transaction does not outlive its session.
 * Started by `start-holders.ts`, which tells it what to do; ends by itself when nobody needs it any more.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { runFolder } from '../../home/home.ts'
import { markOf } from '../../home/process.ts'
import { connect } from '../../sessions/connect.ts'
import { toFailure } from '../../sessions/errors.ts'
import { identify } from '../../stores/postgres/backend.ts'
import { exportSnapshot, holdSnapshot } from '../../stores/postgres/source/snapshot.ts'
import { findHolders } from './holder.ts'
import type { FromHolder, Order } from './start-holders.ts'

/** How often it looks whether it is still wanted, and how often it speaks to the server. */
const LOOK_MS = 1000
const ASK_MS = 30_000
/** A run that was not touched for so long, nobody comes back to. */
const SILENCE_MS = 14 * 24 * 3600 * 1000

process.once('message', (order: Order) => void hold(order))
process.once('disconnect', () => {
  // Who started it went before it said what to do.
  if (!begun) process.exit()
})
let begun = false

async function hold(order: Order): Promise<void> {
  begun = true
  try {
    const client = await connect(order.source, {
      home: order.home,
      env: process.env,
      application: `longhaul snapshot of ${order.run}`,
    })
    client.once('end', () => process.exit())
    const { schema } = order.source
    const exported = order.after
      ? await holdSnapshot(client, schema, order.after, order.patienceMs)
      : await exportSnapshot(client, schema, order.patienceMs)
    const backend = await identify(client)
    say({ type: 'holds', holder: { ...markOf(process.pid)!, ...exported, backend } })
    watch(order, client)
  } catch (error) {
    const { facts } = toFailure(error, { object: 'the source', doing: 'take its snapshot' })
    say({ type: 'failed', facts })
    process.disconnect?.()
    process.exitCode = 1
    setTimeout(() => process.exit(), LOOK_MS).unref()
  }
}

function say(message: FromHolder): void {
  if (process.connected) process.send!(message)
}

/** Whoever started it says so by hanging up that the record has been written, or by dying that it will not be. */
function watch(order: Order, client: Client): void {
  let asked = Date.now()
  setInterval(() => {
    if (process.connected) return
    if (!isWanted(order)) process.exit()
    if (Date.now() - asked < ASK_MS) return
    asked = Date.now()
    client.query('SELECT').catch(() => process.exit())
  }, LOOK_MS)
}

function isWanted({ home, run }: Order): boolean {
  try {
    const record = findHolders(home, run)
    if (!record || record.released || !record.holders.some(({ pid }) => pid === process.pid)) return false
    const folder = runFolder(run, home)
    const touched = readdirSync(folder).map(name => statSync(join(folder, name)).mtimeMs)
    return Date.now() - Math.max(...touched) < SILENCE_MS
  } catch {
    // A file that went between two looks, or a folder that cannot be read just now: the next look tells.
    return true
  }
}
