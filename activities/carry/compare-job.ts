/** The comparison of two PostgreSQL databases without a ledger; runs in a thread. */
import { miscounted } from '../../model/balance.ts'
import type { PostgresEndpoint, PostgresSource } from '../../model/endpoint.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { TableResult } from '../../model/run.ts'
import { digestCarried } from '../../stores/postgres/carry/transfer.ts'
import { compared } from '../digest-job.ts'
import { withSource } from '../from-postgres/session.ts'
import { withSession } from '../session.ts'
import { locateBetween } from './locate-job.ts'

export interface PairInput {
  home: string
  run: string
  source: PostgresSource
  target: PostgresEndpoint
  tables: TablePlan[]
}

/** Both sides of a table at the same time, one table after the other. */
export function digestBothCarried(
  { home, run, source, target, tables }: PairInput,
  progress: (detail: unknown) => void,
): Promise<TableResult[]> {
  return withSource(home, run, source, from =>
    withSession(home, target, run, async to => {
      const results: TableResult[] = []
      for (const table of tables) {
        const began = performance.now()
        const heard = (rows: number) => progress({ table: table.name, rows })
        const [here, there] = await both(
          digestCarried(from, { ...table, target: table.origin! }, heard),
          digestCarried(to, table, heard),
        )
        const seconds = (performance.now() - began) / 1000
        const counts = { read: here.count, written: 0, skipped: 0, quarantined: 0, altered: 0 }
        const sums = { ...counts, bytes: table.bytes, seconds }
        const result = compared(table, here, there, sums, miscounted(table.rows, here.count))
        const located = here.equals(there)
          ? undefined
          : await locateBetween({ home, run, from, to, progress }, table, undefined)
        results.push(located ? { ...result, located } : result)
      }
      return results
    }),
  )
}

/** Neither goes on unseen when the other one has failed. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([one, other])
  for (const end of [a, b]) if (end.status === 'rejected') throw end.reason
  return [(a as PromiseFulfilledResult<A>).value, (b as PromiseFulfilledResult<B>).value]
}
