/** In a database whose own order is that of a language, texts keep the order that they have in SQLite. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import Database from 'better-sqlite3'
import type pg from 'pg'
import type { Plan } from '../../model/plan.ts'
import { createTable } from '../../stores/postgres/ddl.ts'
import { describeTarget } from '../../stores/postgres/describe.ts'
import { beginEvaluation, evaluateThere } from '../../stores/postgres/evaluate.ts'
import { foreignKeys, tableParts, triggers, views } from '../../stores/postgres/plan-effects.ts'
import { columnPlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { session } from '../support/session.ts'
import { planOf, said } from './world.ts'

const WORDS = ['a', 'B', 'ä', '-', 'A', 'b', '', 'Ä', 'a-b', 'ab', 'Z', 'z', '10', '9', 'a_b', 'aé', '–', '𝔘']
const quoted = WORDS.map((word, i) => `(${i}, '${word}', '${word}')`).join(', ')

let server: ScratchPostgres
before(async () => {
  server = await startPostgres({ own: true, initdb: ['--locale-provider=icu', '--icu-locale=en'] })
})
after(async () => {
  await server?.stop()
})

interface Both {
  plan: Plan
  client: pg.Client
  /** The first column of a query on both sides: the source's, and the target's. */
  ask(sql: string): Promise<[unknown[], unknown[]]>
}

/** The plan of this schema made in a database of its own, with these rows on both sides. */
async function both(schema: string, rows: string, file?: string, before = ''): Promise<Both> {
  const client = await session(await server.createDatabase())
  const db = new Database(':memory:')
  after(async () => {
    db.close()
    await client.end()
  })
  await client.query(`SET search_path = pg_catalog; ${before}`)
  const target = await describeTarget(client, 'public')
  const plan = planOf(schema, { target, ...(file !== undefined && { file }) })
  const parts = plan.what.tables.flatMap(table => [createTable(table), ...tableParts(table)])
  for (const { sql } of [...parts, ...foreignKeys(plan.what), ...views(plan.what), ...triggers(plan.what)])
    for (const statement of sql) await client.query(statement)
  db.exec(`${schema};${rows}`)
  await client.query(`SET search_path = public; ${rows}`)
  const ask = async (sql: string): Promise<[unknown[], unknown[]]> => [
    db.prepare(sql).pluck().all(),
    (await client.query({ text: sql, rowMode: 'array' })).rows.map(([cell]) => cell),
  ]
  return { plan, client, ask }
}

const SCHEMA = `
  CREATE TABLE t (id INTEGER PRIMARY KEY, w TEXT UNIQUE, v VARCHAR(9), small TEXT AS (lower(w)) STORED,
                  CHECK (w < 'a' OR w >= 'a'));
  CREATE INDEX t_v ON t (v); CREATE INDEX t_small ON t (lower(v)) WHERE v > 'B';
  CREATE VIEW words AS SELECT w, v || '' AS v FROM t WHERE w >= 'A' UNION SELECT small, 'x' FROM t`

test('order, least and greatest, ranges and case are those of the source', async () => {
  const { plan, ask, client } = await both(SCHEMA, `INSERT INTO t (id, w, v) VALUES ${quoted}`)
  assert.deepEqual(said(plan), [])
  for (const sql of [
    'SELECT w FROM t ORDER BY w',
    'SELECT v FROM t ORDER BY v DESC',
    'SELECT small FROM t ORDER BY small, id',
    'SELECT min(w) FROM t UNION ALL SELECT max(v) FROM t',
    `SELECT w FROM t WHERE w > 'B' AND w <= 'a_b' ORDER BY id`,
    'SELECT upper(w) FROM t ORDER BY id',
    'SELECT w FROM words ORDER BY w, v',
  ]) {
    const [here, there] = await ask(sql)
    assert.deepEqual(there, here, sql)
  }
  const { rows } = await client.query(
    'SELECT array_agg(x ORDER BY x) = $1 AS other FROM unnest($1::text[]) x',
    [(await ask('SELECT w FROM t ORDER BY w'))[0]],
  )
  assert.equal(rows[0].other, false, 'the database has an order of its own')
})

test('unique is what was unique, and the indexes serve comparisons and beginnings', async () => {
  const { client } = await both(SCHEMA, `INSERT INTO t (id, w, v) VALUES ${quoted}`)
  await assert.rejects(client.query(`INSERT INTO t VALUES (99, 'ä', '')`), /unique/)
  await client.query(`INSERT INTO t VALUES (99, 'AB', '')`)
  await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off')
  const plans = [
    `SELECT FROM t WHERE v LIKE 'ab%'`,
    'SELECT v FROM t ORDER BY v',
    `SELECT FROM t WHERE lower(v) = 'x' AND v > 'B'`,
  ]
  for (const sql of plans) {
    const { rows } = await client.query(`EXPLAIN (COSTS OFF) ${sql}`)
    const text = rows.map(row => row['QUERY PLAN']).join('\n')
    assert.match(text, /Index.* using t_(v|small)/, sql)
    assert.doesNotMatch(text, /Sort/, sql)
  }
})

test('`default` is the order of the database, another name that of its language', async () => {
  const source = 'CREATE TABLE t (id INTEGER PRIMARY KEY, w TEXT)'
  const rows = `INSERT INTO t VALUES (1, 'B'), (2, 'a'), (3, 'Z'), (4, 'Ö')`
  const ordered = async (file: string) => {
    const { ask } = await both(source, rows, file)
    return (await ask('SELECT w FROM t ORDER BY w'))[1].join('')
  }
  assert.equal(await ordered('collation: C'), 'BZaÖ')
  assert.equal(await ordered('collation: default'), 'aBÖZ')
  assert.equal(await ordered('collation: sv-x-icu'), 'aBZÖ')
  assert.equal(await ordered('tables: { t: { columns: { w: { collation: sv-x-icu } } } }'), 'aBZÖ')
})

const MIXED = `
  CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT, b TEXT, ab TEXT AS (a || b) STORED, n TEXT COLLATE NOCASE UNIQUE,
                  CHECK (a <> b || '!'), CHECK (a > b OR a <= b));
  CREATE INDEX p_both ON p (a || b); CREATE INDEX p_a ON p (a) WHERE a <> b;
  CREATE TABLE log (id INTEGER PRIMARY KEY, said TEXT);
  CREATE TABLE child (id INTEGER PRIMARY KEY, a TEXT REFERENCES p (n));
  CREATE VIEW v_alone AS SELECT a, b FROM p;
  CREATE VIEW v_union AS SELECT a FROM p UNION SELECT b FROM p;
  CREATE VIEW v_all AS SELECT a FROM v_alone UNION ALL SELECT b FROM p;
  CREATE VIEW v_joined AS SELECT a || ' ' || b AS x, coalesce(a, b) AS y, CASE WHEN a > b THEN a ELSE b END AS z FROM p;
  CREATE VIEW v_join AS SELECT x.id, y.id FROM p x JOIN p y ON x.a = y.b WHERE x.b NOT IN (SELECT a FROM p);
  CREATE VIEW v_groups AS SELECT a, count(*) AS n, max(b || a) AS m FROM v_alone GROUP BY a HAVING a < 'y';
  CREATE VIEW v_distinct AS SELECT DISTINCT a FROM p ORDER BY a;
  CREATE VIEW v_less AS SELECT a FROM p EXCEPT SELECT b FROM p WHERE b LIKE 'b%';
  CREATE VIEW v_like AS SELECT id FROM p WHERE a LIKE b || '%' OR instr(a, b) > 0 OR replace(a, b, '') = '';
  CREATE VIEW v_tree AS WITH RECURSIVE r (x) AS (SELECT a FROM p UNION SELECT b FROM p JOIN r ON p.a = r.x) SELECT x FROM r;
  CREATE TRIGGER p_said AFTER INSERT ON p WHEN NEW.a <> NEW.b BEGIN
    INSERT INTO log (said) SELECT a || NEW.b FROM p WHERE a = NEW.a AND b = NEW.b; END`
const VIEWS = ['union', 'all', 'joined', 'join', 'groups', 'distinct', 'less', 'like', 'tree'].map(
  name => `v_${name}`,
)

for (const [name, collation, before] of [
  ['another collation', 'de-x-icu', ''],
  [
    'a collation that is not exact',
    'caseless',
    `CREATE COLLATION public.caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
  ],
] as const) {
  test(`${name} for one column: expressions, views and triggers compare as in the source`, async () => {
    const rows = `INSERT INTO p (id, a, b) VALUES (1, 'a', 'B'), (2, 'b', 'a'), (3, 'A', 'b'), (4, 'ä', 'ä'), (5, 'B', 'ab')`
    const file = `tables: { p: { columns: { a: { collation: ${collation} } } } }`
    const { plan, ask, client } = await both(MIXED, rows, file, before)
    assert.deepEqual(plan.what.leftOut, [])
    for (const view of VIEWS) {
      const columns = plan.what.views.find(there => there.name === view)!.columns.map(c => `"${c}"`)
      const [here, there] = await ask(
        `SELECT r FROM (SELECT ${columns.join(` || '|' || `)} AS r FROM ${view}) AS x`,
      )
      assert.deepEqual(there.map(String).sort(), here.map(String).sort(), view)
    }
    const [here, there] = await ask('SELECT said FROM log ORDER BY id')
    assert.deepEqual(there, here)
    const { rows: columns } = await client.query(
      `SELECT collation_name FROM information_schema.columns WHERE table_name = 'v_alone' ORDER BY 1`,
    )
    assert.deepEqual(
      columns.map(row => row.collation_name),
      ['C', collation],
    )
  })
}

test('one collation for all: comparisons of columns are served by their indexes', async () => {
  const { plan } = await both(MIXED, '', 'collation: de-x-icu')
  assert.deepEqual(plan.what.leftOut, [])
  const join = plan.what.views.find(({ name }) => name === 'v_join')!
  assert.doesNotMatch(join.query, /COLLATE/)
})

test('expressions are tried by the collation of their columns', async () => {
  const client = await session(server.url)
  after(() => client.end())
  await beginEvaluation(client)
  const column = (collation?: string) =>
    columnPlan('a', { kind: 'text' }, { ...(collation && { collation }) })
  const tried = async (collation?: string) =>
    evaluateThere(client, [column(collation)], [['a']], [{ sql: `"a" < 'B'` }])
  assert.deepEqual(await tried('"C"'), [[{ text: 'false' }]])
  assert.deepEqual(await tried(), [[{ text: 'true' }]])
})
