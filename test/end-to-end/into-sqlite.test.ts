/** PostgreSQL → SQLite: what the user has afterwards, where the file is meanwhile, and how it is taken back. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openWorld } from './world.ts'

const world = await openWorld()

const SHOP = `
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE TABLE customer (
    id serial PRIMARY KEY, name text NOT NULL, big bigint, ratio double precision, price numeric(12,2),
    member boolean, born date, opens time, seen timestamp, at timestamptz, doc jsonb, token uuid, photo bytea,
    mood mood, tags text[]);
  INSERT INTO customer (name, big, ratio, price, member, born, opens, seen, at, doc, token, photo, mood, tags)
  SELECT 'n' || i, 9007199254740993 + i, i / 3.0::float8, i * 1.25, i % 2 = 0, date '2020-02-28' + i,
         time '23:59:58' + i * interval '0.5 s', timestamp '2020-01-01' + i * interval '1 s 1 us',
         timestamptz '2020-01-01 00:00+02' + i * interval '1 h', jsonb_build_object('i', i), md5(i::text)::uuid,
         decode(md5(i::text), 'hex'), 'ok', ARRAY['a', NULL, 'ü' || i]
    FROM generate_series(1, 900) AS i;
  INSERT INTO customer (name) VALUES ('nothing else');
  CREATE TABLE purchase (
    id uuid PRIMARY KEY, customer integer NOT NULL REFERENCES customer (id) ON DELETE CASCADE, note text);
  INSERT INTO purchase SELECT md5(i::text)::uuid, 1 + i % 900, repeat('x', i % 40) FROM generate_series(1, 1500) AS i;
  CREATE TABLE log (line text);
  INSERT INTO log SELECT 'line ' || i % 7 FROM generate_series(1, 500) AS i;
  CREATE INDEX purchase_customer ON purchase (customer);`

const filesOf = (path: string) => readdirSync(dirname(path))
const inFolder = (name: string) => join(dirname(world.source('CREATE TABLE elsewhere (a)')), name)

function asked<T>(path: string, sql: string): T[] {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare(sql).raw().safeIntegers().all() as T[]
  } finally {
    db.close()
  }
}

const copy = (url: string, path: string, ...words: string[]) =>
  world.run(['full', '--from', url, '--to', `sqlite:${path}`, '--yes', ...words])

test('every row arrives in one file of its owner alone, and the same comes back as it was read', async () => {
  const { url } = await world.target(SHOP)
  const path = inFolder('shop.db')
  const ended = await copy(url, path, '--id', 'arrives', '--json')
  assert.equal(ended.status, 0, ended.all)
  const { tables } = JSON.parse(ended.out) as { tables: { name: string; verdict: string; written: number }[] }
  assert.deepEqual(
    tables.map(({ name, verdict, written }) => [name, verdict, written]),
    [
      ['customer', 'equal', 901],
      ['log', 'equal', 500],
      ['purchase', 'equal', 1500],
    ],
  )
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(
    filesOf(path).filter(name => name.includes('shop.db')),
    ['shop.db'],
  )
  const [row] = asked(
    path,
    'SELECT big, price, member, born, opens, seen, token, photo, mood FROM customer WHERE id = 3',
  )
  assert.deepEqual(row, [
    9007199254740996n,
    3.75,
    0n,
    '2020-03-02',
    '23:59:59.500000',
    '2020-01-01 00:00:03.000003',
    'eccbc87e-4b5c-e2fe-2830-8fd9f2a7baf3',
    Buffer.from('eccbc87e4b5ce2fe28308fd9f2a7baf3', 'hex'),
    'ok',
  ])
  assert.deepEqual(asked(path, 'SELECT count(*) FROM customer WHERE photo IS NULL AND seen IS NULL'), [[1n]])
  assert.deepEqual(asked(path, 'PRAGMA foreign_key_check'), [])
  assert.deepEqual(asked(path, 'PRAGMA integrity_check'), [['ok']])
  assert.deepEqual(asked(path, "SELECT seq FROM sqlite_sequence WHERE name = 'customer'"), [[901n]])
  assert.deepEqual(asked(path, 'SELECT state, verdict FROM longhaul_run'), [['done', 'equal']])
})

test('until it is approved nothing is to be seen under the name, and a file that comes there meanwhile stays', async () => {
  const { url } = await world.target(
    'CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, NULL)',
  )
  const path = inFolder('gated.db')
  const plan = join(dirname(path), 'plan.yaml')
  writeFileSync(plan, 'version: 1\ngates: [before-cutover]\n')
  const waiting = await copy(url, path, '--id', 'gated', '--plan', plan)
  assert.equal(waiting.status, 6, waiting.all)
  assert.equal(existsSync(path), false)
  assert.equal(filesOf(path).filter(name => name.startsWith('.gated.db.longhaul-')).length, 1)
  writeFileSync(path, 'of somebody else')
  const approve = () => world.run(['approve', 'gated', '--step', 'before-cutover', '--by', 'ann'])
  await approve()
  const refused = await world.run(['watch', 'gated'])
  assert.equal(refused.status, 1, refused.all)
  assert.match(refused.all, /somebody has put a file there/)
  assert.equal(statSync(path).size, 'of somebody else'.length)
  rmSync(path)
  assert.equal((await copy(url, path, '--id', 'gated', '--plan', plan)).status, 6)
  await approve()
  const ended = await world.run(['watch', 'gated'])
  assert.equal(ended.status, 0, ended.all)
  assert.deepEqual(asked(path, 'SELECT * FROM t'), [[1n, null]])
})

test('a new file is taken back by removing it, unless somebody has written to it', async () => {
  const { url } = await world.target(
    'CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, NULL)',
  )
  const path = inFolder('back.db')
  assert.equal((await copy(url, path, '--id', 'back')).status, 0)
  const db = new Database(path)
  db.exec("INSERT INTO t VALUES (2, 'mine')")
  db.close()
  const refused = await world.run(['rollback', 'back', '--yes'])
  assert.notEqual(refused.status, 0, refused.all)
  assert.deepEqual(asked(path, 'SELECT id FROM t'), [[1n], [2n]])
  const taken = await world.run(['rollback', 'back', '--yes', '--accept', 'rows-of-others'])
  assert.equal(taken.status, 0, taken.all)
  assert.deepEqual(
    filesOf(path).filter(name => name.includes('back.db')),
    [],
  )
})

test('a database that is there gets the rows beside its own, its triggers rest, and all of it is taken back', async () => {
  const { url } = await world.target(SHOP)
  const path = world.source(`
    CREATE TABLE mine (a); INSERT INTO mine VALUES (1);
    CREATE TABLE log (line TEXT); INSERT INTO log VALUES ('before'), ('before too');
    CREATE TRIGGER heard AFTER INSERT ON log BEGIN INSERT INTO mine VALUES (new.line); END`)
  const before = [
    'SELECT * FROM mine',
    'SELECT * FROM log',
    "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1",
  ]
  const was = before.map(sql => asked(path, sql))
  const refused = await copy(url, path, '--id', 'refused')
  assert.equal(refused.status, 3, refused.all)
  const ended = await copy(url, path, '--id', 'beside', '--if-exists', 'append')
  assert.equal(ended.status, 0, ended.all)
  assert.deepEqual(asked(path, 'SELECT count(*) FROM log'), [[502n]])
  assert.deepEqual(asked(path, 'SELECT count(*) FROM purchase'), [[1500n]])
  assert.deepEqual(asked(path, 'SELECT count(*) FROM mine'), [[1n]])
  assert.deepEqual(asked(path, "SELECT name FROM sqlite_schema WHERE type = 'trigger'"), [['heard']])
  const taken = await world.run(['rollback', 'beside', '--yes'])
  assert.equal(taken.status, 0, taken.all)
  assert.deepEqual(
    before.map(sql => asked(path, sql)),
    was,
  )
})
