/** What views give is compared on both engines after a run: those that differ are differences, each with a reason. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ReportDocument } from '../../model/report/document.ts'
import { openWorld, type Target } from './world.ts'

const world = await openWorld()

const SHOP = `
  CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, at TIMESTAMP, sold INTEGER DEFAULT 0);
  CREATE VIEW names AS SELECT name FROM item;
  CREATE VIEW sums AS SELECT name, sum(price) AS price, avg(price) AS mean, count(*) AS n FROM item GROUP BY name;
  CREATE VIEW dear AS SELECT name, price * 1.1 AS price FROM sums WHERE price > 0.3;
  CREATE VIEW fresh AS SELECT id FROM item WHERE at > datetime('now', '-1 day');
  CREATE VIEW over_fresh AS SELECT count(*) AS n FROM fresh;
  CREATE VIEW times AS SELECT id, at, date(at) AS day FROM item;
  CREATE VIEW none AS SELECT * FROM item WHERE id < 0;
  INSERT INTO item (name, price, at) VALUES ('a', 0.1, '2024-01-01 10:00:00'), ('a', 0.2, NULL), ('B', 1e15, '2024-02-29 00:00:00'),
    ('B', 0.3, NULL), ('é', -7.5, NULL), ('B', -1e15, NULL);`

const ends = (source: string, target: Target) => ['--from', `sqlite:${source}`, '--to', target.url]

interface Compared {
  status: number | string
  out: string
  differences: string[]
  verdict: string
  views: Record<string, string>
  report: ReportDocument
  markdown: string
}

async function full(source: string, target: Target, words: string[] = []): Promise<Compared> {
  const said = await world.run(['full', ...ends(source, target), ...words, '--json'])
  const { result } = JSON.parse(said.out)
  const report: ReportDocument = JSON.parse(readFileSync(result.report.json, 'utf8'))
  const views = Object.fromEntries(report.views.map(({ name, verdict }) => [name, verdict]))
  const markdown = readFileSync(result.report.markdown, 'utf8')
  return { status: said.status, out: said.out, ...result, views, report, markdown }
}

test('views that give the same are equal, and those that depend on the clock are not compared', async () => {
  const { status, views, report, markdown } = await full(world.source(SHOP), await world.target())
  assert.equal(status, 0)
  const equal = ['names', 'sums', 'dear', 'times', 'none'].map(name => [name, 'equal'])
  const others = ['fresh', 'over_fresh'].map(name => [name, 'not compared'])
  assert.deepEqual(views, Object.fromEntries([...equal, ...others]))
  assert.deepEqual(
    report.views.filter(({ name }) => name === 'names').map(v => [v.sourceRows, v.targetRows]),
    [[6, 6]],
  )
  assert.match(
    markdown,
    /^\| over_fresh \| not compared \| +\| +\| its rows depend on the clock or on chance \|$/m,
  )
})

/** Somebody who makes another view of each that is made under the name `names`. */
const MEDDLES = (query: string) => `
  CREATE FUNCTION meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('meddle.done', true) IS DISTINCT FROM 'yes' AND EXISTS (
      SELECT FROM pg_catalog.pg_event_trigger_ddl_commands() WHERE object_identity = 'public.names')
    THEN
      PERFORM set_config('meddle.done', 'yes', true);
      CREATE OR REPLACE VIEW public.names (name) AS ${query};
    END IF; END $$;
  CREATE EVENT TRIGGER meddle ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION meddle()`

test('a view with other rows is a difference, told with their numbers', async () => {
  const target = await world.target(MEDDLES('SELECT name FROM public.item WHERE id > 1'))
  const { status, verdict, differences, views, markdown } = await full(world.source(SHOP), target)
  assert.equal(status, 4)
  assert.equal(verdict, 'different')
  assert.deepEqual(differences, ['view names: its rows differ (6 in the source, 5 in the target)'])
  assert.equal(views.names, 'different')
  assert.equal(views.sums, 'equal')
  assert.match(markdown, /\*\*difference\*\*: view names: its rows differ/)
  assert.match(markdown, /^\| names \| different \| 6 \| 5 \|/m)
})

test('a view with as many rows of other values is one, too, and one on which the server fails', async () => {
  const other = await world.target(MEDDLES('SELECT lower(name) FROM public.item'))
  const { differences } = await full(world.source(SHOP), other)
  assert.deepEqual(differences, ['view names: its rows differ (6 rows on both sides, and not the same ones)'])
  const failing = await world.target(MEDDLES('SELECT (name || 1 / (id - 1))::text FROM public.item'))
  const failed = await full(world.source(SHOP), failing)
  assert.equal(failed.status, 4)
  assert.equal(failed.differences.length, 1)
  assert.match(failed.differences[0]!, /^view names: PostgreSQL fails on it: .*\(22012\)$/)
})

test('an order that a query leaves open is no difference', async () => {
  const source = world.source(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
    CREATE VIEW names AS SELECT group_concat(a) AS name FROM t;
    INSERT INTO t (a) VALUES ('x'), ('y');`)
  const target = await world.target(
    MEDDLES(`SELECT pg_catalog.string_agg(a, ',' ORDER BY a DESC) FROM public.t`),
  )
  const { status, views, report } = await full(source, target)
  assert.equal(status, 0)
  assert.deepEqual(views, { names: 'not compared' })
  assert.match(report.views[0]!.reason!, /leaves open the order of what group_concat\(\) puts together/)
})

test('views over rows that are in quarantine are not compared, others are', async () => {
  const source = world.source(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, n INT); CREATE TABLE other (id INTEGER PRIMARY KEY);
    CREATE VIEW sum_of AS SELECT count(*) AS n FROM t; CREATE VIEW over AS SELECT n FROM sum_of;
    CREATE VIEW others AS SELECT id FROM other;
    INSERT INTO t (n) VALUES (1), ('N/A'); INSERT INTO other VALUES (1);`)
  const target = await world.target()
  const plan = `${source}.yaml`
  writeFileSync(
    plan,
    'version: 1\ntables: { t: { columns: { "n": { type: bigint, on_error: quarantine } } } }\n',
  )
  const { status, views, report } = await full(source, target, ['--plan', plan])
  assert.equal(status, 4)
  assert.deepEqual(views, { sum_of: 'not compared', over: 'not compared', others: 'equal' })
  assert.match(report.views.find(({ name }) => name === 'over')!.reason!, /rows are in quarantine in table t/)
})

test('only a run that copies everything compares views', async () => {
  const target = await world.target()
  const source = world.source(SHOP)
  const said = await world.run(['schema', ...ends(source, target), '--json'])
  assert.equal(said.status, 0, said.all)
  const report = JSON.parse(readFileSync(JSON.parse(said.out).result.report.json, 'utf8'))
  assert.deepEqual(report.views, [])
})
