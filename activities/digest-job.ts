/** Reading back: what the target holds, hashed row by row, beside what the source held. */
import type { Client } from 'pg'
import { fenced, runIsOurs } from '../ledger/fence.ts'
import { readDigests, readTables } from '../ledger/reader.ts'
import { type Place, tableName } from '../ledger/schema.ts'
import { isOwn } from '../ledger/written.ts'
import { imbalance, miscounted } from '../model/balance.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TablePlan } from '../model/plan.ts'
import type { TableResult } from '../model/run.ts'
import { Digest } from '../stores/digest/digest.ts'
import { digestSource } from '../stores/digest/source.ts'
import { digestTarget } from '../stores/digest/target.ts'
import { identify } from '../stores/postgres/backend.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import type { SourceStore } from '../stores/store.ts'
import { locateRows } from './locate-rows.ts'
import { rowsOfOthers } from './rows-of-others.ts'
import { openRun, withSession } from './session.ts'

type Progress = (detail: unknown) => void

/** Compares what the copy digested with what stands in the target, and writes the verdict into the ledger. */
export async function digestCopied(
  data: { home: string; place: RunPlace; tables: string[] },
  progress: Progress,
): Promise<TableResult[]> {
  const { home, place, tables } = data
  return withSession(home, place.target, place.run, async client => {
    const { ledger, plan } = await openRun(client, place)
    const copied = await readTables(client, ledger, place.run)
    progress({ backend: (await identify(client)).pid })
    const results: TableResult[] = []
    for (const table of plan.what.tables.filter(t => tables.includes(t.name))) {
      const row = copied.find(r => r.name === table.name)!
      if (row.state === 'skipped') continue
      const source = await digestOfChunks(client, ledger, place.run, table)
      const heard = (rows: number) => progress({ table: table.name, rows })
      const own = ownRows(ledger, place.run, table)
      const target = await digestTarget(client, table, heard, own)
      const unbalanced = imbalance(table.rows, row, target.count)
      const result = compared(table, source, target, { ...row, seconds: secondsOf(row) }, unbalanced)
      const note = own === undefined ? undefined : await rowsOfOthers(client, ledger, place.run, table)
      if (note !== undefined) result.note = note
      const { rowCount } = await client.query(
        `UPDATE ${tableName(ledger, 'table_run')}
            SET counted = $3, source_digest = $4, target_digest = $5, verdict = $6, error = $7, note = $8
          WHERE run_id = $1 AND name = $2 AND ${runIsOurs(ledger, '$1', '$9')}`,
        [
          place.run,
          table.name,
          result.counted,
          Buffer.from(source.toBytes()),
          Buffer.from(target.toBytes()),
          result.verdict,
          result.error ?? null,
          result.note ?? null,
          place.epoch,
        ],
      )
      if (rowCount !== 1) throw fenced(`the verdict on table "${table.name}"`)
      results.push(result)
    }
    return results
  })
}

/** What the chunks of a table had from the source. */
export async function digestOfChunks(
  client: Client,
  ledger: Place,
  run: string,
  table: TablePlan,
): Promise<Digest> {
  const digest = new Digest()
  for await (const bytes of readDigests(client, ledger, run, table.name))
    digest.merge(Digest.fromBytes(bytes))
  return digest
}

/** A condition over the alias `t` for the rows that are compared, where others stand beside them. */
export const ownRows = (ledger: Place, run: string, table: TablePlan): string | undefined =>
  table.action === 'append' ? isOwn(ledger, run, table, 't') : undefined

/** Compares source and target without a ledger: both are read now. */
export async function digestBoth(
  data: { home: string; run: string; target: PostgresEndpoint; snapshot: string; tables: TablePlan[] },
  progress: Progress,
): Promise<TableResult[]> {
  return withSession(data.home, data.target, data.run, async client => {
    const store = openSqlite(data.snapshot)
    try {
      const results: TableResult[] = []
      for (const table of data.tables) results.push(await digestPair(data, client, store, table, progress))
      return results
    } finally {
      store.close()
    }
  })
}

async function digestPair(
  { home, run }: { home: string; run: string },
  client: Client,
  store: SourceStore,
  table: TablePlan,
  progress: Progress,
): Promise<TableResult> {
  const began = performance.now()
  const heard = (rows: number) => progress({ table: table.name, rows })
  const { digest: source, read, quarantined, altered } = digestSource(store, table, {}, heard)
  const target = await digestTarget(client, table, heard)
  const seconds = (performance.now() - began) / 1000
  const counts = {
    read,
    written: 0,
    skipped: 0,
    quarantined,
    altered,
    bytes: table.bytes,
    seconds,
  }
  const result = compared(table, source, target, counts, miscounted(table.rows, read))
  if (!source.equals(target))
    result.located = await locateRows(
      { home, run, client, store, table, progress: heard },
      { source, target },
    )
  return result
}

interface Counts {
  read: number
  written: number
  skipped: number
  quarantined: number
  altered: number
  bytes: number
  seconds: number
}

function compared(
  table: TablePlan,
  source: Digest,
  target: Digest,
  counts: Counts,
  error: string | undefined,
): TableResult {
  const equal = source.equals(target) && error === undefined
  const { read, written, skipped, quarantined, altered, bytes, seconds } = counts
  return {
    name: table.name,
    target: `${table.target.schema}.${table.target.name}`,
    expected: table.rows,
    ...{ read, written, skipped, quarantined, altered, bytes, seconds },
    counted: target.count,
    sourceDigest: source.hex,
    targetDigest: target.hex,
    verdict: equal ? 'equal' : 'different',
    ...(error !== undefined && { error }),
  }
}

const secondsOf = (row: { startedAt?: Date; endedAt?: Date }) =>
  row.startedAt && row.endedAt ? (row.endedAt.getTime() - row.startedAt.getTime()) / 1000 : 0
