/** Looks for the rows of carried tables that differ, by their values as texts; runs in a thread. */
import type { Client } from 'pg'
import { readTargetDigest } from '../../ledger/reader.ts'
import type { PostgresSource } from '../../model/endpoint.ts'
import type { Located } from '../../model/located.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { TablePlan } from '../../model/plan.ts'
import { Digest } from '../../stores/digest/digest.ts'
import type { RowHeard } from '../../stores/digest/digester.ts'
import { digestTarget } from '../../stores/digest/target.ts'
import { ident } from '../../stores/postgres/quote.ts'
import { findArtifact } from '../artifacts.ts'
import { digestOfChunks, ownRows } from '../digest-job.ts'
import { withSource } from '../from-postgres/session.ts'
import { listRows } from '../locate-rows.ts'
import { openRun, tellBackend, withSession } from '../session.ts'

export interface LocateInput {
  home: string
  place: RunPlace
  source: PostgresSource
  tables: string[]
}

/** By table; absent are those whose digests are equal or were not made. */
export function locateCarried(
  { home, place, source, tables }: LocateInput,
  progress: (detail: unknown) => void,
): Promise<Record<string, Located>> {
  const { run } = place
  return withSource(home, run, source, from =>
    withSession(home, place.target, run, async to => {
      const { ledger, plan } = await openRun(to, place)
      await tellBackend(to, progress)
      const located: Record<string, Located> = {}
      for (const table of plan.what.tables.filter(({ name }) => tables.includes(name))) {
        const stored = await readTargetDigest(to, ledger, run, table.name)
        if (!stored) continue
        if (Digest.fromBytes(stored).equals(await digestOfChunks(to, ledger, run, table))) continue
        const found = await locateBetween(
          { home, run, from, to, progress },
          table,
          ownRows(ledger, run, table),
        )
        if (found) located[table.name] = found
      }
      return located
    }),
  )
}

export interface Between {
  home: string
  run: string
  from: Client
  to: Client
  progress: (detail: unknown) => void
}

/** Reads both sides three times. Undefined where there is no column to tell rows by. */
export async function locateBetween(
  { home, run, from, to, progress }: Between,
  table: TablePlan,
  where: string | undefined,
): Promise<Located | undefined> {
  if (table.columns.length === 0) return undefined
  const there = asTexts(table, keyOf(home, run, table))
  const here = { ...there, target: table.origin! }
  const heard = (rows: number) => progress({ table: table.name, rows })
  const source = (row?: RowHeard) => digestTarget(from, here, heard, undefined, row)
  const target = (row?: RowHeard) => digestTarget(to, there, heard, where, row)
  const sides = {
    source: async (row: RowHeard) => void (await source(row)),
    target: async (row: RowHeard) => void (await target(row)),
  }
  return listRows({ home, run, table: there }, sides, { source: await source(), target: await target() })
}

/** Every value as the server prints it. */
const asTexts = (table: TablePlan, key: string[]): TablePlan => ({
  ...table,
  key,
  columns: table.columns.map(column => ({
    ...column,
    type: { kind: 'text' },
    read: `t.${ident(column.target)}::pg_catalog.text`,
  })),
})

const keyOf = (home: string, run: string, { name }: TablePlan): string[] =>
  findArtifact(home, run, 'origin')?.tables.find(table => table.name === name)?.primaryKey?.columns ?? []
