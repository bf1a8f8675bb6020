/** Translated expressions are tried on both engines: right ones pass, wrong ones are found, and nothing is written. */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { after, before, suite, test } from 'node:test'
import type Database from 'better-sqlite3'
import pg from 'pg'
import { verifyExpressions } from '../../activities/verify-job.ts'
import { type PlannedExpression, planAndExpressions } from '../../model/build-plan.ts'
import type { TablePlan } from '../../model/plan.ts'
import { planRequest } from '../../model/plan-request.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import { ENDPOINTS, target as emptyTarget } from '../model/world.ts'
import { database } from '../stores/sqlite/files.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'

let postgres: ScratchPostgres

before(async () => {
  postgres = await startPostgres()
})

after(() => postgres.stop())

interface Tried {
  snapshot: string
  tables: TablePlan[]
  expressions: PlannedExpression[]
}

/** What the planner makes of a database, to be tried. */
function planned(path: string): Tried {
  const store = openSqlite(path)
  try {
    const schema = store.describe()
    const tables = schema.tables.map(table => store.scan(table, () => {}, true))
    const assessment = { source: path, takenAt: '2026-01-01T00:00:00Z', schema, tables, findings: [] }
    const request = planRequest(ENDPOINTS, {})
    const { plan, expressions } = planAndExpressions({ assessment, target: emptyTarget(), request })
    return { snapshot: path, tables: plan.what.tables, expressions }
  } finally {
    store.close()
  }
}

/** By id, why an expression is rejected. A schema of this name is nowhere: nothing there may be needed. */
async function rejected({ snapshot, tables, expressions }: Tried): Promise<Record<string, string>> {
  const target = { kind: 'postgres', connection: postgres.url, schema: 'not there yet' } as const
  const found = await verifyExpressions(
    { home: tmpdir(), run: 'test', target, snapshot, tables, expressions },
    () => {},
  )
  return Object.fromEntries(found.map(({ id, reason }) => [id, reason]))
}

/** The same with other SQL for one expression. */
function planting({ expressions, ...rest }: Tried, id: string, sql: string): Tried {
  assert.ok(
    expressions.some(expression => expression.id === id),
    `${id} is not among ${expressions.map(expression => expression.id)}`,
  )
  return { ...rest, expressions: expressions.map(e => (e.id === id ? { ...e, sql } : e)) }
}

const OTHER = /^it gives another result in PostgreSQL over/

suite('right translations pass', () => {
  const RIGHT: Record<string, string> = {
    'checks over numbers and texts': `
      CREATE TABLE t (a INTEGER CHECK (a > 0 OR a < -5), b REAL CHECK (b / 2 < 10), c TEXT CHECK (length(c) < 9),
        d TEXT CHECK (lower(d) <> 'x'), e TEXT CHECK (e LIKE 'a%'), f INTEGER, CHECK (a / 2 * 2 <= a + 1), CHECK (f IN (1, 2)));
      INSERT INTO t VALUES (1, 2.5, 'ÉÜ', 'É', 'Abc', 1), (NULL, NULL, NULL, NULL, NULL, NULL), (7, -1.25, '', '', 'a', 2)`,
    'generated columns that read each other': `
      CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT AS (upper(c)) STORED, c TEXT,
        d INTEGER AS (a + 1), e INTEGER AS (d * 2) VIRTUAL, CHECK (e > 0));
      INSERT INTO t (id, a, c) VALUES (1, 1, 'x'), (2, 5, 'é'), (3, NULL, NULL)`,
    'a STRICT table with ANY': `
      CREATE TABLE t (id INTEGER PRIMARY KEY, a ANY, b TEXT, CHECK (a IS NOT NULL), CHECK (length(b) > 0)) STRICT;
      INSERT INTO t VALUES (1, 'x', 'y'), (2, 'z', 'w')`,
    'texts that are tried as JSON, and parts of times': `
      CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (json_valid(a) OR a IS NULL), b TEXT, d DATETIME,
        e INTEGER, ym TEXT AS (strftime('%Y-%m', d)), day TEXT AS (date(e, 'unixepoch')), CHECK (b = '' OR json_valid(b)));
      CREATE INDEX by_day ON t (date(d), julianday(d));
      INSERT INTO t (id, a, b, d, e) VALUES (1, '{}', '[]', '2024-02-29 12:34:56.789', 1700000000), (2, NULL, '', NULL, -1)`,
    'columns that ignore case': `
      CREATE TABLE t (a TEXT COLLATE NOCASE CHECK (a <> 'admin'), b TEXT, c TEXT COLLATE RTRIM CHECK (c = 'x'));
      CREATE UNIQUE INDEX low ON t (a) WHERE a > 'B';
      INSERT INTO t VALUES ('Bob', 'x', 'x  '), ('zoe', NULL, 'x')`,
    'types in any words': `
      CREATE TABLE t (a "my type, of (its) own" CHECK (a IN ('new', 'it''s')), b [odd;] CHECK (b <> '?'));
      INSERT INTO t VALUES ('new', 'x'), ('it''s', NULL)`,
    'the row number by its other names': `
      CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, CHECK (rowid <> a), CHECK (oid > 0));
      CREATE INDEX even ON t (a) WHERE _rowid_ > 1;
      INSERT INTO t VALUES (1, 2), (2, 3)`,
    'indexes over expressions and of parts': `
      CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, done BOOLEAN DEFAULT 0);
      CREATE INDEX l ON t (lower(a), b + 1);
      CREATE INDEX p ON t (b) WHERE done AND b IS NOT NULL;
      INSERT INTO t VALUES (1, 'Éa', 1, 1), (2, NULL, NULL, 0), (3, '', 9223372036854775806, 1)`,
    'a column declared INT that holds texts': `
      CREATE TABLE t (id INTEGER PRIMARY KEY, n INT CHECK (n IS NOT NULL));
      INSERT INTO t VALUES (1, 5), (2, 'N/A')`,
    'UUIDs in blobs': `
      CREATE TABLE t (id UUID CHECK (id IS NOT NULL));
      INSERT INTO t VALUES (x'0102030405064708890a0b0c0d0e0f10')`,
    'no column at all': 'CREATE TABLE t (a INTEGER CHECK (1 < 2)); INSERT INTO t VALUES (1)',
    'an empty table': 'CREATE TABLE t (a INTEGER CHECK (a > 1), b TEXT CHECK (upper(b) = b))',
    'a table without row numbers': `
      CREATE TABLE t (a TEXT, b INTEGER, PRIMARY KEY (a, b), CHECK (b >= 0)) WITHOUT ROWID;
      INSERT INTO t VALUES ('x', 1), ('x', 2), ('y', 0)`,
  }
  for (const [what, sql] of Object.entries(RIGHT)) {
    test(what, async t => {
      const tried = planned(database(t, sql))
      assert.notEqual(tried.expressions.length, 0)
      assert.deepEqual(await rejected(tried), {})
    })
  }
})

/** Most builds of SQLite read a text in double quotes; this one does only where a schema has it already. */
test('texts in double quotes are texts', async t => {
  const path = database(t, `CREATE TABLE t (state TEXT); INSERT INTO t VALUES ('new'), ('it''s')`, db => {
    db.unsafeMode(true)
    db.pragma('writable_schema = ON')
    db.prepare('UPDATE sqlite_schema SET sql = ?').run(
      `CREATE TABLE t (state TEXT CHECK ("state" IN ("new", "it's") AND t."state" <> "?"))`,
    )
  })
  const tried = planned(path)
  assert.equal(tried.expressions.length, 1)
  assert.deepEqual(await rejected(tried), {})
})

suite('wrong translations are found', () => {
  const WRONG: [what: string, sql: string, id: string, planted: string, reason: RegExp][] = [
    [
      'lower() beyond ASCII, over values of the source',
      `CREATE TABLE t (a TEXT); CREATE INDEX i ON t (lower(a)); INSERT INTO t VALUES ('É')`,
      'part:i:0',
      'pg_catalog.lower("a" COLLATE "en-x-icu")',
      /over values that the source holds$/,
    ],
    [
      'lower() beyond ASCII, though the source has no such text',
      `CREATE TABLE t (a TEXT); CREATE INDEX i ON t (lower(a)); INSERT INTO t VALUES ('e')`,
      'part:i:0',
      'pg_catalog.lower("a" COLLATE "en-x-icu")',
      /over NULL, empty texts or boundary values$/,
    ],
    [
      'a division of integers that keeps fractions',
      'CREATE TABLE t (a INTEGER, b REAL AS (a / 2)); INSERT INTO t (a) VALUES (3)',
      'generated:t:b',
      '"a"::float8 / 2',
      OTHER,
    ],
    [
      'a LIKE that minds case',
      `CREATE TABLE t (a TEXT CHECK (a LIKE 'a%')); INSERT INTO t VALUES ('Abc')`,
      'check:t:0',
      `"a" LIKE 'a%'`,
      OTHER,
    ],
    [
      'a comparison that minds case',
      `CREATE TABLE t (a TEXT COLLATE NOCASE CHECK (a <> 'admin')); INSERT INTO t VALUES ('b')`,
      'check:t:0',
      `"a" <> 'a'`,
      OTHER,
    ],
    [
      'a division by zero that is an error',
      'CREATE TABLE t (a INTEGER CHECK (10 / a IS NOT 3)); INSERT INTO t VALUES (0)',
      'check:t:0',
      '10 / "a" IS DISTINCT FROM 3',
      /cannot evaluate it over values that the source holds \(22012\)$/,
    ],
    [
      'what the server cannot parse',
      'CREATE TABLE t (a INTEGER CHECK (a > 0)); INSERT INTO t VALUES (1)',
      'check:t:0',
      'no_such_function("a")',
      /cannot evaluate it .* \(42883\)$/,
    ],
    [
      'the condition of an index that lets NULL in',
      `CREATE TABLE t (a INTEGER); CREATE INDEX i ON t (a) WHERE a > 1; INSERT INTO t VALUES (1)`,
      'where:i',
      '"a" > 1 OR "a" IS NULL',
      OTHER,
    ],
  ]
  for (const [what, sql, id, planted, reason] of WRONG) {
    test(what, async t => {
      const tried = planned(database(t, sql))
      assert.deepEqual(await rejected(tried), {})
      const found = await rejected(planting(tried, id, planted))
      assert.deepEqual(Object.keys(found), [id])
      assert.match(found[id]!, reason)
    })
  }
})

test('a check lets NULL pass, so that true in its place is the same', async t => {
  const tried = planned(database(t, 'CREATE TABLE t (a INTEGER CHECK (a > 0)); INSERT INTO t VALUES (NULL)'))
  assert.deepEqual(await rejected(planting(tried, 'check:t:0', '"a" > 0 OR "a" IS NULL')), {})
})

test('one row among many that PostgreSQL fails on is found', async t => {
  const path = database(
    t,
    'CREATE TABLE t (a INTEGER CHECK (100 / a IS NOT 77))',
    fill(`SELECT value - 150 FROM n`),
  )
  const tried = planned(path)
  const found = await rejected(planting(tried, 'check:t:0', '100 / "a" IS DISTINCT FROM 77'))
  assert.match(found['check:t:0']!, /values that the source holds \(22012\)$/)
})

test('columns that the plan converts are not tried', async t => {
  const tried = planned(database(t, `CREATE TABLE t (a TEXT CHECK (a <> '')); INSERT INTO t VALUES ('x')`))
  const tables = tried.tables.map(table => ({
    ...table,
    columns: table.columns.map(column => ({ ...column, conversion: 'strip-nul' as const })),
  }))
  assert.deepEqual(await rejected({ ...planting(tried, 'check:t:0', 'false'), tables }), {})
})

test('nothing can be written by an expression', async t => {
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  try {
    await client.query('CREATE TABLE public.written (a int)')
    await client.query(`CREATE FUNCTION public.writes() RETURNS boolean LANGUAGE sql AS
      'INSERT INTO public.written VALUES (1) RETURNING true'`)
    const tried = planned(database(t, 'CREATE TABLE t (a INTEGER CHECK (a > 0)); INSERT INTO t VALUES (1)'))
    const found = await rejected(planting(tried, 'check:t:0', 'public.writes()'))
    assert.match(found['check:t:0']!, /\(25006\)$/)
    const { rows } = await client.query('SELECT a FROM public.written')
    assert.deepEqual(rows, [])
  } finally {
    await client.end()
  }
})

test('large values are passed over', async t => {
  const path = database(t, 'CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB CHECK (length(a) > 1))', db => {
    const insert = db.prepare('INSERT INTO t VALUES (?, ?)')
    for (let i = 1; i <= 100; i++) insert.run(i, Buffer.alloc(i % 2 === 0 ? 1_000_000 : 10))
  })
  assert.deepEqual(await rejected(planned(path)), {})
})

test('500 checks take seconds', async t => {
  const checks = Array.from({ length: 500 }, (_, i) => `CHECK (a + ${i} > -10 AND length(b) <= ${100 + i})`)
  const path = database(
    t,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, ${checks.join(', ')})`,
    fill(`SELECT value, value % 1000, 'text ' || value FROM n`, 20_000),
  )
  const tried = planned(path)
  assert.equal(tried.expressions.length, 500)
  const began = performance.now()
  assert.deepEqual(await rejected(tried), {})
  t.diagnostic(`${((performance.now() - began) / 1000).toFixed(1)} s`)
})

const fill =
  (select: string, rows = 1000) =>
  (db: Database.Database) => {
    db.exec(`
      WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${rows})
      INSERT INTO t ${select}`)
  }
