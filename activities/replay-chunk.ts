/** Some rows of one chunk out of quarantine, in one transaction with all that is recorded of them. */
import type { Client } from 'pg'
import { nextImage } from '../ledger/overwritten.ts'
import { type Kept, type KeptRow, keep } from '../ledger/quarantine.ts'
import { lockDigest, markReplayed, nextNo, noteReason, settleReplayed } from '../ledger/replay.ts'
import type { RunToken } from '../ledger/runs.ts'
import type { Place } from '../ledger/schema.ts'
import { inTransaction } from '../ledger/transaction.ts'
import { Failure } from '../model/failure.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Cell, Row } from '../model/types.ts'
import { Conformer } from '../stores/conform.ts'
import { Digest } from '../stores/digest/digest.ts'
import { digestFor } from '../stores/digest/digester.ts'
import { decodeRow } from '../stores/original.ts'
import { copyIn } from '../stores/postgres/copy-in.ts'
import { silenceTriggers } from '../stores/postgres/triggers.ts'
import { openStage, unstage } from '../stores/postgres/upsert.ts'

interface Candidate {
  entry: KeptRow
  row: Row
  /** Originals of cells that were replaced. */
  altered: Kept[]
}

/** Why a row stays. */
type Stays = (entry: KeptRow, why: { column: string; reason: string }) => Promise<void>

export class Replayer {
  readonly #client: Client
  readonly #ledger: Place
  readonly #token: RunToken
  readonly #tables: Map<string, { table: TablePlan; conformer: Conformer }>

  /** @param tables with the corrected settings, under which no cell stops the work */
  constructor(client: Client, ledger: Place, token: RunToken, tables: TablePlan[]) {
    this.#client = client
    this.#ledger = ledger
    this.#token = token
    this.#tables = new Map(tables.map(table => [table.name, { table, conformer: new Conformer(table) }]))
  }

  /** Takes rows of one chunk; gives how many of them are in the target now. */
  async replay(entries: KeptRow[]): Promise<number> {
    const { table, conformer } = this.#tables.get(entries[0]!.table)!
    const stays: Stays = (entry, why) => noteReason(this.#client, this.#ledger, this.#token.run, entry, why)
    return inTransaction(this.#client, async () => {
      const candidates: Candidate[] = []
      for (const entry of entries) {
        const fit = candidateOf(table, conformer, entry)
        if ('row' in fit) candidates.push(fit)
        else await stays(entry, fit)
      }
      if (candidates.length === 0) return 0
      const inserted = await this.#insert(table, candidates, stays)
      if (inserted.written.length > 0) await this.#record(table, inserted)
      return inserted.written.length
    })
  }

  /** As during the load no trigger of a user fires, and rules are asked at once, so that each row has its answer. */
  async #insert(table: TablePlan, candidates: Candidate[], stays: Stays) {
    const client = this.#client
    const silence = await silenceTriggers(client, table)
    for (const statement of silence?.sql ?? []) await client.query(statement)
    await client.query('SET CONSTRAINTS ALL IMMEDIATE')
    const marked = (written: Candidate[]) =>
      markReplayed(client, this.#ledger, this.#token.run, {
        ...{ table: table.name, chunk: written[0]!.entry.chunk },
        nos: written.map(({ entry }) => entry.no),
      })
    const write = (some: Candidate[]) => this.#write(table, some)
    const inserted = await insert(client, write, candidates, stays, marked)
    for (const statement of silence?.undo ?? []) await client.query(statement)
    return inserted
  }

  /** Gives the bytes that went out. */
  async #write(table: TablePlan, candidates: readonly Candidate[]): Promise<number> {
    const { upsert } = table
    const [client, ledger, { run }] = [this.#client, this.#ledger, this.#token]
    const copy = (into: TablePlan) => copyIn(client, into, [candidates.map(c => c.row)], () => {})
    if (!upsert) return (await copy(table)).bytes
    const { chunk } = candidates[0]!.entry
    const from = await nextImage(client, ledger, run, { table: table.name, chunk })
    const { rows, bytes } = await copy(await openStage(client, table, from))
    const { skipped } = await unstage({ client, ledger, run, table: { ...table, upsert }, chunk }, rows)
    if (skipped.length > 0) throw keyIsThere(table)
    return bytes
  }

  async #record(table: TablePlan, { written, bytes, writers }: Inserted): Promise<void> {
    const { table: name, chunk } = written[0]!.entry
    const place = { table: name, chunk }
    const digester = digestFor(table, 'source')
    digester.add(written.map(candidate => candidate.row))
    const before = await lockDigest(this.#client, this.#ledger, this.#token.run, place)
    digester.digest.merge(Digest.fromBytes(before))
    const altered = written.flatMap(candidate => candidate.altered)
    const from = await nextNo(this.#client, this.#ledger, this.#token.run, place)
    await keep(this.#client, this.#ledger, this.#token.run, { table: name, no: chunk }, altered, from)
    const counts = {
      nos: written.map(candidate => candidate.entry.no),
      altered: written.filter(candidate => candidate.altered.length > 0).length,
      ...{ bytes, writers },
    }
    const digest = Buffer.from(digester.digest.toBytes())
    await settleReplayed(this.#client, this.#ledger, this.#token, { ...place, ...counts }, digest)
  }
}

/** The row as it fits now, or why it still does not. */
function candidateOf(
  { columns }: TablePlan,
  conformer: Conformer,
  entry: KeptRow,
): Candidate | { column: string; reason: string } {
  const cells = decodeRow(
    columns.map(c => c.name),
    entry.original,
  )
  const missing = cells.indexOf(undefined)
  if (missing >= 0) return { column: columns[missing]!.name, reason: 'is not in the original row' }
  const aside: Kept[] = []
  const row = conformer.row(cells as Cell[], kept => aside.push({ ...kept, key: entry.key }))
  return row ? { entry, row, altered: aside } : aside[0]!
}

const keyIsThere = ({ name }: TablePlan) =>
  new Failure({
    code: 'object',
    object: `table "${name}"`,
    message: 'the target has a row with its key, which stays as it is',
  })

/** What the rows themselves are to blame for. */
const OWN: ReadonlySet<string> = new Set(['object', 'value'])

interface Inserted {
  written: Candidate[]
  bytes: number
  /** The subtransactions that wrote them. */
  writers: string[]
}

/**
 * Writes what the target takes, and marks it: a batch that is refused is halved until the rows to blame are alone.
 */
async function insert(
  client: Client,
  write: (candidates: Candidate[]) => Promise<number>,
  candidates: Candidate[],
  stays: Stays,
  mark: (written: Candidate[]) => Promise<string>,
): Promise<Inserted> {
  await client.query('SAVEPOINT replay')
  try {
    const bytes = await write(candidates)
    const writers = [await mark(candidates)]
    await client.query('RELEASE SAVEPOINT replay')
    return { written: candidates, bytes, writers }
  } catch (error) {
    if (!(error instanceof Failure) || !OWN.has(error.code)) throw error
    await client.query('ROLLBACK TO SAVEPOINT replay')
    if (candidates.length === 1) {
      const { entry } = candidates[0]!
      const reason = `could not be written: ${error.facts.message.replace(/^could not copy rows: /, '')}`
      await stays(entry, { column: entry.column, reason })
      return { written: [], bytes: 0, writers: [] }
    }
  }
  const half = candidates.length >> 1
  const first = await insert(client, write, candidates.slice(0, half), stays, mark)
  const second = await insert(client, write, candidates.slice(half), stays, mark)
  return {
    written: [...first.written, ...second.written],
    bytes: first.bytes + second.bytes,
    writers: [...first.writers, ...second.writers],
  }
}
