/** Chunks: their rows, what was set aside of them, and the fence with their counts and digests, in one transaction. */
import type { Client } from 'pg'
import { type ChunkClaim, type ChunkOutcome, settleChunks } from '../ledger/claims.ts'
import { chunkMark, mark } from '../ledger/marks.ts'
import { keep } from '../ledger/quarantine.ts'
import type { RunToken } from '../ledger/runs.ts'
import type { Place } from '../ledger/schema.ts'
import { inTransaction } from '../ledger/transaction.ts'
import { needsConforming } from '../model/conforming.ts'
import { Failure } from '../model/failure.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Row } from '../model/types.ts'
import { isPooled } from '../sessions/pooled.ts'
import { withRowName } from '../stores/conform.ts'
import { digestFor } from '../stores/digest/digester.ts'
import { rawDigester } from '../stores/digest/raw.ts'
import { FittingRows } from '../stores/fitting-rows.ts'
import { copyIn } from '../stores/postgres/copy-in.ts'
import { heardBy, type RawRows } from '../stores/raw-row.ts'
import type { SourceStore } from '../stores/store.ts'
import { upsertChunk } from './upsert-chunk.ts'

export interface ChunkCopied {
  table: string
  chunk: number
  rows: number
  quarantined: number
  altered: number
  bytes: number
  ms: number
}

/** What copying needs of its lane, whatever the source. */
export interface LaneHands {
  client: Client
  ledger: Place
  token: RunToken
  /** Copies the rows of a chunk, in the transaction that is open in `client`. */
  copy: (hands: LaneHands, part: Part) => Promise<ChunkOutcome>
  signal: AbortSignal
  progress: (detail: unknown) => void
  /** Whether rows are held back at all. */
  limited: () => boolean
  /** Holds rows back as the orders say, until `over`; a batch's length is its number of rows. */
  pace: <B extends { length: number }>(
    batches: Iterable<B> | AsyncIterable<B>,
    table: TablePlan,
    over: AbortSignal,
  ) => Iterable<B> | AsyncIterable<B>
}

/** The same with a SQLite source. */
export interface Hands extends LaneHands {
  source: SourceStore
}

/** A chunk that was claimed, of this table. */
export interface Part {
  table: TablePlan
  claim: ChunkClaim
}

/** Copies chunks, all of them or none. */
export async function copyParts(hands: LaneHands, parts: readonly Part[]): Promise<ChunkCopied[]> {
  const { client, ledger, token } = hands
  return inTransaction(client, async () => {
    if (isPooled(client))
      await mark(
        client,
        parts.map(({ claim }) => chunkMark(token.run, claim.table, claim.no)),
      )
    const copied: (Part & { outcome: ChunkOutcome; ms: number })[] = []
    for (const part of parts) {
      const began = performance.now()
      const outcome = await counted(hands, part)
      copied.push({ ...part, outcome, ms: Math.round(performance.now() - began) })
    }
    await settleChunks(client, ledger, token, copied)
    return copied.map(({ table, claim, outcome: { written: rows, quarantined, altered, bytes }, ms }) => ({
      ...{ table: table.name, chunk: claim.no, rows, quarantined, altered, bytes, ms },
    }))
  })
}

async function counted(hands: LaneHands, part: Part): Promise<ChunkOutcome> {
  const outcome = await hands.copy(hands, part)
  const { read, written, quarantined, skipped = 0 } = outcome
  if (read !== written + skipped + quarantined) throw miscounted(part.table, read, written, quarantined)
  return outcome
}

/** The rows of a chunk from SQLite. */
export function copyRows(hands: Hands, { table, claim }: Part): Promise<ChunkOutcome> {
  const copy = (into: TablePlan) => (needsConforming(into) ? copyFitting : copyAll)(hands, into, claim)
  const { upsert } = table
  return upsert ? upsertChunk(hands, { table: { ...table, upsert }, claim }, copy) : copy(table)
}

async function copyAll(hands: Hands, table: TablePlan, claim: ChunkClaim): Promise<ChunkOutcome> {
  const digester = digestFor(table, 'source')
  // Rows are held back by values.
  const raw = hands.limited() ? undefined : hands.source.readRaw(table, claim)
  const batches = raw
    ? heardBy(raw, rawDigester(digester, table, raw.places))
    : digested(hands.source.read(table, claim), digester)
  const { rows, bytes } = await send(hands, table, claim, batches, 0)
  const { digest } = digester
  const counts = { read: digest.count, written: rows, quarantined: 0, altered: 0 }
  return { ...counts, bytes, digest: Buffer.from(digest.toBytes()) }
}

/**
 * Where columns have conversions or policies. A session can do nothing else during a COPY: when there is no
 * more room for what was set aside the COPY ends, that is written, and another COPY goes on.
 */
async function copyFitting(hands: Hands, table: TablePlan, claim: ChunkClaim): Promise<ChunkOutcome> {
  const { client, ledger, token, source } = hands
  const digester = digestFor(table, 'source')
  const fitting = new FittingRows(table, source.read(withRowName(table), claim))
  let [written, bytes, no] = [0, 0, 0]
  try {
    while (!fitting.over) {
      const copied = await send(hands, table, claim, digested(fitting.rows(), digester), written)
      written += copied.rows
      bytes += copied.bytes
      no = await keep(client, ledger, token.run, claim, fitting.take(), no)
    }
  } finally {
    fitting.close()
  }
  const { read, quarantined, altered } = fitting
  return { read, written, quarantined, altered, bytes, digest: Buffer.from(digester.digest.toBytes()) }
}

/** @param before rows of the chunk that an earlier COPY has sent */
async function send(
  hands: Hands,
  table: TablePlan,
  claim: ChunkClaim,
  batches: Iterable<Row[]> | RawRows,
  before: number,
) {
  const heard = (rows: number) => hands.progress({ table: table.name, chunk: claim.no, rows: before + rows })
  // Where a COPY fails while rows are held back, whoever holds them still has the reader open.
  const over = new AbortController()
  try {
    const paced = 'places' in batches ? batches : hands.pace(batches, table, over.signal)
    return await copyIn(hands.client, table, paced, heard, hands.signal)
  } finally {
    over.abort()
  }
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
