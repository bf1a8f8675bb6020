/** Rows into tables that have rows, by their keys, as a user meets it: planned, run, replayed, reported, taken back. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openWorld, type Target } from './world.ts'

const world = await openWorld()

const SOURCE = `
  CREATE TABLE person (id INTEGER PRIMARY KEY, age INTEGER, name TEXT);
  INSERT INTO person VALUES (1, 41, 'Ada'), (2, 'forty', 'Bob'), (3, 'fifty', 'Cid'), (4, 44, 'Dan');
  CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value TEXT);
  INSERT INTO setting VALUES ('colour', 'red'), ('size', 'large')`

const TARGET = `
  CREATE TABLE person (id serial PRIMARY KEY, age integer, name text NOT NULL, joined date DEFAULT '2024-01-01');
  INSERT INTO person VALUES (1, 1, 'Old one', '2001-01-01'), (2, 2, 'Old two', '2002-02-02'), (9, 9, 'Nine', NULL);
  CREATE TABLE setting (name text PRIMARY KEY, value text);
  INSERT INTO setting VALUES ('colour', 'blue')`

const file = (name: string, text: string): string => {
  const path = join(world.folder, name)
  writeFileSync(path, `version: 1\n${text}`)
  return path
}

const people = (target: Target) => target.rows('SELECT id, age, name, joined::text FROM person ORDER BY id')
const settings = (target: Target) => target.rows('SELECT name, value FROM setting ORDER BY name')

test('each table has its own word for keys that are there; quarantined rows come by theirs, and all goes back', async () => {
  const target = await world.target(TARGET)
  const before = [await people(target), await settings(target)]
  const words = ['--from', `sqlite:${world.source(SOURCE)}`, '--to', target.url, '--if-exists', 'upsert']
  const plan = file(
    'by-key.yaml',
    'tables:\n  person: { on_error: quarantine }\n  setting: { on_conflict: skip }\n',
  )
  const shown = await world.run(['plan', ...words, '--plan', plan])
  assert.match(
    shown.out,
    /table person: a row of the target whose key \(id\) the source has as well is overwritten/,
  )
  assert.match(
    shown.out,
    /table setting: a row of the target whose key \(name\) the source has as well stays as it is/,
  )

  const said = await world.run(['full', ...words, '--plan', plan, '--id', 'by-key'])
  assert.equal(said.status, 4, said.all)
  const loaded = [
    [1, 41, 'Ada', '2001-01-01'],
    [2, 2, 'Old two', '2002-02-02'],
    [4, 44, 'Dan', '2024-01-01'],
    [9, 9, 'Nine', null],
  ]
  assert.deepEqual(await people(target), loaded)
  assert.deepEqual(await settings(target), [
    ['colour', 'blue'],
    ['size', 'large'],
  ])
  const report = readFileSync(/\S+report\.md/.exec(said.all)![0], 'utf8')
  assert.match(report, /1 row inserted, 1 row overwritten; 2 rows of others are beside them, as before/)
  assert.match(report, /\| setting \|.*\| 1 \|.*\| 1 \|/)

  const again = file(
    'again.yaml',
    'tables:\n  person: { columns: { age: { on_error: default, default: 0 } } }\n',
  )
  const replayed = await world.run(['replay', 'by-key', '--plan', again])
  assert.equal(replayed.status, 0, replayed.all)
  assert.deepEqual(await people(target), [
    loaded[0],
    [2, 0, 'Bob', '2002-02-02'],
    [3, 0, 'Cid', '2024-01-01'],
    ...loaded.slice(2),
  ])

  const check = await world.run(['rollback', 'by-key', '--check'])
  assert.match(check.all, /person: 2 row\(s\) that the run wrote over get their old values back/)
  const back = await world.run(['rollback', 'by-key', '--yes'])
  assert.equal(back.status, 0, back.all)
  assert.deepEqual([await people(target), await settings(target)], before)
  assert.deepEqual(await target.rows(`SELECT to_regnamespace('longhaul')::text`), [[null]])
})

test('texts go into an enum by its labels; others are told before the copy, or set aside', async () => {
  const target = await world.target(`
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE person (id integer PRIMARY KEY, mood mood);
    INSERT INTO person VALUES (1, 'sad'), (9, 'ok')`)
  const source = world.source(
    `CREATE TABLE person (id INTEGER PRIMARY KEY, mood TEXT);
     INSERT INTO person VALUES (1, 'ok'), (2, 'sad'), (3, 'Sad'), (4, NULL)`,
  )
  const words = ['full', '--from', `sqlite:${source}`, '--to', target.url, '--if-exists', 'upsert']
  const refused = await world.run(words)
  assert.equal(refused.status, 3, refused.all)
  assert.match(refused.out, /person\.mood: 1 row\(s\) have a text that is no label of the enum/)
  const plan = file('moods.yaml', 'tables:\n  person: { on_error: quarantine }\n')
  const said = await world.run([...words, '--plan', plan, '--id', 'moods'])
  assert.equal(said.status, 4, said.all)
  const rows = () => target.rows('SELECT id, mood::text FROM person ORDER BY id')
  assert.deepEqual(await rows(), [
    [1, 'ok'],
    [2, 'sad'],
    [4, null],
    [9, 'ok'],
  ])
  const back = await world.run(['rollback', 'moods', '--yes'])
  assert.equal(back.status, 0, back.all)
  assert.deepEqual(await rows(), [
    [1, 'sad'],
    [9, 'ok'],
  ])
})
