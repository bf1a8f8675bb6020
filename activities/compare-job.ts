/** The comparison of two sides without a ledger, both read now; runs in a thread. */
import type { Client } from 'pg'
import type { TableFacts } from '../model/assessment.ts'
import { miscounted } from '../model/balance.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { disagreement, measured } from '../model/measures.ts'
import type { TablePlan } from '../model/plan.ts'
import type { RowsWanted } from '../model/plan-request.ts'
import type { TableResult } from '../model/run.ts'
import { digestSource } from '../stores/digest/source.ts'
import { digestTarget } from '../stores/digest/target.ts'
import { measureTarget } from '../stores/postgres/measure.ts'
import { rowsOfSample, rowsWhere } from '../stores/postgres/rows-wanted.ts'
import { measureSource } from '../stores/sqlite/measure.ts'
import { type Connection, openSnapshot } from '../stores/sqlite/open.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import type { SourceStore } from '../stores/store.ts'
import { ComparedParts } from './compared-parts.ts'
import { compared } from './digest-job.ts'
import { locateRows } from './locate-rows.ts'
import { columnsThatDiffer } from './round-trip.ts'
import { withSession } from './session.ts'

export interface PairInput {
  home: string
  run: string
  target: PostgresEndpoint
  snapshot: string
  tables: TablePlan[]
  /** What the assessment says of them. */
  facts: TableFacts[]
  /** Rows after which a part of a large table ends. */
  partRows: number
  /** Which rows the snapshot was narrowed to; absent: it has all. */
  rows?: RowsWanted
  /** Look also whether values would come back as they were. */
  roundTrip?: true
}

interface Pair extends PairInput {
  client: Client
  store: SourceStore
  /** The snapshot, for what SQLite counts itself. Opened once: each time the whole schema is read. */
  db: Connection
  progress: (rows: number) => void
}

/** Compares tables one after the other; of large ones the parts that an earlier attempt has compared are kept. */
export async function digestBoth(
  input: PairInput,
  progress: (detail: unknown) => void,
): Promise<TableResult[]> {
  return withSession(input.home, input.target, input.run, async client => {
    const store = openSqlite(input.snapshot)
    const db = openSnapshot(input.snapshot)
    try {
      const results: TableResult[] = []
      for (const table of input.tables) {
        const heard = (rows: number) => progress({ table: table.name, rows })
        results.push(await comparePair({ ...input, client, store, db, progress: heard }, table))
      }
      return results
    } finally {
      db.close()
      store.close()
    }
  })
}

async function comparePair(pair: Pair, table: TablePlan): Promise<TableResult> {
  const { home, run, client, store, progress } = pair
  const where = await conditionOf(pair, table)
  const parts = new ComparedParts(home, run, store, table, pair.partRows)
  for (let part = parts.next(); part; part = parts.next()) {
    const began = performance.now()
    const before = parts.read
    const heard = (rows: number) => progress(before + rows)
    const source = digestSource(store, table, part.range, heard)
    const both = [where, part.where].filter(term => term !== undefined).join(' AND ')
    const target = await digestTarget(client, table, heard, both || undefined)
    parts.done(source, target, (performance.now() - began) / 1000)
  }
  const { source, target, read, quarantined, altered, seconds } = parts
  const counts = { read, written: 0, skipped: 0, quarantined, altered, bytes: table.bytes, seconds }
  const result = compared(table, source, target, counts, miscounted(table.rows, read))
  if (source.equals(target)) {
    const sure = await reconciled(pair, table, where, result)
    return pair.roundTrip ? returned(pair, table, where, sure) : sure
  }
  const sides = { home, run, client, store, table, progress, ...(where !== undefined && { where }) }
  return { ...result, located: await locateRows(sides, { source, target }) }
}

/** Equal digests stand only where both engines count the same as well. Of rows that were kept out SQLite counts too many. */
async function reconciled(
  { client, db, facts }: Pair,
  table: TablePlan,
  where: string | undefined,
  result: TableResult,
): Promise<TableResult> {
  const known = facts.find(({ name }) => name === table.name)
  if (!known || result.quarantined + result.altered > 0) return result
  const columns = measured(table, known)
  const here = measureSource(db, table.name, columns)
  const unlike = disagreement(columns, here, await measureTarget(client, table, columns, where))
  if (unlike === undefined) return result
  const error = `table "${table.name}": ${unlike} is another one by SQL in source and target, though the digests are equal; please report it`
  return { ...result, verdict: 'different', error }
}

/** Values that were replaced by consent, or went into quarantine, cannot come back: there the rest is not looked at. */
async function returned(
  pair: Pair,
  table: TablePlan,
  where: string | undefined,
  result: TableResult,
): Promise<TableResult> {
  if (result.quarantined + result.altered > 0) return { ...result, note: SET_ASIDE }
  return { ...result, returned: await columnsThatDiffer(pair, table, where) }
}

const SET_ASIDE = 'the way back was not looked at: rows were set aside, or written with other values'

/** For the target's rows that belong to those of the narrowed snapshot; absent: all. */
async function conditionOf({ rows, client, store }: Pair, table: TablePlan): Promise<string | undefined> {
  if (rows?.where !== undefined) return rowsWhere(client, table, rows.where)
  return rows?.sample !== undefined && table.key.length > 0 ? rowsOfSample(client, store, table) : undefined
}
