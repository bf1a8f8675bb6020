/** Texts keep their order in a database that sorts by a language, or get the one that the plan file names. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openWorld, query, type Target } from './world.ts'

const world = await openWorld()

const SOURCE = `
  CREATE TABLE tag (name TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT UNIQUE, tag TEXT REFERENCES tag, n VARCHAR(9) COLLATE NOCASE,
                     CHECK (title >= '' AND lower(title) <> 'none'));
  CREATE INDEX note_tag ON note (tag, title);
  CREATE VIEW titles AS SELECT title AS t FROM note UNION SELECT name FROM tag;
  INSERT INTO tag VALUES ('a'), ('B'), ('ä'), ('-'), ('A');
  INSERT INTO note (title, tag, n) SELECT name || '1', name, name FROM tag UNION ALL SELECT 'a', 'ä', 'x';`

/** A database that sorts as English does. */
async function english(): Promise<Target> {
  const name = `english_${Math.random().toString(36).slice(2)}`
  await query(
    world.server.url,
    `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'`,
  )
  const url = new URL(world.server.url)
  url.pathname = `/${name}`
  return { url: url.href, rows: (sql, values) => query(url.href, sql, values) }
}

function file(name: string, text: string): string {
  const path = join(world.folder, name)
  writeFileSync(path, `version: 1\n${text}`)
  return path
}

const collations = (target: Target) =>
  target.rows(`
    SELECT table_name || '.' || column_name AS name, collation_name FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')
     ORDER BY table_name, column_name`)

test('order and uniqueness are those of the source, and plan and script say so', async () => {
  const [source, target] = [world.source(SOURCE), await english()]
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  const planned = await world.run(['plan', ...ends, '--sql'])
  assert.match(planned.out, /"title" text COLLATE "C"/)
  assert.match((await world.run(['plan', ...ends])).out, /texts +compared by collation "C"/)
  const said = await world.run(['full', ...ends])
  assert.equal(said.status, 0, said.all)
  assert.deepEqual(await collations(target), [
    ['note.n', null],
    ['note.tag', 'C'],
    ['note.title', 'C'],
    ['tag.name', 'C'],
    ['titles.t', 'C'],
  ])
  const db = new Database(source, { readonly: true })
  for (const sql of ['SELECT title FROM note ORDER BY title', 'SELECT t FROM titles ORDER BY t DESC']) {
    const here = db.prepare(sql).raw().all()
    assert.deepEqual(await target.rows(sql), here)
  }
  db.close()
  await assert.rejects(target.rows(`INSERT INTO note (title) VALUES ('ä1')`), /unique/)
  await target.rows(`INSERT INTO note (title) VALUES ('Ä1')`)
})

test('tables that are there keep their collation, and what refers to them gets it', async () => {
  const [source, target] = [world.source(SOURCE), await english()]
  await target.rows(`CREATE TABLE tag (name text COLLATE "de-x-icu" PRIMARY KEY)`)
  const ends = ['--from', `sqlite:${source}`, '--to', target.url, '--if-exists', 'use']
  const said = await world.run(['full', ...ends])
  assert.equal(said.status, 0, said.all)
  const there = new Map((await collations(target)) as [string, string | null][])
  assert.equal(there.get('tag.name'), 'de-x-icu')
  assert.equal(there.get('note.tag'), 'de-x-icu', 'as its parent')
  assert.equal(there.get('note.title'), 'C')
  const checked = await world.run(['check', ...ends.slice(0, 4), '--tables', 'note'])
  assert.equal(checked.status, 0, checked.all)
})

test('the plan file names another, for all or for a column', async () => {
  const [source, target] = [world.source(SOURCE), await english()]
  const plan = file(
    'german.yaml',
    'collation: default\ntables: { note: { columns: { title: { collation: de-x-icu } } } }',
  )
  const said = await world.run(['full', '--from', `sqlite:${source}`, '--to', target.url, '--plan', plan])
  assert.equal(said.status, 0, said.all)
  assert.deepEqual(
    (await collations(target)).filter(([, name]) => name !== null),
    [
      ['note.title', 'de-x-icu'],
      // What it shows was compared by bytes.
      ['titles.t', 'C'],
    ],
  )
})

test('a name that the target does not have is refused before anything is written', async () => {
  const [source, target] = [world.source(SOURCE), await english()]
  const plan = file('unknown.yaml', 'tables: { note: { columns: { title: { collation: de-x-ico } } } }')
  const said = await world.run(['full', '--from', `sqlite:${source}`, '--to', target.url, '--plan', plan])
  assert.equal(said.status, 3, said.all)
  assert.match(said.all, /collation-unknown\W+note\.title: the target has no collation "?de-x-ico/)
  assert.match(said.all, /Did you mean de-x-icu\?/)
  assert.deepEqual(await collations(target), [])
})
