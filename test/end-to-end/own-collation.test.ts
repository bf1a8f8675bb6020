/** A collection of Anki (schema 18): keys and indexes by a collation that no other program has. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type Database from 'better-sqlite3'
import { renameNocase } from '../support/own-collation.ts'
import { imprint, openWorld } from './world.ts'

const world = await openWorld()

/** As rslib/src/storage/upgrades makes them, with NOCASE for what `renameNocase` makes `unicase`. */
const ANKI = `
  CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, ver integer NOT NULL, conf text NOT NULL);
  CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, tags text NOT NULL,
    flds text NOT NULL, sfld integer NOT NULL, data text NOT NULL);
  CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL);
  CREATE INDEX ix_cards_nid ON cards (nid);
  CREATE TABLE deck_config (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE NOCASE,
    mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL);
  CREATE TABLE config (KEY text NOT NULL PRIMARY KEY, usn integer NOT NULL, mtime_secs integer NOT NULL,
    val blob NOT NULL) without rowid;
  CREATE TABLE fields (ntid integer NOT NULL, ord integer NOT NULL, name text NOT NULL COLLATE NOCASE,
    config blob NOT NULL, PRIMARY KEY (ntid, ord)) without rowid;
  CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid);
  CREATE TABLE templates (ntid integer NOT NULL, ord integer NOT NULL, name text NOT NULL COLLATE NOCASE,
    mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL, PRIMARY KEY (ntid, ord)) without rowid;
  CREATE UNIQUE INDEX idx_templates_name_ntid ON templates (name, ntid);
  CREATE INDEX idx_templates_usn ON templates (usn);
  CREATE TABLE notetypes (id integer NOT NULL PRIMARY KEY, name text NOT NULL COLLATE NOCASE,
    mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL);
  CREATE UNIQUE INDEX idx_notetypes_name ON notetypes (name);
  CREATE INDEX idx_notetypes_usn ON notetypes (usn);
  CREATE TABLE decks (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE NOCASE,
    mtime_secs integer NOT NULL, usn integer NOT NULL, common blob NOT NULL, kind blob NOT NULL);
  CREATE UNIQUE INDEX idx_decks_name ON decks (name);
  CREATE TABLE tags (tag text NOT NULL PRIMARY KEY COLLATE NOCASE, usn integer NOT NULL,
    collapsed boolean NOT NULL, config blob NULL) without rowid;`

const WORDS = [
  'b',
  'A',
  'leech',
  'Leeches',
  'C::d',
  'c',
  'Zz',
  'a2',
  'marked',
  'é',
  'É 2',
  '日本',
  '_',
  'Basic',
]

/** What was put in, by table, as both engines' drivers give it when the target's columns are cast to text. */
function fill(db: Database.Database): Record<string, string[][]> {
  const rows: Record<string, string[][]> = {}
  const put = (table: string, cells: (string | number)[]) => {
    const places = cells.map(() => '?').join(', ')
    const asBlob = cells.map(cell => (cell === 'blob' ? Buffer.from('blob') : cell))
    db.prepare(`INSERT INTO ${table} VALUES (${places})`).run(...asBlob)
    rows[table] = [
      ...(rows[table] ?? []),
      cells.map(cell => (cell === 'blob' ? '\\x626c6f62' : String(cell))),
    ]
  }
  for (const [i, word] of WORDS.entries()) {
    put('tags', [word, i, i % 2, 'blob'])
    put('notetypes', [i, word, 1700000000, i, 'blob'])
    put('decks', [i, word, 1700000000, i, 'blob', 'blob'])
    put('deck_config', [i, word, 1700000000, i, 'blob'])
    put('config', [word, i, 1700000000, 'blob'])
    for (const ord of [0, 1]) {
      put('fields', [i, ord, `${word} ${ord}`, 'blob'])
      put('templates', [i, ord, `${word} ${ord}`, 1700000000, i, 'blob'])
    }
  }
  renameNocase(db)
  return rows
}

function collection(): { source: string; rows: Record<string, string[][]> } {
  let rows: Record<string, string[][]> = {}
  const source = world.source(db => {
    db.exec(ANKI)
    rows = fill(db)
  })
  return { source, rows }
}

/** `collapsed boolean` arrives as one. */
const asText = (table: string, row: unknown[]): string[] =>
  row.map((cell, i) => (table === 'tags' && i === 2 ? String(Number(cell === 'true')) : String(cell)))

test('all rows of a collection arrive; what is not there is the order of the application alone', async () => {
  const { source, rows } = collection()
  const target = await world.target()
  const before = imprint(source)
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  const said = await world.run(['full', ...ends])
  assert.equal(said.status, 4, said.all)
  assert.match(said.all, /collation-not-converted/)
  assert.match(said.all, /unicase/)
  assert.deepEqual(imprint(source), before)
  for (const [table, sent] of Object.entries(rows)) {
    const columns = sent[0]!.map((_, i) => `c${i}::text`).join(', ')
    const names = sent[0]!.map((_, i) => `c${i}`).join(', ')
    const arrived = await target.rows(`SELECT ${columns} FROM ${table} AS t (${names})`)
    const texts = arrived.map(row => asText(table, row))
    assert.deepEqual(texts.toSorted(), sent.toSorted(), table)
  }
  const keys = await target.rows(`SELECT conname FROM pg_constraint WHERE conname = 'tags_pkey'`)
  assert.deepEqual(keys, [['tags_pkey']])
})

test('accepted, the run ends well; what is left out is in the words of the collection', async () => {
  const { source } = collection()
  const target = await world.target()
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  const said = await world.run(['full', ...ends, '--accept', 'collation-not-converted'])
  assert.equal(said.status, 0, said.all)
  const left = said.all.match(/\S+left-out\.sql/)?.[0]
  assert.ok(left, said.all)
  const text = readFileSync(left.startsWith('/') ? left : join(world.folder, left), 'utf8')
  assert.match(text, /-- collation tags\.tag\n.*\n-- COLLATE unicase/)
})

test('a foreign key to such a key compares the bytes; a child that the collation alone finds needs consent', async () => {
  const source = world.source(db => {
    db.exec(`
      CREATE TABLE tags (tag TEXT PRIMARY KEY COLLATE NOCASE, usn INT) WITHOUT ROWID;
      CREATE TABLE uses (id INTEGER PRIMARY KEY, tag TEXT REFERENCES tags);
      INSERT INTO tags VALUES ('b', 1), ('A', 2), ('C', 3), ('aB', 4);
      INSERT INTO uses (tag) VALUES ('b'), ('A'), ('C'), ('aB'), ('AB')`)
    renameNocase(db)
  })
  const target = await world.target()
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  const refused = await world.run(['full', ...ends])
  assert.equal(refused.status, 3, refused.all)
  assert.match(refused.all, /one row finds no parent in tags/)
  assert.match(refused.all, /find their parents in tags by the collation unicase/)
  const accepted = ['--accept', 'foreign-key-violated', '--accept', 'collation-not-converted']
  const said = await world.run(['full', ...ends, ...accepted])
  assert.equal(said.status, 0, said.all)
  const keys = await target.rows(
    `SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'uses'::regclass AND contype = 'f'`,
  )
  assert.deepEqual(keys, [['uses_tag_fkey', false]])
  const rows = await target.rows('SELECT tag FROM uses ORDER BY id')
  assert.deepEqual(rows.flat(), ['b', 'A', 'C', 'aB', 'AB'])
})
