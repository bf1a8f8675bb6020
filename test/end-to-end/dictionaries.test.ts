/** Guide 1: a workbook for each dictionary, out of PostgreSQL and into SQLite, as one run. */
import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openWorld } from './world.ts'

const world = await openWorld()

const DICTIONARIES = `
  CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE);
  INSERT INTO users VALUES (1, 'a@example.org'), (2, '=cmd|calc');
  CREATE TABLE dictionaries (id serial PRIMARY KEY, name text NOT NULL, owner int REFERENCES users, made timestamptz NOT NULL, meta jsonb);
  INSERT INTO dictionaries (name, owner, made, meta)
    SELECT CASE WHEN i = 5 THEN 'Patients / 2024' ELSE 'Dictionary ' || i END, 1 + i % 2, '2024-02-29 12:00+02', jsonb_build_object('no', i)
      FROM generate_series(1, 6) AS i;
  CREATE TABLE versions (id serial PRIMARY KEY, dictionary int NOT NULL REFERENCES dictionaries, no int, rows bigint);
  INSERT INTO versions (dictionary, no, rows) SELECT d, v, 9007199254740993 FROM generate_series(1, 6) AS d, generate_series(1, 2) AS v;
  CREATE TABLE fields (version int REFERENCES versions, name text, ratio float8, exact numeric(20, 10), code text, PRIMARY KEY (version, name));
  INSERT INTO fields SELECT v, 'f' || f, f / 3.0, f * 1.0000000001, '00' || f FROM generate_series(1, 12) AS v, generate_series(1, 3) AS f;
  CREATE TABLE annotations (id uuid PRIMARY KEY, version int, field text, body text,
                            FOREIGN KEY (version, field) REFERENCES fields (version, name));
  INSERT INTO annotations SELECT md5(v || '/' || f)::uuid, v, 'f' || f, CASE f WHEN 1 THEN '' WHEN 2 THEN E'line\\nline' END
    FROM generate_series(1, 12) AS v, generate_series(1, 3) AS f;`

function dump(path: string, sql: string): unknown[] {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare(sql).raw().safeIntegers().all()
  } finally {
    db.close()
  }
}

test('a workbook for each dictionary lies between PostgreSQL and SQLite, with every row on both sides', async () => {
  const { url, rows } = await world.target(DICTIONARIES)
  const [folder, path] = [join(world.folder, 'exports'), join(world.folder, 'app.db')]
  const words = [
    'full',
    '--from',
    url,
    '--to',
    `sqlite:${path}`,
    '--via',
    `xlsx:${folder}`,
    '--per',
    'dictionaries',
  ]
  const ended = await world.run([...words, '--id', 'safest', '--yes'])
  assert.equal(ended.status, 0, ended.all)
  const [dated] = readdirSync(folder)
  assert.match(dated!, /^\d{8}-\d{6}$/)
  const files = readdirSync(join(folder, dated!)).sort()
  assert.equal(files.length, 8, files.join(' '))
  assert.ok(files.includes('Patients_-_2024_5.xlsx'), files.join(' '))
  assert.ok(files.includes('other-tables.xlsx'))
  for (const table of ['users', 'dictionaries', 'versions', 'fields', 'annotations']) {
    const [[there]] = (await rows(`SELECT count(*)::int FROM ${table}`)) as [[number]]
    assert.deepEqual(dump(path, `SELECT count(*) FROM ${table}`), [[BigInt(there)]], table)
  }
  assert.deepEqual(dump(path, 'SELECT rows FROM versions WHERE id = 12'), [[9007199254740993n]])
  assert.deepEqual(dump(path, "SELECT ratio, exact, code FROM fields WHERE version = 3 AND name = 'f2'"), [
    [2 / 3, '2.0000000002', '002'],
  ])
  assert.deepEqual(dump(path, 'PRAGMA foreign_key_check'), [])
  await oneDamaged(join(folder, dated!))
})

/** All others are read, and that one is read by itself once it is whole. */
async function oneDamaged(folder: string): Promise<void> {
  const [book, path] = [join(folder, 'Dictionary_3_3.xlsx'), join(world.folder, 'second.db')]
  copyFileSync(book, `${book}.whole`)
  truncateSync(book, 4000)
  const from = ['import', '--from', `xlsx:${folder}`, '--to', `sqlite:${path}`, '--id', 'damaged', '--yes']
  const ended = await world.run(from)
  assert.equal(ended.status, 4, ended.all)
  assert.match(ended.all, /file 3 of 7: its rows are not taken/)
  const told = await world.run(['report', 'damaged'])
  assert.match(told.out, /Dictionary_3_3\.xlsx/)
  assert.deepEqual(dump(path, 'SELECT count(*), sum(id = 3) FROM dictionaries'), [[5n, 0n]])
  copyFileSync(`${book}.whole`, book)
  const again = await world.run(['retry', 'damaged', '--failed'])
  assert.equal(again.status, 0, again.all)
  assert.deepEqual(dump(path, 'SELECT count(*) FROM fields WHERE version IN (5, 6)'), [[6n]])
}
