/** A lane: one source handle and one session of the target, copying one chunk after the other. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'
import { type ChunkClaim, type Claimed, claimChunk, holders, openChunks } from '../ledger/claims.ts'
import { claimTogether } from '../ledger/claims-together.ts'
import { readControl } from '../ledger/control.ts'
import { chunkMark, markedBy } from '../ledger/marks.ts'
import { readFigures } from '../ledger/reader.ts'
import { setStep } from '../ledger/runs.ts'
import type { TableFigures } from '../model/control.ts'
import { Failure, type FailureCode } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import { hangUp } from '../sessions/black-hole.ts'
import { connect } from '../sessions/connect.ts'
import { type Backend, terminate } from '../stores/postgres/backend.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import { mustBeMade } from './as-heard.ts'
import { type ChunkCopied, copyParts, copyRows, type LaneHands } from './copy-chunk.ts'
import { type Cut, cutTables } from './cut-tables.ts'
import { openRun, tellBackend, withSession } from './session.ts'
import { smallOnes } from './small-tables.ts'
import { Throttle } from './throttle.ts'

export interface LaneInput {
  place: RunPlace
  home: string
  tables: string[]
  owner: string
  sweep: boolean
  cut?: boolean
  budgetMs: number
}

export interface LaneResult {
  more: boolean
  total: number
  figures: TableFigures[]
  cuts: Cut[]
  chunks: ChunkCopied[]
}

/** Where a lane's chunks come from. */
export interface LaneSource {
  bounds: Parameters<typeof cutTables>[2]
  copy: LaneHands['copy']
}

/** The lane of a SQLite source. */
export async function copyLane(
  input: LaneInput & { snapshot: string },
  progress: (detail: unknown) => void,
  signal: AbortSignal,
): Promise<LaneResult> {
  const source = openSqlite(input.snapshot)
  const bounds: LaneSource['bounds'] = (table, rows) => source.bounds(table, rows)
  const copy: LaneSource['copy'] = (hands, part) => copyRows({ ...hands, source }, part)
  try {
    return await workLane(input, { bounds, copy }, progress, signal)
  } finally {
    source.close()
  }
}

/** Copies until no chunk is left for this lane, the time is over, orders change, or it is told to stop. */
export async function workLane(
  input: LaneInput,
  { bounds, copy }: LaneSource,
  progress: (detail: unknown) => void,
  signal: AbortSignal,
): Promise<LaneResult> {
  const { place, home } = input
  return withSession(home, place.target, place.run, async client => {
    const { ledger, plan } = await openRun(client, place)
    const me = await tellBackend(client, progress)
    await mustBeMade(client, ledger, place.run)
    const cuts = input.cut ? await cut({ client, ledger, plan, token: place }, input, bounds) : []
    await compressFast(client)
    const hands = { client, ledger, token: place, copy, signal, progress }
    const lane = new Lane(input, hands, me)
    const tables = plan.what.tables.filter(t => input.tables.includes(t.name))
    const more = await lane.copy(tables).finally(() => lane.close())
    const figures = await readFigures(client, ledger, place.run, input.tables)
    const total = figures.reduce((sum, { written }) => sum + written, 0)
    return { more, total, figures, cuts, chunks: lane.chunks }
  })
}

async function cut(
  target: Parameters<typeof cutTables>[0],
  { place, tables }: LaneInput,
  bounds: LaneSource['bounds'],
): Promise<Cut[]> {
  await setStep(target.client, target.ledger, place, 'copy', 'running')
  return cutTables(target, tables, bounds)
}

/**
 * Long values are compressed by lz4 where the server was built with it (from PostgreSQL 14 on): it takes less of the
 * processor than PostgreSQL's own way (2.03 to 1.90 s for the 2 million rows of `bench/make-source.ts`). The columns' definitions stay as they are.
 */
async function compressFast(client: Client): Promise<void> {
  const { rows } = await client.query(
    `SELECT FROM pg_catalog.pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)`,
  )
  if (rows.length > 0) await client.query(`SET default_toast_compression = 'lz4'`)
}

class Lane {
  readonly chunks: ChunkCopied[] = []
  readonly #input: LaneInput
  readonly #hands: LaneHands
  readonly #me: Backend
  readonly #throttle = new Throttle()
  /** Of the orders in force when it began: newer ones end it. */
  #revision: number | undefined
  #lookout: Client | undefined

  constructor(input: LaneInput, hands: Omit<LaneHands, 'pace' | 'limited'>, me: Backend) {
    this.#input = input
    this.#me = me
    this.#hands = {
      ...hands,
      limited: () => this.#throttle.limits,
      pace: (batches, table, over) => this.#paced(batches, table, over),
    }
  }

  async close(): Promise<void> {
    if (this.#lookout) await hangUp(this.#lookout)
  }

  /** Whether there is, or may be, more to do for it. */
  async copy(tables: TablePlan[]): Promise<boolean> {
    const { client, ledger, token } = this.#hands
    const deadline = Date.now() + this.#input.budgetMs
    const names = tables.map(({ name }) => name)
    const open = await openChunks(client, ledger, token.run, names)
    for (const some of smallOnes(tables.filter(({ name }) => open.get(name) === 1))) {
      if (this.#isOver(deadline)) return true
      for (const table of await this.#copyTogether(some)) open.delete(table)
    }
    let paused = false
    for (const table of tables) {
      const end = await this.#copyTable(table, open.get(table.name) ?? 0, deadline)
      if (end === 'over') return true
      paused ||= end === 'paused'
    }
    return paused
  }

  #isOver(deadline: number): boolean {
    return this.#hands.signal.aborted || Date.now() > deadline
  }

  /** `over`: the lane has to end here. No chunk is added later: who has copied `left` need not ask for one more. */
  async #copyTable(table: TablePlan, left: number, deadline: number): Promise<'none' | 'paused' | 'over'> {
    let last: number | undefined
    for (let chunks = left; chunks > 0; ) {
      if (this.#isOver(deadline)) return 'over'
      const next = await this.#claim(table, last)
      if (next.claim) {
        last = next.claim.no
        if (!(await this.#copyChunk(table, next.claim))) return 'over'
        chunks--
      } else if (next.why === 'newer') return 'over'
      else if (next.why === 'held') return next.orders.skippedTables.includes(table.name) ? 'none' : 'paused'
      else if (!this.#input.sweep || !(await this.#release(table.name))) return 'none'
    }
    return 'none'
  }

  /**
   * Copies what of these is free in one transaction; gives the names of those. What is held, throttled, or at fault is
   * left to be copied by itself.
   */
  async #copyTogether(tables: TablePlan[]): Promise<string[]> {
    const { client, ledger, token } = this.#hands
    const { owner, sweep } = this.#input
    const revision = this.#revision
    const next = await claimTogether(client, ledger, token, {
      ...{ tables: tables.map(({ name }) => name), owner, sweep },
      ...(revision !== undefined && { revision }),
    })
    if (!next) return []
    this.#revision ??= next.orders.revision
    this.#throttle.follow(next)
    await this.#takeOver(next.claims)
    if (this.#throttle.limits) return []
    const claims = new Map(next.claims.map(claim => [claim.table, claim]))
    const parts = tables.flatMap(table => {
      const claim = claims.get(table.name)
      return claim ? [{ table, claim }] : []
    })
    try {
      this.chunks.push(...(await copyParts(this.#hands, parts)))
      return [...claims.keys()]
    } catch (error) {
      if (error instanceof Failure && OF_ONE_TABLE.has(error.code)) return []
      throw error
    }
  }

  async #takeOver(claims: readonly ChunkClaim[]): Promise<void> {
    const { client, token } = this.#hands
    const marks = claims
      .filter(({ marked }) => marked)
      .map(({ table, no }) => chunkMark(token.run, table, no))
    const atWork = marks.length > 0 ? await markedBy(client, marks) : []
    for (const previous of [...sessionsBefore(claims), ...atWork])
      if (previous && previous.pid !== this.#me.pid) await terminate(client, previous)
  }

  async #claim({ name: table }: TablePlan, last: number | undefined): Promise<Claimed> {
    const { client, ledger, token } = this.#hands
    const { owner, sweep } = this.#input
    const revision = this.#revision
    const next = await claimChunk(client, ledger, token, {
      ...{ table, owner, sweep },
      ...(revision !== undefined && { revision }),
      ...(last !== undefined && { last }),
    })
    this.#revision ??= next.orders.revision
    this.#throttle.follow(next)
    if (next.claim) await this.#takeOver([next.claim])
    return next
  }

  /** False where newer orders had it give the chunk up. */
  async #copyChunk(table: TablePlan, claim: NonNullable<Claimed['claim']>): Promise<boolean> {
    try {
      this.chunks.push(...(await copyParts(this.#hands, [{ table, claim }])))
      return true
    } catch (error) {
      if (error instanceof Failure && error.code === 'paused') return false
      throw error
    }
  }

  /** Ends the sessions that stand in the midst of a commit; whether there is anything left to claim. */
  async #release(table: string): Promise<boolean> {
    const { client, ledger, token } = this.#hands
    const isOpen = async () => (await openChunks(client, ledger, token.run, [table])).size > 0
    if (!(await isOpen())) return false
    for (const holder of await holders(client, ledger, token.run, table)) await terminate(client, holder)
    await pause(100)
    return isOpen()
  }

  #paced<B extends { length: number }>(
    batches: Iterable<B> | AsyncIterable<B>,
    { name: table }: TablePlan,
    over: AbortSignal,
  ) {
    if (!this.#throttle.limits) return batches
    const { ledger, token, progress } = this.#hands
    return this.#throttle.paced(batches, {
      ...{ run: token.run, table, over },
      look: async () => readControl(await this.#openLookout(), ledger, token, this.#me.pid),
      waits: () => progress({ table, throttled: true }),
    })
  }

  /** A rollback ends all sessions with the run's name but those that watch. */
  async #openLookout(): Promise<Client> {
    const { home, place } = this.#input
    this.#lookout ??= await connect(place.target, { home, env: process.env, application: 'longhaul watch' })
    return this.#lookout
  }
}

/** What the rows or objects of one table can be at fault for. */
const OF_ONE_TABLE: ReadonlySet<FailureCode> = new Set(['value', 'object', 'target', 'source', 'internal'])

/** Each of them once. */
const sessionsBefore = (claims: readonly ChunkClaim[]): Iterable<Backend | undefined> =>
  new Map(claims.map(({ previous }) => [`${previous?.pid} ${previous?.startedAt}`, previous])).values()
