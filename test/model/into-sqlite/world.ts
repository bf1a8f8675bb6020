/** What the tests of the planner into SQLite plan from: schemas as a real PostgreSQL describes them. */
import Database from 'better-sqlite3'
import pg from 'pg'
import { planIntoSqlite } from '../../../model/into-sqlite/plan.ts'
import type { SqliteTarget } from '../../../model/into-sqlite/target.ts'
import { mirrored } from '../../../model/mirror.ts'
import type { Plan } from '../../../model/plan.ts'
import { planRequest, type RequestOptions } from '../../../model/plan-request.ts'
import { parsePlanFile } from '../../../model/planfile-parse.ts'
import type { PostgresSchema } from '../../../model/postgres-schema.ts'
import { copySource } from '../../../stores/postgres/copy-source.ts'
import { describeSource } from '../../../stores/postgres/source/describe.ts'
import { withFacts } from '../../../stores/postgres/source/facts.ts'
import { createIndex, createTable, createView } from '../../../stores/sqlite/ddl.ts'
import { tryStatements } from '../../../stores/sqlite/try-plan.ts'
import { copyRows } from '../../../stores/sqlite/write/copy-rows.ts'
import { startPostgres } from '../../support/postgres.ts'

export const NOTHING: SqliteTarget = {
  exists: false,
  schema: { engine: 'SQLite', encoding: 'UTF-8', tables: [], others: [] },
  withRows: [],
}

const ENDPOINTS = {
  source: { kind: 'postgres', connection: 'postgresql://app@db/app', schema: '*', host: 'here' },
  target: { kind: 'sqlite', path: '/data/app.db', host: 'here' },
} as const

export interface Wish extends RequestOptions {
  target?: SqliteTarget
  /** Text of a plan file, without `version`. */
  file?: string
  rejected?: ReadonlyMap<string, string>
}

/** A source as it was described, and a session on it. */
export interface Described {
  origin: PostgresSchema
  client: pg.Client
}

export async function openWorld() {
  const server = await startPostgres()
  return {
    stop: server.stop,
    /** Makes a database of these statements and looks at all of it, in a session as longhaul has them. */
    async describe<T>(sql: string, work: (described: Described) => Promise<T> | T): Promise<T> {
      const client = new pg.Client({ connectionString: await server.createDatabase() })
      await client.connect()
      try {
        await client.query(sql)
        await client.query(
          `SET search_path = pg_catalog; SET TimeZone = 'UTC'; SET IntervalStyle = iso_8601; SET DateStyle = 'ISO, YMD'`,
        )
        const schema = await describeSource(client, '*')
        const tables = []
        for (const table of schema.tables) tables.push(await withFacts(client, schema.version, table))
        return await work({ origin: { ...schema, tables }, client })
      } finally {
        await client.end()
      }
    },
  }
}

export function planOf(
  origin: PostgresSchema,
  { target = NOTHING, file, rejected, ...options }: Wish = {},
): Plan {
  const parsed = file === undefined ? undefined : parsePlanFile(`version: 1\n${file}`, 'plan.yaml')
  if (parsed && !parsed.file)
    throw new Error(`the test's plan file is wrong: ${JSON.stringify(parsed.mistakes)}`)
  return planIntoSqlite(origin, target, planRequest(ENDPOINTS, options, parsed?.file), rejected)
}

/** The statements of new tables, and what SQLite does not take of them. */
export function statementsOf({ what }: Plan): { sql: string; refused: ReturnType<typeof tryStatements> } {
  const sql = what.tables.flatMap(table => [
    createTable(table),
    ...table.indexes.map(index => createIndex(table, index)),
  ])
  return { sql: `${sql.join(';\n')};\n`, refused: tryStatements(what) }
}

/** As `severity code object`, in the order of the plan. */
export const findingsOf = ({ findings }: Plan): string[] =>
  findings.map(({ severity, code, object }) => `${severity} ${code} ${object}`)

/** The plan's tables in a database of SQLite's, with the rows of the source. */
export async function loaded({ what }: Plan, client: pg.Client): Promise<Database.Database> {
  const db = new Database(':memory:')
  for (const table of what.tables) {
    db.exec(createTable(table))
    await copyRows(
      client,
      db,
      table,
      await copySource(client, mirrored(table)),
      async () => {},
      () => {},
    )
    for (const index of table.indexes) db.exec(createIndex(table, index))
  }
  for (const view of what.views) db.exec(createView(view))
  return db
}
