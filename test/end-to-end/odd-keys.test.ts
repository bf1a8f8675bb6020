/** Keys that PostgreSQL would not take as they are: with NULL in them, and too long for a btree. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { openWorld, type Target } from './world.ts'

const world = await openWorld()

const constraints = async ({ rows }: Target): Promise<unknown[][]> =>
  rows(`SELECT conrelid::regclass::text, conname, contype::text FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`)

test('a primary key with NULL in it arrives as UNIQUE, with all rows and the foreign key to it', async () => {
  const source = world.source(`
    CREATE TABLE usage (auth TEXT, code INT, note TEXT, CONSTRAINT pk_usage PRIMARY KEY (auth, code));
    INSERT INTO usage VALUES ('EPSG', 1, 'a'), (NULL, 1, 'b'), (NULL, 1, 'c'), ('EPSG', NULL, 'd'), (NULL, NULL, 'e');
    CREATE TABLE child (id INTEGER PRIMARY KEY, auth TEXT, code INT, FOREIGN KEY (auth, code) REFERENCES usage);
    INSERT INTO child VALUES (1, 'EPSG', 1), (2, NULL, 7)`)
  const target = await world.target()
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  const said = await world.run(['full', ...ends])
  assert.equal(said.status, 0, said.all)
  assert.deepEqual(await constraints(target), [
    ['child', 'child_auth_code_fkey', 'f'],
    ['child', 'child_pkey', 'p'],
    ['usage', 'pk_usage', 'u'],
  ])
  assert.deepEqual(await target.rows(`SELECT auth, code, note FROM usage ORDER BY note`), [
    ['EPSG', '1', 'a'],
    [null, '1', 'b'],
    [null, '1', 'c'],
    ['EPSG', null, 'd'],
    [null, null, 'e'],
  ])
  await target.rows(`INSERT INTO usage VALUES (NULL, 1)`)
  await assert.rejects(target.rows(`INSERT INTO usage VALUES ('EPSG', 1)`), { code: '23505' })
  await assert.rejects(target.rows(`INSERT INTO child VALUES (3, 'EPSG', 2)`), { code: '23503' })
})

/** Hex digits that no compression brings below a btree's limit. */
const long = (seed: string): string =>
  Array.from({ length: 200 }, (_, i) => createHash('sha256').update(`${seed} ${i}`).digest('hex')).join('')

test('keys that are too long for a btree are kept unique by hash, and found by it', async () => {
  const source = world.source(db => {
    db.exec(`CREATE TABLE page (url TEXT PRIMARY KEY, title TEXT UNIQUE COLLATE NOCASE, body TEXT, slug TEXT);
             CREATE INDEX page_body ON page (body DESC);
             CREATE UNIQUE INDEX page_slug ON page (slug) WHERE slug <> '';
             CREATE TABLE link (url TEXT REFERENCES page (url))`)
    const insert = db.prepare('INSERT INTO page VALUES (?, ?, ?, ?)')
    insert.run(long('a'), long('b'), long('c'), long('d'))
    insert.run('short', 'Short', null, '')
    insert.run('other', null, null, '')
  })
  const target = await world.target()
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  const words = [...ends, '--id', 'long-keys', '--accept', 'foreign-key-not-converted']
  const said = await world.run(['full', ...words])
  assert.equal(said.status, 0, said.all)
  assert.deepEqual(await constraints(target), [
    ['page', 'page_pkey', 'x'],
    ['page', 'page_slug', 'x'],
    ['page', 'page_title_key', 'x'],
  ])
  const insert = `INSERT INTO page VALUES ($1, $2, $3, $4)`
  const twice = { code: '23P01' }
  await assert.rejects(target.rows(insert, [long('a'), 'x', 'x', 'x']), twice)
  await assert.rejects(target.rows(insert, ['x', long('b').toUpperCase(), 'x', 'x']), twice)
  await assert.rejects(target.rows(insert, ['x', 'x', 'x', long('d')]), twice)
  await assert.rejects(target.rows(insert, [null, 'x', 'x', 'x']), { code: '23502' })
  await target.rows(insert, ['x', null, long('c'), ''])
  const found = await target.rows(`SET enable_seqscan = off; EXPLAIN SELECT FROM page WHERE body = 'x'`)
  assert.match(String(found), /page_body/)

  const back = await world.run(['rollback', 'long-keys', '--yes', '--accept', 'rows-of-others'])
  assert.equal(back.status, 0, back.all)
  assert.deepEqual(await target.rows(`SELECT FROM pg_tables WHERE schemaname = 'public'`), [])
})
