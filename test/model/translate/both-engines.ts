/** The same database in SQLite and, planned and loaded, in PostgreSQL; statements go to both. */
import assert from 'node:assert/strict'
import Database from 'better-sqlite3'
import pg from 'pg'
import type { Plan } from '../../../model/plan.ts'
import { createTable } from '../../../stores/postgres/ddl.ts'
import { foreignKeys, tableParts, triggers, views } from '../../../stores/postgres/plan-effects.ts'
import { ident, qualified } from '../../../stores/postgres/quote.ts'
import { setSequence } from '../../../stores/postgres/sequence.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { planOf } from '../world.ts'

type Rows = { columns: string[]; rows: unknown[][] }

export interface Both {
  plan: Plan
  /** Views and triggers that the plan leaves out, with the reason. */
  reasons: Record<string, string>
  /** Executes a statement that both engines understand; both do it or both refuse it with this message. */
  run(statement: string, refusal?: RegExp): Promise<void>
  /** Executes a statement that both engines do or both refuse. */
  runEither(statement: string): Promise<void>
  /** Compares what a query gives, in its order if it has one. Returns SQLite's answer. */
  same(query: string): Promise<Rows>
  /** Compares all tables. */
  sameTables(): Promise<void>
  close(): void
}

export interface Engines {
  /** The database of these statements, with all that the plan makes of it. */
  move(sql: string): Promise<Both>
  stop(): Promise<void>
}

export async function startEngines(): Promise<Engines> {
  const server = await startPostgres()
  const client = await connect(server)
  let count = 0
  return {
    move: sql => move(client, `app ${++count}`, sql),
    async stop() {
      await client.end()
      await server.stop()
    },
  }
}

async function connect({ url }: ScratchPostgres): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // SQLite keeps times as texts in UTC.
  await client.query("SET TimeZone = 'UTC'")
  return client
}

async function move(client: pg.Client, schema: string, sql: string): Promise<Both> {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  db.exec(sql)
  const plan = planOf(sql, { target: { schema: { name: schema, exists: true, canCreate: true } } })
  await client.query(`CREATE SCHEMA ${ident(schema)}`)
  await client.query('SET search_path = pg_catalog')
  await make(client, db, plan)
  return {
    plan,
    reasons: Object.fromEntries(
      plan.what.leftOut
        .filter(({ kind }) => kind === 'view' || kind === 'trigger')
        .map(({ name, reason }) => [name, reason]),
    ),
    run: (statement, refusal) => run(client, db, schema, statement, refusal),
    runEither: statement => runEither(client, db, schema, statement),
    same: query => same(client, db, schema, query),
    async sameTables() {
      for (const { name, columns } of plan.what.tables) {
        const names = columns.map(column => ident(column.name)).join(', ')
        await same(client, db, schema, `SELECT ${names} FROM ${ident(name)}`)
      }
    },
    close: () => db.close(),
  }
}

async function make(client: pg.Client, db: Database.Database, { what }: Plan): Promise<void> {
  const execute = async (effects: { sql: readonly string[] }[]) => {
    for (const { sql } of effects) for (const statement of sql) await client.query(statement)
  }
  await execute(what.tables.map(createTable))
  for (const table of what.tables) await load(client, db, table)
  for (const table of what.tables) {
    const numbers = table.columns.filter(({ identity }) => identity)
    await execute([...tableParts(table), ...numbers.map(column => setSequence(table, column))])
  }
  await execute([...foreignKeys(what), ...views(what), ...triggers(what)])
}

async function load(client: pg.Client, db: Database.Database, table: Plan['what']['tables'][number]) {
  const columns = table.columns.filter(({ generated }) => generated === undefined)
  const names = columns.map(({ name }) => ident(name)).join(', ')
  const rows = db
    .prepare(`SELECT ${names} FROM ${ident(table.name)}`)
    .raw()
    .all() as unknown[][]
  const targets = columns.map(({ target }) => ident(target)).join(', ')
  const places = columns.map((_, i) => `$${i + 1}`).join(', ')
  const into = qualified(table.target.schema, table.target.name)
  for (const row of rows)
    await client.query(
      `INSERT INTO ${into} (${targets}) VALUES (${places})`,
      row.map(value => (typeof value === 'number' ? String(value) : value)),
    )
}

async function run(
  client: pg.Client,
  db: Database.Database,
  schema: string,
  statement: string,
  refusal?: RegExp,
): Promise<void> {
  await client.query(`SET search_path = ${ident(schema)}`)
  if (refusal) {
    assert.throws(() => db.exec(statement), refusal)
    await assert.rejects(client.query(statement), refusal)
  } else {
    db.exec(statement)
    await client.query(statement)
  }
}

async function runEither(
  client: pg.Client,
  db: Database.Database,
  schema: string,
  statement: string,
): Promise<void> {
  await client.query(`SET search_path = ${ident(schema)}`)
  const [here, there] = await Promise.allSettled([
    (async () => void db.exec(statement))(),
    client.query(statement),
  ])
  assert.equal(there.status, here.status, statement)
}

async function same(client: pg.Client, db: Database.Database, schema: string, query: string): Promise<Rows> {
  await client.query(`SET search_path = ${ident(schema)}`)
  const prepared = db.prepare(query).raw()
  const columns = prepared.columns().map(({ name }) => name)
  const rows = (prepared.all() as unknown[][]).map(row => row.map(plain))
  const result = await client.query({ text: query, rowMode: 'array', types: { getTypeParser } })
  const others = (result.rows as unknown[][]).map(row => row.map(plain))
  assert.deepEqual(
    result.fields.map(({ name }) => name),
    columns,
    query,
  )
  const isOrdered = /ORDER BY/i.test(query)
  assert.deepEqual(isOrdered ? others : sorted(others), isOrdered ? rows : sorted(rows), query)
  return { columns, rows }
}

const sorted = (rows: unknown[][]) => rows.toSorted((a, b) => compare(JSON.stringify(a), JSON.stringify(b)))
const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))

/** Bytes as hex; all else as JavaScript has it. */
function plain(value: unknown): unknown {
  return Buffer.isBuffer(value) ? value.toString('hex') : value
}

const { builtins } = pg.types
const NUMBERS: number[] = [
  builtins.INT2,
  builtins.INT4,
  builtins.INT8,
  builtins.FLOAT4,
  builtins.FLOAT8,
  builtins.NUMERIC,
]

/** Values of PostgreSQL as SQLite would give them. */
function getTypeParser(oid: number): (text: string) => unknown {
  if (oid === builtins.BOOL) return text => Number(text === 't')
  if (oid === builtins.BYTEA) return text => Buffer.from(text.slice(2), 'hex')
  return NUMBERS.includes(oid) ? Number : text => text
}
