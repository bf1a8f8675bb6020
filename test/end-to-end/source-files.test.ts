/** States in which a SQLite file can be: read without a trace, or refused with one clear sentence. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import Database from 'better-sqlite3'
import { kill, program } from '../stores/sqlite/files.ts'
import { LONGHAUL, type Said } from './cli.ts'
import { imprint, openWorld } from './world.ts'

const world = await openWorld()

const NOTES = `
  CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);
  CREATE INDEX note_by_title ON note (title);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
  INSERT INTO note SELECT i, 'title ' || i, printf('%.*c', 50 + i % 300, 'x') FROM n;`

const full = (source: string, target: string, flags: string[] = []) =>
  world.run(['full', '--from', `sqlite:${source}`, '--to', target, ...flags])

function assertTold(said: Said, status: number, words: RegExp[]): void {
  assert.equal(said.status, status, said.all)
  for (const word of words) assert.match(said.all, word)
  assert.doesNotMatch(said.all, /^\s+at .*[:(]\d+|node:internal|defect of longhaul|unexpected/im)
}

suite('sources as they are found', { concurrency: 2 }, () => {
  test('a log that was never checkpointed', async t => {
    const source = world.source(`PRAGMA journal_mode = WAL; ${NOTES}`)
    const late = `db.exec("INSERT INTO note VALUES (9999, 'late', NULL)"); ready(); await released`
    await kill(await program(t, source, late))
    const before = imprint(source)
    const target = await world.target()
    assertTold(await full(source, target.url), 0, [/Complete and valid/])
    assert.deepEqual(await target.rows('SELECT count(*)::int, max(id)::int FROM note'), [[501, 9999]])
    assert.deepEqual(imprint(source), before)
  })

  test('a hot journal: what was cut off never arrives, and the source stays as it was', async t => {
    const source = world.source(NOTES)
    const cut = `db.pragma('cache_size = 5'); db.exec("BEGIN; UPDATE note SET title = 'half done'"); ready(); await released`
    await kill(await program(t, source, cut))
    assert.match(readFileSync(source).toString('latin1'), /half done/)
    const before = imprint(source)
    const target = await world.target()
    assertTold(await full(source, target.url), 0, [/Complete and valid/])
    assert.deepEqual(await target.rows(`SELECT count(*)::int FROM note WHERE title LIKE 'title %'`), [[500]])
    assert.deepEqual(imprint(source), before)
  })

  test('a lock that stays is told after as long as --busy-timeout says', async t => {
    const source = world.source(NOTES)
    await program(t, source, `db.exec('BEGIN EXCLUSIVE'); ready(); await released`)
    const target = await world.target()
    const said = await full(source, target.url, ['--busy-timeout', '0.2'])
    assertTold(said, 3, [/another program keeps the database locked; waited 0\.2 s/, /--busy-timeout/])
    const plan = join(mkdtempSync(join(world.folder, 'plan-')), 'plan.yaml')
    writeFileSync(plan, 'version: 1\nbusy_timeout: 0.3\n')
    assertTold(await full(source, target.url, ['--plan', plan]), 3, [/waited 0\.3 s/])
  })

  test('a lock that is given up in time is waited for', async t => {
    const source = world.source(NOTES)
    const writer = await program(
      t,
      source,
      `db.exec('BEGIN EXCLUSIVE; DELETE FROM note WHERE id > 400'); ready(); await released; db.exec('COMMIT'); db.close()`,
    )
    const target = await world.target()
    const words = ['--from', `sqlite:${source}`, '--to', target.url, '--busy-timeout', '600']
    const run = spawn(process.execPath, [LONGHAUL, 'full', ...words], { env: world.stack.env })
    let said = ''
    const status = new Promise(resolve => run.once('close', resolve))
    for (const stream of [run.stdout, run.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (said.includes('taking the snapshot')) writer.stdin!.end('commit')
      })
    assert.equal(await status, 0, said)
    assert.deepEqual(await target.rows('SELECT count(*)::int FROM note'), [[400]])
  })

  test('a time that makes no sense', async () => {
    const said = await full('app.db', 'postgresql://me@127.0.0.1:1/app', ['--busy-timeout', 'soon'])
    assertTold(said, 2, [/--busy-timeout/, /0 to 86400/])
  })

  const encrypted = () => {
    const bytes = Buffer.alloc(8192)
    let x = 1
    for (let i = 0; i < bytes.length; i++) bytes[i] = (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) >>> 24
    return bytes
  }
  const bad: [what: string, make: (path: string) => void, words: RegExp[]][] = [
    [
      'an encrypted file',
      path => writeFileSync(path, encrypted()),
      [/looks like an encrypted one/, /sqlcipher_export/],
    ],
    ['a pipe', path => execFileSync('mkfifo', [path]), [/no regular file/]],
    ['zero bytes', path => writeFileSync(path, ''), [/the file is empty/]],
    [
      'an index that lacks rows',
      path => {
        const db = new Database(path)
        db.exec(`${NOTES}`)
        db.unsafeMode(true)
        db.pragma('writable_schema = ON')
        db.exec(
          `UPDATE sqlite_schema SET sql = 'CREATE INDEX note_by_title ON note (body)' WHERE type = 'index'`,
        )
        db.close()
      },
      [/index "note_by_title" does not hold what table "note" holds/, /REINDEX/],
    ],
    [
      'a schema that SQLite cannot read',
      path => {
        const db = new Database(path)
        db.exec(NOTES)
        db.unsafeMode(true)
        db.pragma('writable_schema = ON')
        db.exec(`UPDATE sqlite_schema SET sql = 'CREATE TABLE note (id, ' WHERE type = 'table'`)
        db.close()
      },
      [/damaged|malformed/, /note/],
    ],
  ]
  for (const [what, make, words] of bad) {
    test(what, async () => {
      const path = join(mkdtempSync(join(world.folder, 'bad-')), 'app.db')
      make(path)
      const target = await world.target()
      assertTold(await full(path, target.url), 3, words)
      assert.deepEqual(
        await target.rows(`SELECT count(*)::int FROM pg_class WHERE relnamespace = 'public'::regnamespace`),
        [[0]],
      )
    })
  }
})

suite('databases of other kinds', { concurrency: 2 }, () => {
  for (const encoding of ['UTF-16le', 'UTF-16be'])
    test(`texts and names in ${encoding}`, async () => {
      const source = world.source(`PRAGMA encoding = '${encoding}';
        CREATE TABLE "ünï 漢" (id INTEGER PRIMARY KEY, "ö" TEXT DEFAULT 'naïve 😀', n NUMERIC);
        CREATE UNIQUE INDEX "ïx" ON "ünï 漢" ("ö");
        INSERT INTO "ünï 漢" VALUES (1, 'aé漢😀b', 1.5), (2, '', NULL), (3, char(0x10FFFF, 0xFFFD), 7);
        PRAGMA user_version = 7; PRAGMA application_id = 99`)
      const target = await world.target()
      assertTold(await full(source, target.url), 0, [/Complete and valid/])
      assert.deepEqual(await target.rows('SELECT id::int, "ö" FROM "ünï 漢" ORDER BY id'), [
        [1, 'aé漢😀b'],
        [2, ''],
        [3, '\u{10FFFF}\uFFFD'],
      ])
    })

  test('a view on a table that is not there is listed, and the rest arrives', async () => {
    const source = world.source(`${NOTES} CREATE VIEW lost AS SELECT * FROM gone`)
    const target = await world.target()
    assertTold(await full(source, target.url), 4, [/view lost/])
    assert.deepEqual(await target.rows('SELECT count(*)::int FROM note'), [[500]])
  })

  test('a database without tables', async () => {
    const source = world.source('CREATE TABLE t (a); DROP TABLE t')
    const target = await world.target()
    assertTold(await full(source, target.url), 0, [/no table is left to copy/])
  })

  test('1,500 columns, of which few have values', async () => {
    const names = Array.from({ length: 1500 }, (_, i) => `c${i}`)
    const source = world.source(db => {
      db.exec(
        `CREATE TABLE wide (id INTEGER PRIMARY KEY, ${names.map((n, i) => `${n} ${i % 2 ? 'TEXT' : 'INTEGER'}`).join(', ')})`,
      )
      for (let i = 0; i < 1500; i += 100)
        db.exec(`INSERT INTO wide (c${i}, c${i + 1}) VALUES (${i}, 'text ${i}')`)
    })
    const target = await world.target()
    assertTold(await full(source, target.url), 0, [/Complete and valid/])
    assert.deepEqual(await target.rows('SELECT c700::int, c701 FROM wide WHERE id = 8'), [[700, 'text 700']])
  })
})

suite('virtual tables', () => {
  test('full-text search and R-Trees become tables with indexes for the same searches', async () => {
    const source = world.source(`
      CREATE TABLE doc (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
      INSERT INTO doc VALUES (1, 'Ships', 'A long haul over the sea'), (5, 'Trains', 'By land');
      CREATE VIRTUAL TABLE own USING fts5(title, body UNINDEXED, tokenize = 'porter ascii');
      INSERT INTO own (rowid, title, body) VALUES (3, 'fast ships', 'kept'), (-9, 'slow trains', NULL);
      CREATE VIRTUAL TABLE outer_doc USING fts5(title, body, content = 'doc', content_rowid = 'id');
      INSERT INTO outer_doc (outer_doc) VALUES ('rebuild');
      CREATE VIRTUAL TABLE old USING fts4(subject, body, notindexed=body);
      INSERT INTO old VALUES ('hello there', 'x');
      CREATE VIRTUAL TABLE bare USING fts5(words, content = '');
      CREATE VIRTUAL TABLE flat USING rtree(id, x0, x1, y0, y1, +label TEXT);
      INSERT INTO flat VALUES (1, 0, 10, 0, 10, 'low'), (2, 5.5, 20, 5.25, 20, NULL), (3, 100, 101, 100, 101, 'far');
      CREATE VIRTUAL TABLE line USING rtree_i32(id, a, b);
      INSERT INTO line VALUES (7, -3, 4);
      CREATE VIRTUAL TABLE deep USING rtree(id, a, b, c, d, e, f);
      INSERT INTO deep VALUES (1, 0, 1, 2, 3, 4, 5)`)
    const target = await world.target()
    const said = await full(source, target.url)
    assertTold(said, 4, [/virtual table bare: its rows cannot be read/])
    assert.doesNotMatch(said.out, /Differences:[\s\S]*(own|flat|shadow)/)
    const found = (sql: string) => target.rows(`SET enable_seqscan = off; ${sql}`)
    const matching = (table: string, words: string, query: string) =>
      `FROM ${table} WHERE to_tsvector('simple', ${words}) @@ plainto_tsquery('simple', '${query}')`
    assert.deepEqual(
      await found(`SELECT "rowid"::int, body ${matching('own', `coalesce("title", '')`, 'ships')}`),
      [[3, 'kept']],
    )
    const both = `coalesce("title", '') || ' ' || coalesce("body", '')`
    assert.deepEqual(await found(`SELECT "rowid"::int ${matching('outer_doc', both, 'land trains')}`), [[5]])
    assert.match(
      String(await found(`EXPLAIN SELECT * ${matching('outer_doc', both, 'land')}`)),
      /outer_doc_search/,
    )
    const near = 'box(point("x0", "y0"), point("x1", "y1")) && box(point(6, 6), point(7, 7))'
    assert.deepEqual(await found(`SELECT id::int, y0, label FROM flat WHERE ${near} ORDER BY id`), [
      [1, 0, 'low'],
      [2, 5.25, null],
    ])
    assert.match(String(await found(`EXPLAIN SELECT * FROM flat WHERE ${near}`)), /flat_box/)
    assert.deepEqual(await found('SELECT id::int, a::int, b::int FROM line'), [[7, -3, 4]])
    assert.deepEqual(await found('SELECT f FROM deep'), [[5]])
    assert.deepEqual(await found(`SELECT to_regclass('own_content'), to_regclass('flat_node')`), [
      [null, null],
    ])
    await target.rows(`INSERT INTO own (title) VALUES ('a new one')`)
  })
})
