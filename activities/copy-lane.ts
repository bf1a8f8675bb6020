/** A lane: one source handle and one session of the target, copying one chunk after the other. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'
import {
  type ChunkClaim,
  type ChunkOutcome,
  claimChunk,
  holders,
  openChunks,
  settleChunk,
} from '../ledger/claims.ts'
import { keep } from '../ledger/quarantine.ts'
import { readTables } from '../ledger/reader.ts'
import type { Place } from '../ledger/schema.ts'
import { inTransaction } from '../ledger/transaction.ts'
import { needsConforming } from '../model/conforming.ts'
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Row } from '../model/types.ts'
import { withRowName } from '../stores/conform.ts'
import { digestFor } from '../stores/digest/digester.ts'
import { FittingRows } from '../stores/fitting-rows.ts'
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
  quarantined: number
  altered: number
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
  const names = tables.map(({ name }) => name)
  const open = await openChunks(client, ledger, input.place.run, names)
  for (const table of tables) {
    // No chunk is added later: who has copied as many as were open need not ask whether there is one more.
    for (let left = open.get(table.name) ?? 0; left > 0; left--) {
      if (signal.aborted || Date.now() > deadline) return { more: true, chunks }
      const claim = await claimChunk(client, ledger, input.place, table.name, input.owner, input.sweep)
      if (!claim) {
        if (!input.sweep || !(await release(lane, table.name))) break
        left++
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
  if ((await openChunks(client, ledger, run, [table])).size === 0) return false
  for (const holder of await holders(client, ledger, run, table)) await terminate(client, holder)
  await pause(100)
  return (await openChunks(client, ledger, run, [table])).size > 0
}

/** One transaction: the rows, what was set aside of them, and the fence with their counts and digest. */
async function copyChunk(lane: Lane, table: TablePlan, claim: ChunkClaim): Promise<ChunkCopied> {
  const { input, client, ledger } = lane
  const began = performance.now()
  const { written, bytes, quarantined, altered } = await inTransaction(client, async () => {
    const outcome = await (needsConforming(table) ? copyFitting : copyAll)(lane, table, claim)
    const { read, written, quarantined } = outcome
    if (read !== written + quarantined) throw miscounted(table, read, written, quarantined)
    await settleChunk(client, ledger, input.place, claim, outcome)
    return outcome
  })
  const ms = Math.round(performance.now() - began)
  return { table: table.name, chunk: claim.no, rows: written, quarantined, altered, bytes, ms }
}

async function copyAll(lane: Lane, table: TablePlan, claim: ChunkClaim): Promise<ChunkOutcome> {
  const digester = digestFor(table, 'source')
  const batches = digested(lane.source.read(table, claim), digester)
  const { rows, bytes } = await send(lane, table, claim, batches, 0)
  const { digest } = digester
  const counts = { read: digest.count, written: rows, quarantined: 0, altered: 0 }
  return { ...counts, bytes, digest: Buffer.from(digest.toBytes()) }
}

/**
 * Where columns have conversions or policies. A session can do nothing else during a COPY: when there is no
 * more room for what was set aside the COPY ends, that is written, and another COPY goes on.
 */
async function copyFitting(lane: Lane, table: TablePlan, claim: ChunkClaim): Promise<ChunkOutcome> {
  const { input, client, ledger, source } = lane
  const digester = digestFor(table, 'source')
  const fitting = new FittingRows(table, source.read(withRowName(table), claim))
  let [written, bytes, no] = [0, 0, 0]
  try {
    while (!fitting.over) {
      const copied = await send(lane, table, claim, digested(fitting.rows(), digester), written)
      written += copied.rows
      bytes += copied.bytes
      no = await keep(client, ledger, input.place.run, claim, fitting.take(), no)
    }
  } finally {
    fitting.close()
  }
  const { read, quarantined, altered } = fitting
  return { read, written, quarantined, altered, bytes, digest: Buffer.from(digester.digest.toBytes()) }
}

/** @param before rows of the chunk that an earlier COPY has sent */
function send(lane: Lane, table: TablePlan, claim: ChunkClaim, batches: Iterable<Row[]>, before: number) {
  const heard = (rows: number) => lane.progress({ table: table.name, chunk: claim.no, rows: before + rows })
  return copyIn(lane.client, table, batches, heard, lane.signal)
}

/** The rows on their way: the digest sees what was read, the encoder comes after. */
function* digested(batches: Iterable<Row[]>, digester: { add(rows: Row[]): void }): Iterable<Row[]> {
  for (const batch of batches) {
    digester.add(batch)
    yield batch
  }
}

const miscounted = (table: TablePlan, read: number, written: number, quarantined: number) =>
  new Failure({
    code: 'internal',
    object: `table "${table.name}"`,
    message: `${read} rows were read, ${written} written and ${quarantined} put into quarantine in one chunk, which was taken back`,
  })
