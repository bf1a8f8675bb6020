/** A lane: one source handle and one session of the target, copying one chunk after the other. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'
import { type ChunkClaim, claimChunk, holders, openChunks, settleChunk } from '../ledger/claims.ts'
import { readTables } from '../ledger/reader.ts'
import type { Place } from '../ledger/schema.ts'
import { inTransaction } from '../ledger/transaction.ts'
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Row } from '../model/types.ts'
import { digestFor } from '../stores/digest/digester.ts'
import { identify, terminate } from '../stores/postgres/backend.ts'
import { copyIn } from '../stores/postgres/copy-in.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import type { SourceStore } from '../stores/store.ts'
import { openRun, withSession } from './session.ts'

export interface LaneInput {
  place: RunPlace
  home: string
  snapshot: string
  tables: string[]
  owner: string
  sweep: boolean
  budgetMs: number
}

export interface ChunkCopied {
  table: string
  chunk: number
  rows: number
  bytes: number
  ms: number
}

export interface LaneResult {
  more: boolean
  total: number
  chunks: ChunkCopied[]
}

interface Lane {
  input: LaneInput
  client: Client
  ledger: Place
  source: SourceStore
  signal: AbortSignal
  progress: (detail: unknown) => void
}

/** Copies until no chunk is left for this lane, the time is over, or it is told to stop. */
export async function copyLane(
  input: LaneInput,
  progress: (detail: unknown) => void,
  signal: AbortSignal,
): Promise<LaneResult> {
  const { place, home } = input
  return withSession(home, place.target, place.run, async client => {
    const source = openSqlite(input.snapshot)
    try {
      const { ledger, plan } = await openRun(client, place)
      const wanted = plan.what.tables.filter(t => input.tables.includes(t.name))
      const { more, chunks } = await copyTables({ input, client, ledger, source, signal, progress }, wanted)
      const rows = await readTables(client, ledger, place.run)
      const total = rows.filter(r => input.tables.includes(r.name)).reduce((sum, r) => sum + r.written, 0)
      return { more, total, chunks }
    } finally {
      source.close()
    }
  })
}

async function copyTables(
  lane: Lane,
  tables: TablePlan[],
): Promise<{ more: boolean; chunks: ChunkCopied[] }> {
  const { input, client, ledger, signal } = lane
  const me = await identify(client)
  lane.progress({ backend: me.pid })
  const deadline = Date.now() + input.budgetMs
  const chunks: ChunkCopied[] = []
  for (const table of tables) {
    for (;;) {
      if (signal.aborted || Date.now() > deadline) return { more: true, chunks }
      const claim = await claimChunk(client, ledger, input.place, table.name, input.owner, input.sweep)
      if (!claim) {
        if (!input.sweep || !(await release(lane, table.name))) break
        continue
      }
      const { previous } = claim
      if (previous && previous.pid !== me.pid) await terminate(client, previous)
      chunks.push(await copyChunk(lane, table, claim))
    }
  }
  return { more: false, chunks }
}

/** Ends the sessions that stand in the midst of a commit; whether there is anything left to claim. */
async function release({ input, client, ledger }: Lane, table: string): Promise<boolean> {
  const { run } = input.place
  if ((await openChunks(client, ledger, run, table)) === 0) return false
  for (const holder of await holders(client, ledger, run, table)) await terminate(client, holder)
  await pause(100)
  return (await openChunks(client, ledger, run, table)) > 0
}

/** One transaction: the rows, and the fence with their count and digest. */
async function copyChunk(lane: Lane, table: TablePlan, claim: ChunkClaim): Promise<ChunkCopied> {
  const { input, client, ledger, source, signal, progress } = lane
  const began = performance.now()
  const digester = digestFor(table, 'source')
  const { rows, bytes } = await inTransaction(client, async () => {
    const batches = digested(source.read(table, claim), digester)
    const copied = await copyIn(
      client,
      table,
      batches,
      done => progress({ table: table.name, chunk: claim.no, rows: done }),
      signal,
    )
    const read = digester.digest.count
    if (read !== copied.rows) throw miscounted(table, read, copied.rows)
    await settleChunk(client, ledger, input.place, claim, {
      read,
      written: copied.rows,
      bytes: copied.bytes,
      digest: Buffer.from(digester.digest.toBytes()),
    })
    return copied
  })
  return { table: table.name, chunk: claim.no, rows, bytes, ms: Math.round(performance.now() - began) }
}

/** The rows on their way: the digest sees what was read, the encoder comes after. */
function* digested(batches: Iterable<Row[]>, digester: { add(rows: Row[]): void }): Iterable<Row[]> {
  for (const batch of batches) {
    digester.add(batch)
    yield batch
  }
}

const miscounted = (table: TablePlan, read: number, written: number) =>
  new Failure({
    code: 'internal',
    object: `table "${table.name}"`,
    message: `${read} rows were read and ${written} written in one chunk, which was taken back`,
  })
