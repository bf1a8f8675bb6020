/** Reading back: what the target holds, hashed row by row, beside what the source held. */
import type { Client } from 'pg'
import { readDigests, readTables, type TableRow } from '../ledger/reader.ts'
import { setStep } from '../ledger/runs.ts'
import type { Place } from '../ledger/schema.ts'
import { type TableVerdict, writeVerdicts } from '../ledger/verdicts.ts'
import { isOwn } from '../ledger/written.ts'
import { imbalance } from '../model/balance.ts'
import type { RunPlace } from '../model/payloads.ts'
import { keepsOthers, type TablePlan } from '../model/plan.ts'
import type { TableResult } from '../model/run.ts'
import { Digest } from '../stores/digest/digest.ts'
import { digestTarget } from '../stores/digest/target.ts'
import { rowsOfOthers } from './rows-of-others.ts'
import { openRun, tellBackend, withSession } from './session.ts'

type Progress = (detail: unknown) => void

/** Verdicts are written when there are so many, or after so many milliseconds: of small tables each costs more than its rows. */
const VERDICTS = 100
const VERDICTS_MS = 1000

/** Compares what the copy digested with what stands in the target, and writes the verdicts into the ledger. */
export async function digestCopied(
  data: { home: string; place: RunPlace; tables: string[] },
  progress: Progress,
): Promise<TableResult[]> {
  const { home, place, tables } = data
  return withSession(home, place.target, place.run, async client => {
    const { ledger, plan } = await openRun(client, place)
    await setStep(client, ledger, place, 'validate', 'running')
    const rows = new Map((await readTables(client, ledger, place.run)).map(row => [row.name, row]))
    await tellBackend(client, progress)
    const results: TableResult[] = []
    let found: TableVerdict[] = []
    let writtenAt = performance.now()
    const write = async () => {
      if (found.length > 0) await writeVerdicts(client, ledger, place, found)
      found = []
      writtenAt = performance.now()
    }
    for (const table of plan.what.tables.filter(t => tables.includes(t.name))) {
      const row = rows.get(table.name)!
      if (row.state === 'skipped') continue
      const { result, verdict } = await compareCopied(client, ledger, place, table, row, progress)
      results.push(result)
      found.push(verdict)
      if (found.length >= VERDICTS || performance.now() - writtenAt > VERDICTS_MS) await write()
    }
    await write()
    return results
  })
}

async function compareCopied(
  client: Client,
  ledger: Place,
  { run }: RunPlace,
  table: TablePlan,
  row: TableRow,
  progress: Progress,
): Promise<{ result: TableResult; verdict: TableVerdict }> {
  const source = await digestOfChunks(client, ledger, run, table)
  const heard = (rows: number) => progress({ table: table.name, rows })
  const own = ownRows(ledger, run, table)
  const target = await digestTarget(client, table, heard, own)
  const unbalanced = imbalance(table.rows, row, target.count)
  const result = compared(table, source, target, { ...row, seconds: secondsOf(row) }, unbalanced)
  const note = own === undefined ? undefined : await rowsOfOthers(client, ledger, run, table)
  if (note !== undefined) result.note = note
  const { counted, verdict, error } = result
  return {
    result,
    verdict: {
      ...{ table: table.name, counted, verdict },
      sourceDigest: Buffer.from(source.toBytes()),
      targetDigest: Buffer.from(target.toBytes()),
      ...(error !== undefined && { error }),
      ...(note !== undefined && { note }),
    },
  }
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
  keepsOthers(table) ? isOwn(ledger, run, table, 't') : undefined

interface Counts {
  read: number
  written: number
  skipped: number
  quarantined: number
  altered: number
  bytes: number
  seconds: number
}

/** A row of the balance sheet of two digests; with an `error` no digests make it equal. */
export function compared(
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
