/** The same rows through every pair of kinds: what comes back is what was sent, by the comparison of every row. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { SOURCE } from './two-truths.ts'
import { openWorld, query } from './world.ts'

const world = await openWorld()

interface Verdicts {
  tables: { name: string; read: number; verdict: string; sourceDigest: string; targetDigest: string }[]
}

/** Digests by table. */
async function copied(from: string, to: string, ...words: string[]): Promise<Map<string, string>> {
  const ended = await world.run(['full', '--from', from, '--to', to, '--json', '--yes', ...words])
  assert.equal(ended.status, 0, ended.all)
  const { tables } = JSON.parse(ended.out) as Verdicts
  for (const { verdict, sourceDigest, targetDigest } of tables)
    assert.deepEqual([verdict, targetDigest], ['equal', sourceDigest])
  return new Map(tables.map(({ name, sourceDigest }) => [name, sourceDigest]))
}

/** Digests of the comparison of a SQLite database with a PostgreSQL one. */
async function compared(from: string, to: string): Promise<Map<string, string>> {
  // PostgreSQL needs no rule to tell that a boolean is true or false.
  const ended = await world.run(['check', '--from', from, '--to', to, '--accept', 'check-missing', '--json'])
  assert.equal(ended.status, 0, ended.all)
  const { tables } = JSON.parse(ended.out) as Verdicts
  for (const { name, verdict } of tables) assert.equal(verdict, 'equal', `${name}: ${ended.all}`)
  return new Map(tables.map(({ name, sourceDigest }) => [name, sourceDigest]))
}

test('SQLite to PostgreSQL, to another PostgreSQL, and back to SQLite: every digest is the first one', async () => {
  const source = `sqlite:${world.source(SOURCE)}`
  const [one, two] = [await world.target(), await world.target()]
  const back = join(world.folder, 'back.db')
  const first = await copied(source, one.url)
  await copied(one.url, two.url, '--id', 'on')
  // No default of SQLite is certain to be the bytes of a random UUID.
  const consent = ['--accept', 'default-not-translated:token_transactions.transaction_id']
  const second = await copied(two.url, `sqlite:${back}`, '--id', 'back', ...consent)
  assert.deepEqual(await compared(source, two.url), first)
  assert.deepEqual(second, first)
  assert.deepEqual(await compared(`sqlite:${back}`, one.url), first)
  assert.deepEqual(await compared(two.url, `sqlite:${back}`), first)
  const repaired = await world.run(['repair', 'on'])
  assert.equal(repaired.status, 2, repaired.all)
  assert.match(repaired.all, /only runs from SQLite are repaired/)
  const db = new Database(back)
  db.exec(`UPDATE users SET name = 'another' WHERE id = 7; DELETE FROM user_sessions WHERE user_id = 9`)
  db.close()
  const unlike = await world.run(['check', '--from', two.url, '--to', `sqlite:${back}`])
  assert.equal(unlike.status, 4, unlike.all)
  assert.match(unlike.out, /table "users": 1 row with other values \(in "name"\)/)
  assert.match(unlike.out, /table "user_sessions": 1 row missing/)
})

/** The application of guide 1, as its own migrations make it in PostgreSQL. */
const DICTIONARIES = `
  CREATE TYPE state AS ENUM ('draft', 'active', 'archived');
  CREATE TABLE dictionaries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(255) NOT NULL UNIQUE, description text,
    source_file varchar(500), total_records bigint NOT NULL DEFAULT 0, state state NOT NULL DEFAULT 'draft',
    tags text[] NOT NULL DEFAULT '{}', metadata jsonb, created_at timestamp NOT NULL DEFAULT now());
  CREATE TABLE versions (
    id serial PRIMARY KEY, dictionary uuid NOT NULL REFERENCES dictionaries (id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0), schema_hash char(64), is_current boolean NOT NULL DEFAULT true,
    changed_at timestamptz NOT NULL, UNIQUE (dictionary, number));
  CREATE TABLE fields (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version integer NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    path varchar(500) NOT NULL, data_type varchar(50), nullable boolean, is_array boolean NOT NULL DEFAULT false,
    percentage numeric(5,2) CHECK (percentage >= 0 AND percentage <= 100), mean double precision, sample bytea,
    valid_during tstzrange, took interval);
  CREATE INDEX fields_by_path ON fields (version, path);
  CREATE INDEX arrays ON fields (path) WHERE is_array;
  CREATE TABLE annotations (
    field bigint NOT NULL REFERENCES fields (id), author text NOT NULL, body text NOT NULL,
    PRIMARY KEY (field, author));
  INSERT INTO dictionaries (name, description, total_records, state, tags, metadata, created_at)
  SELECT 'dictionary ' || i, CASE WHEN i % 3 > 0 THEN repeat('ä', i) END, i * 10000000000, (ARRAY['draft', 'active', 'archived'])[1 + i % 3]::state,
         ARRAY['a"b', NULL, 'c,' || i], jsonb_build_object('n', i, 'big', 12345678901234567890.5), timestamp '2024-01-01' + i * interval '1 day 0.000001 s'
    FROM generate_series(1, 30) AS i;
  INSERT INTO versions (dictionary, number, schema_hash, is_current, changed_at)
  SELECT id, n, md5(id::text || n) || md5(n::text), n = 2, timestamptz '2024-06-30 23:59:59.999999+02' FROM dictionaries, generate_series(1, 2) AS n;
  INSERT INTO fields (version, path, data_type, nullable, is_array, percentage, mean, sample, valid_during, took)
  SELECT id, 'p.' || n, 'string', NULLIF(n % 3, 0) = 1, n % 5 = 0, n * 1.25, n / 3.0::float8, decode(md5(n::text), 'hex'),
         tstzrange('2024-01-01 00:00+00', '2024-01-01 00:00+00'::timestamptz + n * interval '1 h'), n * interval '1 mon 2 days 03:04:05.6'
    FROM versions, generate_series(1, 40) AS n;
  INSERT INTO annotations SELECT id, 'ana', 'note ' || id FROM fields WHERE id % 7 = 0;`

test('guide 1: the dictionaries move to one SQLite file, with keys, rules, indexes and numbers that go on', async () => {
  const origin = await world.target(DICTIONARIES)
  const file = join(world.folder, 'app.db')
  const ended = await world.run([
    'full',
    '--from',
    origin.url,
    '--to',
    `sqlite:${file}`,
    '--id',
    'guide-1',
    '--yes',
  ])
  assert.ok(existsSync(file), ended.all)
  assert.match(String(ended.status), /^[04]$/, ended.all)
  const db = new Database(file)
  try {
    db.pragma('foreign_keys = ON')
    assert.deepEqual(db.pragma('integrity_check', { simple: true }), 'ok')
    assert.deepEqual(db.pragma('foreign_key_check'), [])
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
    assert.deepEqual(['dictionaries', 'versions', 'fields', 'annotations'].map(count), [30, 60, 2400, 342])
    const [there] = await query(
      origin.url,
      `SELECT id::text, name, total_records::text, state::text, to_json(tags)::text, metadata ->> 'big' FROM dictionaries WHERE name = 'dictionary 7'`,
    )
    const here = db
      .prepare(
        `SELECT id, name, CAST(total_records AS TEXT), state, tags, metadata ->> 'big' FROM dictionaries WHERE name = 'dictionary 7'`,
      )
      .raw()
      .get() as unknown[]
    assert.deepEqual(here.slice(0, 4), there!.slice(0, 4))
    assert.deepEqual(JSON.parse(String(here[4])), JSON.parse(String(there![4])))
    const refused = (sql: string) => assert.throws(() => db.exec(sql), /constraint/, sql)
    refused(`UPDATE fields SET percentage = 101 WHERE id = 1`)
    refused(`UPDATE dictionaries SET state = 'lost'`)
    refused(`INSERT INTO annotations VALUES (999999, 'x', 'y')`)
    refused(`UPDATE versions SET number = 1`)
    db.exec(`INSERT INTO fields (version, path) VALUES (1, 'new')`)
    assert.equal(db.prepare('SELECT max(id) FROM fields').pluck().get(), 2401)
    db.exec(`DELETE FROM dictionaries WHERE name = 'dictionary 1' AND NOT EXISTS (SELECT 1 FROM annotations)`)
  } finally {
    db.close()
  }
})
