/** The trial of a plan before it is shown: its statements, and its rules over rows of the source; runs in a thread. */
import Database from 'better-sqlite3'
import type { PostgresSource } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { mirrored } from '../../model/mirror.ts'
import { isLoadedInto, type PlanWhat, type TablePlan } from '../../model/plan.ts'
import { copySource } from '../../stores/postgres/copy-source.ts'
import { qualified } from '../../stores/postgres/quote.ts'
import { brokenRules, makeBare, type Rejected, tryStatements } from '../../stores/sqlite/try-plan.ts'
import { copyRows } from '../../stores/sqlite/write/copy-rows.ts'
import { withSource } from '../from-postgres/session.ts'

export interface TryInput {
  home: string
  run: string
  source: PostgresSource
  what: Pick<PlanWhat, 'tables' | 'views'>
}

/** Rows of each table that its rules are tried on, and bytes after which they are fewer. */
const ROWS = 500
const BYTES = 8 * 1024 * 1024

/** What SQLite does not take, or answers differently. */
export async function tryIntoSqlite(
  { home, run, source, what }: TryInput,
  progress: (detail: unknown) => void,
): Promise<Rejected[]> {
  const refused = tryStatements(what)
  if (refused.length > 0) return refused
  const ruled = what.tables.filter(table => !isLoadedInto(table) && hasRules(table) && table.rows > 0)
  if (ruled.length === 0) return []
  const rejected: Rejected[] = []
  await withSource(home, run, source, async client => {
    for (const table of ruled) {
      rejected.push(...(await tryRules(client, table)))
      progress({ table: table.name })
    }
  })
  return rejected
}

const hasRules = ({ checks, columns }: TablePlan): boolean =>
  checks.length > 0 || columns.some(({ generated }) => generated !== undefined)

type Client = Parameters<typeof copyRows>[0]

/** Which rules of a table the first rows of the source break in SQLite, or fill differently. */
export async function tryRules(client: Client, table: TablePlan): Promise<Rejected[]> {
  const db = new Database(':memory:')
  try {
    const bare = makeBare(db, table)
    await copyRows(
      client,
      db,
      bare,
      await copySource(client, mirrored(bare), firstRows(table)),
      nothing,
      () => {},
    )
    return brokenRules(db, table)
  } catch (error) {
    // The copy will meet the value, and name its column.
    if (error instanceof Failure && error.code === 'value') return []
    throw error
  } finally {
    db.close()
  }
}

const nothing = async (): Promise<void> => {}

/** By their places, so that nothing else is read; of partitions each has such places. */
function firstRows({ origin, name, rows, bytes }: TablePlan): string {
  const few = Math.max(1, Math.min(ROWS, Math.floor(BYTES / Math.max(1, bytes / Math.max(1, rows)))))
  const from = qualified(origin?.schema ?? 'public', origin?.name ?? name)
  return `t.ctid = ANY (ARRAY(SELECT s.ctid FROM ${from} AS s LIMIT ${few}))`
}
