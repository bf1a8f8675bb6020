/** The target of a mapping: its tables, rows that values are looked up in, and numbers that it gives. */
import Database from 'better-sqlite3'
import { isNowhere, type PostgresEndpoint, type SqliteEndpoint } from '../../model/endpoint.ts'
import { listedValues, type MappingTable, tablesOfFile, tablesOfServer } from '../../model/mapping/target.ts'
import type { AnyRequest } from '../../model/plan-request.ts'
import { ident, qualified } from '../../stores/postgres/quote.ts'
import { lookAtFile } from '../../stores/sqlite/look-at-file.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { lookAtTarget } from '../look-at-target.ts'
import { withSession } from '../session.ts'

export type Pair = [match: string | null, give: string | null]

/** A number and how far it is from one to the next. */
export interface Coming {
  first: bigint
  step: bigint
}

export interface MappingTarget {
  tables: MappingTable[]
  /** Tables that it does not have are made. */
  makes: boolean
  /** Hands over all rows of two columns, as texts. */
  pairs: (table: string, match: string, give: string, each: (pair: Pair) => void) => Promise<void>
  /** So many numbers of a column that nobody else gets. */
  take: (table: string, column: string, numbers: number) => Promise<bigint[]>
  /** The numbers that would come next, as far as anybody can tell; nothing is changed. */
  next: (table: string, column: string) => Promise<Coming>
}

interface About {
  home: string
  run: string
}

export async function openTarget(about: About, target: AnyRequest['target']): Promise<MappingTarget> {
  if (target.kind === 'postgres' && !isNowhere(target)) return server(about, target)
  return target.kind === 'sqlite' ? file(target) : NOTHING
}

/** Files, and a database that nobody has named. */
const NOTHING: MappingTarget = {
  tables: [],
  makes: true,
  pairs: async () => {},
  take: async (_table, _column, numbers) => upFrom(1n, numbers),
  next: async () => ({ first: 1n, step: 1n }),
}

const upFrom = (first: bigint, numbers: number): bigint[] =>
  Array.from({ length: numbers }, (_, i) => first + BigInt(i))

async function server({ home, run }: About, target: PostgresEndpoint): Promise<MappingTarget> {
  const described = tablesOfServer(await lookAtTarget(home, target, run))
  const ask = <T>(work: Parameters<typeof withSession<T>>[3]) => withSession(home, target, run, work)
  const tables = await ask(async client => {
    const { rows } = await client.query<{ table: string; column: string; check: string }>(CHECKS, [
      target.schema,
    ])
    return withAllowed(described, rows)
  })
  const sequenceOf = (table: string, column: string) =>
    tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)?.sequence
  return {
    tables,
    makes: true,
    pairs: (table, match, give, each) =>
      ask(async client => {
        await client.query('BEGIN READ ONLY')
        await client.query(
          `DECLARE pairs NO SCROLL CURSOR FOR
            SELECT ${ident(match)}::pg_catalog.text, ${ident(give)}::pg_catalog.text FROM ${qualified(target.schema, table)}`,
        )
        for (;;) {
          const { rows } = await client.query<Pair>({ text: 'FETCH 10000 FROM pairs', rowMode: 'array' })
          for (const pair of rows) each(pair)
          if (rows.length === 0) break
        }
        await client.query('COMMIT')
      }),
    take: async (table, column, numbers) => {
      const sequence = sequenceOf(table, column)
      if (sequence === undefined) return upFrom(await greatest(target, ask, table, column), numbers)
      return ask(async client => {
        const { rows } = await client.query<{ number: string }>(
          'SELECT nextval($1::regclass)::pg_catalog.text AS number FROM generate_series(1, $2::int)',
          [sequence, numbers],
        )
        return rows.map(({ number }) => BigInt(number))
      })
    },
    next: async (table, column) => {
      const sequence = sequenceOf(table, column)
      if (sequence === undefined) return { first: await greatest(target, ask, table, column), step: 1n }
      return ask(async client => {
        const { rows } = await client.query<{ number: string; step: string }>(
          `SELECT (CASE WHEN last_value IS NULL THEN start_value ELSE last_value + increment_by END)::pg_catalog.text AS number,
                  increment_by::pg_catalog.text AS step
             FROM pg_catalog.pg_sequences WHERE pg_catalog.format('%I.%I', schemaname, sequencename)::regclass = $1::regclass`,
          [sequence],
        )
        return { first: BigInt(rows[0]?.number ?? 1), step: BigInt(rows[0]?.step ?? 1) }
      })
    },
  }
}

/** One more than the greatest that is there. */
async function greatest(
  { schema }: PostgresEndpoint,
  ask: <T>(work: Parameters<typeof withSession<T>>[3]) => Promise<T>,
  table: string,
  column: string,
): Promise<bigint> {
  return ask(async client => {
    const { rows } = await client.query<{ number: string | null }>(
      `SELECT max(${ident(column)})::pg_catalog.text AS number FROM ${qualified(schema, table)}`,
    )
    return BigInt(rows[0]?.number ?? 0) + 1n
  })
}

/** Checks of one column each. */
const CHECKS = `
  SELECT t.relname AS table, a.attname AS column, pg_catalog.pg_get_expr(c.conbin, c.conrelid) AS check
    FROM pg_catalog.pg_constraint c
    JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
   WHERE c.contype = 'c' AND pg_catalog.cardinality(c.conkey) = 1 AND t.relnamespace = $1::regnamespace`

function withAllowed(
  tables: readonly MappingTable[],
  checks: readonly { table: string; column: string; check: string }[],
): MappingTable[] {
  return tables.map(table => ({
    ...table,
    columns: table.columns.map(column => {
      const own = checks.filter(check => check.table === table.name && check.column === column.name)
      const allowed = own.map(({ check }) => listedValues(check, column.name)).find(Boolean)
      return allowed ? { ...column, allowed } : column
    }),
  }))
}

function file({ path }: SqliteEndpoint): MappingTarget {
  const { exists, schema } = lookAtFile(path)
  if (!exists) return NOTHING
  const next = async (table: string, column: string) =>
    reading(path, db => {
      const last = db
        .prepare(`SELECT max(${quote(column)}) FROM ${quote(table)}`)
        .pluck()
        .safeIntegers()
        .get()
      return typeof last === 'bigint' ? last + 1n : 1n
    })
  return {
    tables: tablesOfFile(schema),
    makes: true,
    pairs: async (table, match, give, each) =>
      reading(path, db => {
        const rows = db
          .prepare(`SELECT ${quote(match)}, ${quote(give)} FROM ${quote(table)}`)
          .raw()
          .safeIntegers()
        for (const row of rows.iterate()) {
          const [from, to] = row as unknown[]
          each([asText(from), asText(to)])
        }
      }),
    take: async (table, column, numbers) => upFrom(await next(table, column), numbers),
    next: async (table, column) => ({ first: await next(table, column), step: 1n }),
  }
}

const asText = (cell: unknown): string | null =>
  cell === null || cell instanceof Uint8Array ? null : String(cell)

/** Whoever opens a WAL database for reading alone leaves its side files behind. */
function reading<T>(path: string, work: (db: Database.Database) => T): T {
  const db = new Database(path, { fileMustExist: true, timeout: 5000 })
  try {
    db.pragma('trusted_schema = OFF')
    db.pragma('query_only = ON')
    return work(db)
  } finally {
    db.close()
  }
}
