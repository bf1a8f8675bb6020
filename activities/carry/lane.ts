/** The lane of a PostgreSQL source into PostgreSQL; runs in a thread. */
import type { Client } from 'pg'
import type { PostgresSource } from '../../model/endpoint.ts'
import { hangUp } from '../../sessions/black-hole.ts'
import { transfer } from '../../stores/postgres/carry/transfer.ts'
import { boundsOf, conditionOf } from '../../stores/postgres/source/ranges.ts'
import type { LaneHands, Part } from '../copy-chunk.ts'
import { type LaneInput, type LaneResult, type LaneSource, workLane } from '../copy-lane.ts'
import { openSource } from '../from-postgres/session.ts'

export interface CarryLaneInput extends LaneInput {
  source: PostgresSource
}

export async function carryLane(
  input: CarryLaneInput,
  progress: (detail: unknown) => void,
  signal: AbortSignal,
): Promise<LaneResult> {
  const rows = new SourceRows(input)
  try {
    return await workLane(input, rows, progress, signal)
  } finally {
    await rows.close()
  }
}

class SourceRows implements LaneSource {
  readonly #input: CarryLaneInput
  #client: Client | undefined

  constructor(input: CarryLaneInput) {
    this.#input = input
  }

  readonly bounds: LaneSource['bounds'] = async (table, rows) => boundsOf(await this.#open(), table, rows)

  readonly copy: LaneSource['copy'] = async (hands, part) => {
    const source = await this.#open()
    try {
      return await copyChunk(source, hands, part)
    } catch (error) {
      // A COPY that was not read to its end leaves the session useless.
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    if (client) await hangUp(client)
  }

  async #open(): Promise<Client> {
    const { home, place, source } = this.#input
    this.#client ??= await openSource(home, place.run, source)
    return this.#client
  }
}

async function copyChunk(source: Client, hands: LaneHands, { table, claim }: Part) {
  // Where a COPY fails while rows are held back, whoever holds them ends with it.
  const over = new AbortController()
  try {
    const { rows, bytes, digest } = await transfer({ source, target: hands.client }, table, {
      where: conditionOf(table, claim),
      progress: rows => hands.progress({ table: table.name, chunk: claim.no, rows }),
      signal: hands.signal,
      pace: frames => (hands.limited() ? hands.pace(frames, table, over.signal) : frames),
    })
    const counts = { read: rows, written: rows, quarantined: 0, altered: 0 }
    return { ...counts, bytes, digest: Buffer.from(digest.toBytes()) }
  } finally {
    over.abort()
  }
}
