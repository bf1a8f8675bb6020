import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import Database from 'better-sqlite3'
import pg from 'pg'
import type { PlanWhat, TablePlan } from '../../model/plan.ts'
import { createTable } from '../../stores/postgres/ddl.ts'
import { describeTarget } from '../../stores/postgres/describe.ts'
import { foreignKeys, tableParts, triggers, views } from '../../stores/postgres/plan-effects.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { planOf, said } from './world.ts'

const TWO_TRUTHS = readFileSync(new URL('two-truths.sql', import.meta.url), 'utf8')

/** What PostgreSQL is asked to hold besides: names and keys that need care. */
const AWKWARD = `
  CREATE TABLE "${'é'.repeat(40)}" ("a""b" INTEGER PRIMARY KEY, xmin INT, "" TEXT DEFAULT '\\''', "select" UNIQUE);
  CREATE INDEX "${'é'.repeat(50)}" ON "${'é'.repeat(40)}" ("a""b" DESC, "select");
  CREATE TABLE node (a INT, b TEXT, up_a INT, up_b TEXT, PRIMARY KEY (a, b),
    FOREIGN KEY (up_a, up_b) REFERENCES node (a, b) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);
  CREATE INDEX node_pkey ON node (up_a);`

let server: ScratchPostgres
let client: pg.Client
before(async () => {
  server = await startPostgres()
  client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query('SET search_path = pg_catalog')
})
after(async () => {
  await client?.end()
  await server?.stop()
})

async function make(what: PlanWhat): Promise<void> {
  const parts = what.tables.flatMap(table => [createTable(table), ...tableParts(table)])
  for (const { sql } of [...parts, ...foreignKeys(what), ...views(what), ...triggers(what)])
    for (const statement of sql) await client.query(statement)
}

test('PostgreSQL makes what is planned, and what is made takes the same source', async () => {
  const source = TWO_TRUTHS + AWKWARD
  const target = await describeTarget(client, 'public')
  const plan = planOf(source, { target })
  assert.deepEqual(
    said(plan).filter(line => line.startsWith('refused')),
    [],
  )
  await make(plan.what)
  const made = await describeTarget(client, 'public')
  const names = new Set(made.tables.map(({ name }) => name))
  for (const { target } of plan.what.tables) assert.ok(names.has(target.name), target.name)

  const again = planOf(source, { target: made })
  const refused = said(again).filter(line => line.startsWith('refused'))
  assert.deepEqual(new Set(refused.map(line => line.split(' ')[1])), new Set(['table-exists']))

  const loaded = planOf(TWO_TRUTHS, { target: made, ifExists: 'use' })
  assert.deepEqual(
    said(loaded).filter(line => /^(refused|consent)|constraint-differs/.test(line)),
    ['consent offset-becomes-utc challenges.published_at'],
  )
  // What the target computes is not loaded.
  const columns = (tables: TablePlan[]) =>
    Object.fromEntries(
      tables.map(table => [
        table.name,
        table.columns.flatMap(({ target, type, generated }) => (generated ? [] : [{ target, type }])),
      ]),
    )
  const first = columns(plan.what.tables)
  for (const [name, theirs] of Object.entries(columns(loaded.what.tables)))
    assert.deepEqual(theirs, first[name])
})

const PARTS = `
  CREATE TABLE parts (
    id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE UNIQUE, pad TEXT, n INTEGER CHECK (n BETWEEN 1 AND 9),
    double INTEGER AS (n * 2), quad INTEGER AS (double * 2) STORED, done BOOLEAN DEFAULT 0,
    CONSTRAINT shape CHECK (length(code) > 1 AND code LIKE 'a%'));
  CREATE UNIQUE INDEX one_open ON parts (n) WHERE NOT done;
  CREATE UNIQUE INDEX no_pad ON parts (pad COLLATE RTRIM);
  CREATE UNIQUE INDEX by_sum ON parts (n + id DESC);`

/** Rows one after the other, and whether each is taken. */
const ROWS: [row: string, taken: boolean][] = [
  [`(1, 'ab', 'x', 3, false)`, true],
  [`(2, 'AB', 'y', 4, false)`, false],
  [`(3, 'Abc', 'x  ', 5, false)`, false],
  [`(4, 'Abc', 'x1', 10, false)`, false],
  [`(5, 'Abc', 'x2', NULL, false)`, true],
  [`(6, 'abcd', 'x3', 3, false)`, false],
  [`(6, 'abcd', 'x3', 3, true)`, true],
  [`(7, 'abcde', 'x4', 2, true)`, false],
  [`(8, 'bcd', 'x5', 1, true)`, false],
  [`(9, 'a', 'x6', 9, true)`, false],
  [`(9, NULL, NULL, 9, true)`, true],
  [`(10, NULL, NULL, 9, true)`, true],
]

test('what is made takes and refuses the rows that SQLite takes and refuses', async () => {
  const plan = planOf(PARTS, { target: await describeTarget(client, 'public') })
  assert.deepEqual(said(plan), [
    'warning collation-by-index index no_pad',
    'warning collation-by-index parts.code',
  ])
  await make(plan.what)
  const source = new Database(':memory:')
  source.exec(PARTS)
  const insert = 'INTO public.parts (id, code, pad, n, done) VALUES'
  const taken: [string, boolean, boolean][] = []
  for (const [row] of ROWS) {
    const there = await client.query(`INSERT ${insert} ${row}`).then(
      () => true,
      () => false,
    )
    const here = source.prepare(`INSERT OR IGNORE ${insert.replace('public.', '')} ${row}`)
    taken.push([row, there, attempt(() => here.run().changes === 1)])
  }
  assert.deepEqual(
    taken,
    ROWS.map(([row, wanted]) => [row, wanted, wanted]),
  )
  const computed = 'SELECT CAST(double AS TEXT) d, CAST(quad AS TEXT) q FROM parts ORDER BY id'
  const { rows } = await client.query(computed.replace('parts', 'public.parts'))
  assert.deepEqual(rows, source.prepare(computed).all())
  source.close()
})

function attempt(insert: () => boolean): boolean {
  try {
    return insert()
  } catch {
    return false
  }
}

test('an index that ignores case serves the query that its finding names', async () => {
  await client.query('SET enable_seqscan = off')
  const { rows } = await client.query(
    `EXPLAIN SELECT FROM public.parts WHERE lower(code COLLATE "C") = lower('AB' COLLATE "C")`,
  )
  assert.match(JSON.stringify(rows), /parts_code_key/)
})
