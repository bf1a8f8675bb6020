/** Preflight's reading of a PostgreSQL source: its catalog, its counts, and what only values can tell. */
import { Context } from '@temporalio/activity'
import { selectTables } from '../../model/build-plan/selection.ts'
import type { PostgresSource } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import type { CarryRequest, IntoSqliteRequest } from '../../model/plan-request.ts'
import type { PostgresSchema, PostgresTable } from '../../model/postgres-schema.ts'
import { identify } from '../../stores/postgres/backend.ts'
import { describeSource } from '../../stores/postgres/source/describe.ts'
import { withFacts, withPartitionFacts } from '../../stores/postgres/source/facts.ts'
import { unreadable } from '../../stores/postgres/source/rights.ts'
import { findArtifact, writeArtifact } from '../artifacts.ts'
import type { Assessed } from '../assess.ts'
import type { Work } from '../edge.ts'
import { watched } from '../watch.ts'
import { withSource } from './session.ts'

/** Sessions that count side by side. */
const SESSIONS = 2

/**
 * Writes the artifact `origin` once; an attempt after a finished one finds it there. Tables that are not asked for are described,
 * and not counted. Fails with `source` where the role may not read one that is.
 */
export async function assess(
  work: Work,
  { run, request }: { run: string; request: CarryRequest | IntoSqliteRequest },
): Promise<Assessed> {
  const { home, log } = work
  const done = findArtifact(home, run, 'origin')
  if (done) return sizes(wantedOf(done, request))
  const began = performance.now()
  const origin = await readSource(home, run, request)
  writeArtifact(home, run, 'origin', origin)
  const result = sizes(wantedOf(origin, request))
  log.info({ ...result, seconds: (performance.now() - began) / 1000 }, 'every row counted')
  return result
}

/** The source as the run's snapshot has it, with the counts and facts of the tables that are asked for. */
export async function readSource(
  home: string,
  run: string,
  request: CarryRequest | IntoSqliteRequest,
): Promise<PostgresSchema> {
  const { source } = request
  const { schema, wanted } = await withSource(home, run, source, async client => {
    const schema = await describeSource(client, source.schema)
    const wanted = wantedOf(schema, request)
    const closed = await unreadable(client, wanted)
    if (closed.length > 0) throw mayNotRead(closed)
    return { schema, wanted }
  })
  const counts = await counted({ home, run, source }, schema.version, wanted)
  const tables = schema.tables.map(table => counts.get(table) ?? table)
  return { ...schema, tables: withPartitionFacts(tables) }
}

/** The largest first, so that the sessions end at about the same time. */
async function counted(
  { home, run, source }: { home: string; run: string; source: PostgresSource },
  version: number,
  tables: PostgresTable[],
): Promise<Map<PostgresTable, PostgresTable>> {
  const found = new Map<PostgresTable, PostgresTable>()
  const waiting = [...tables].sort((a, b) => a.bytes - b.bytes)
  const count = () =>
    withSource(home, run, source, async client =>
      watched(home, { run, target: source }, await identify(client), async () => {
        for (let table = waiting.pop(); table; table = waiting.pop()) {
          found.set(table, await withFacts(client, version, table))
          Context.current().heartbeat(table.name)
        }
      }),
    )
  await Promise.all(Array.from({ length: Math.min(SESSIONS, tables.length) }, count))
  return found
}

/** The tables that are asked for, with the partitions that have their rows. */
function wantedOf(
  { tables, others }: PostgresSchema,
  request: CarryRequest | IntoSqliteRequest,
): PostgresTable[] {
  const { chosen } = selectTables({ tables, others }, request)
  const names = new Set(chosen.map(({ name }) => name))
  const byName = new Map(tables.map(table => [table.name, table]))
  const isWanted = (table: PostgresTable | undefined): boolean =>
    table !== undefined &&
    (names.has(table.name) || (table.partitionOf !== undefined && isWanted(byName.get(table.partitionOf))))
  return tables.filter(isWanted)
}

const mayNotRead = (tables: string[]) =>
  new Failure({
    code: 'source',
    object: `table${tables.length > 1 ? 's' : ''} ${tables.join(', ')}`,
    message: 'the role may not read all of its rows',
    remedy:
      'Grant it SELECT there and USAGE on the schema (and BYPASSRLS where row security holds for it), or leave them out with --exclude',
  })

const sizes = (tables: PostgresTable[]): Assessed => ({
  tables: tables.length,
  rows: tables.reduce((sum, t) => sum + t.rows, 0),
  bytes: tables.reduce((sum, t) => sum + t.bytes, 0),
})
