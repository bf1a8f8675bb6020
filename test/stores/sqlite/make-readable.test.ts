/** Databases with collations of their applications: what the snapshot makes of them, and what it tells. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import type { Row } from '../../../model/types.ts'
import { makeReadable } from '../../../stores/sqlite/make-readable.ts'
import { checkFile, snapshot } from '../../../stores/sqlite/snapshot.ts'
import { openSqlite } from '../../../stores/sqlite/store.ts'
import type { SourceStore } from '../../../stores/store.ts'
import { renameNocase } from '../../support/own-collation.ts'
import { database, folder, hashes, planOf } from './files.ts'

const OPTIONS = { progress: () => {}, signal: new AbortController().signal, busyTimeoutMs: 1000 }

async function snapshotOf(t: TestContext, source: string): Promise<string> {
  const dest = join(folder(t), 'snapshot.db')
  await snapshot(source, dest, OPTIONS)
  return dest
}

async function openCopy(t: TestContext, source: string): Promise<SourceStore> {
  const store = openSqlite(await snapshotOf(t, source))
  t.after(() => store.close())
  return store
}

const rowsOf = (store: SourceStore, name: string): Row[] => {
  const table = store.describe().tables.find(table => table.name === name)!
  return [...store.read(planOf(table), {})].flat()
}

const WORDS = ['b', 'A', 'C', 'a2', 'Zz', 'aB', 'D', 'é', 'É2', '']

const fill = (insert: string) => (db: Database.Database) => {
  const statement = db.prepare(insert)
  for (const [i, word] of WORDS.entries()) statement.run(word, i)
  renameNocase(db)
}

test('a WITHOUT ROWID table in the order of the application is read in ranges of its key', async t => {
  const source = database(
    t,
    `CREATE TABLE tags (note DEFAULT 'n', tag TEXT COLLATE NOCASE, usn REAL, low AS (lower(tag)), twice AS (tag || tag) STORED,
       PRIMARY KEY (usn DESC, tag)) WITHOUT ROWID;
     CREATE INDEX tags_note ON tags (note);
     CREATE UNIQUE INDEX tags_twice ON tags (twice COLLATE NOCASE DESC) WHERE tag <> 'x';
     CREATE INDEX tags_usn ON tags (usn) WHERE tag > 'b';
     CREATE INDEX tags_is_a ON tags (tag = 'a')`,
    fill('INSERT INTO tags (tag, usn) VALUES (?, ? / 4)'),
  )
  const before = hashes(source)
  const path = await snapshotOf(t, source)
  assert.deepEqual(hashes(source), before)
  assert.deepEqual(await checkFile(path, () => {}), [])
  const store = openSqlite(path)
  t.after(() => store.close())
  const table = store.describe().tables[0]!
  const plan = planOf(table)
  const bounds = [...store.bounds(plan, 3)]
  assert.equal(bounds.length, 3)
  const ranges = [...bounds, undefined].map((upTo, i) => ({
    ...(i > 0 && { after: bounds[i - 1]! }),
    ...(upTo && { upTo }),
  }))
  const rows = ranges.flatMap(range => [...store.read(plan, range)].flat())
  const lower = (word: string) => word.replace(/[A-Z]/g, letter => letter.toLowerCase())
  assert.deepEqual(
    rows.map(row => JSON.stringify(row)).toSorted(),
    WORDS.map((word, i) => JSON.stringify(['n', word, i / 4, lower(word), word + word])).toSorted(),
  )
})

test('what is described is what the database says', async t => {
  const sql = `
    CREATE TABLE tags (tag text NOT NULL PRIMARY KEY COLLATE NOCASE, usn INT, UNIQUE (usn, tag)) without rowid;
    CREATE TABLE decks (id INTEGER PRIMARY KEY, name TEXT COLLATE"NOCASE"NOT NULL, other TEXT, CHECK (name <> 'COLLATE NOCASE'));
    CREATE INDEX decks_name ON decks (name DESC, other COLLATE /* no case */ NOCASE) WHERE other COLLATE [NOCASE] > 'a';
    CREATE VIEW v AS SELECT * FROM decks ORDER BY other COLLATE NOCASE;
    CREATE TABLE plain (a TEXT COLLATE RTRIM)`
  const source = database(t, sql, db => renameNocase(db))
  const { tables, others } = (await openCopy(t, source)).describe()
  assert.deepEqual(
    tables.map(({ name, columns }) => [name, columns.map(({ collation }) => collation)]),
    [
      ['decks', [undefined, 'unicase', undefined]],
      ['plain', ['RTRIM']],
      ['tags', ['unicase', undefined]],
    ],
  )
  const decks = tables[0]!
  assert.match(decks.sql, /COLLATE"unicase"NOT NULL.*'COLLATE unicase'/)
  assert.match(decks.indexes[0]!.sql, /\/\* no case \*\/ unicase\) WHERE other COLLATE \[unicase\]/)
  assert.deepEqual(decks.indexes[0]!.parts, [
    { column: 'name', descending: true },
    { column: 'other', descending: false, collation: 'unicase' },
  ])
  assert.match(others[0]!.sql, /COLLATE unicase$/)
  assert.deepEqual(tables[2]!.access, { by: 'key', columns: ['tag'] })
  assert.deepEqual(tables[2]!.uniques, [{ columns: ['usn', 'tag'] }])
})

test('a parent is found by its bytes', async t => {
  const source = database(
    t,
    `CREATE TABLE tags (tag TEXT PRIMARY KEY COLLATE NOCASE, usn INT) WITHOUT ROWID;
     CREATE TABLE uses (id INTEGER PRIMARY KEY, tag TEXT REFERENCES tags)`,
    db => {
      for (const tag of ['b', 'A', 'C', 'aB']) db.prepare('INSERT INTO tags VALUES (?, 1)').run(tag)
      for (const tag of ['b', 'A', 'C', 'aB', 'a']) db.prepare('INSERT INTO uses (tag) VALUES (?)').run(tag)
      renameNocase(db)
    },
  )
  const store = await openCopy(t, source)
  const uses = store.describe().tables.find(({ name }) => name === 'uses')!
  assert.deepEqual(store.scan(uses, () => {}).foreignKeys, [{ orphans: 1, example: 'id = 5' }])
})

test('rows that break their table arrive as they are', async t => {
  const source = database(
    t,
    `CREATE TABLE tags (tag TEXT PRIMARY KEY COLLATE NOCASE, usn INT) WITHOUT ROWID`,
    db => {
      fill('INSERT INTO tags VALUES (?, nullif(?, 3))')(db)
      db.pragma('writable_schema = ON')
      db.exec(`UPDATE sqlite_schema SET sql = replace(sql, 'usn INT', 'usn INT NOT NULL CHECK (usn > 5)')`)
    },
  )
  const rows = rowsOf(await openCopy(t, source), 'tags')
  assert.deepEqual(
    rows.toSorted().map(String),
    WORDS.map((word, i) => [word, i === 3 ? null : i])
      .toSorted()
      .map(String),
  )
})

test('all other files stay what they are, bit for bit', async t => {
  const source = database(
    t,
    `CREATE TABLE a (x TEXT COLLATE NOCASE PRIMARY KEY, y DEFAULT 'COLLATE unicase') WITHOUT ROWID;
     CREATE INDEX i ON a (y COLLATE RTRIM); CREATE VIEW v AS SELECT x COLLATE unicase AS x FROM a;
     INSERT INTO a (x) VALUES ('b'), ('A')`,
  )
  const before = readFileSync(source)
  await makeReadable(source, source, OPTIONS.signal)
  assert.ok(readFileSync(source).equals(before))
})

const REFUSED: [string, string, RegExp][] = [
  [
    'a column that the collation computes',
    `CREATE TABLE t (a TEXT COLLATE NOCASE, low AS (lower(a)), is_x AS (a = 'x'))`,
    /column "is_x" of table "t" is computed with a collation \(unicase\)/,
  ],
  [
    'two keys that differ by the collation alone',
    `CREATE TABLE t (a TEXT PRIMARY KEY, UNIQUE (a COLLATE NOCASE))`,
    /a table has several keys of the same columns.*\(unicase\)/,
  ],
  [
    'a key with a column twice',
    `CREATE TABLE t (a TEXT, b, PRIMARY KEY (a, a COLLATE NOCASE)) WITHOUT ROWID`,
    /several keys of the same columns/,
  ],
]

for (const [what, sql, words] of REFUSED) {
  test(`refused: ${what}`, async t => {
    const source = database(t, sql, db => renameNocase(db))
    await assert.rejects(snapshotOf(t, source), (error: Error) => {
      assert.match(error.message, words)
      return true
    })
  })
}

test('a stored column that the collation computed is read as it is', async t => {
  const source = database(
    t,
    `CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, is_x AS (a = 'x') STORED) WITHOUT ROWID;
     INSERT INTO t (a) VALUES ('X'), ('y')`,
    db => renameNocase(db),
  )
  assert.deepEqual(rowsOf(await openCopy(t, source), 't'), [
    ['X', 1],
    ['y', 0],
  ])
})

test('a key that is there twice is damage', async t => {
  const source = database(
    t,
    `CREATE TABLE t (a TEXT, b); CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE)`,
    db => {
      db.unsafeMode(true)
      db.pragma('writable_schema = ON')
      db.exec(`UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE ', '')`)
      db.pragma('writable_schema = RESET')
      db.exec(`INSERT INTO t VALUES ('a', 1), ('a', 2)`)
      db.pragma('writable_schema = ON')
      db.exec(`UPDATE sqlite_schema SET sql = replace(sql, 'CREATE INDEX', 'CREATE UNIQUE INDEX')`)
      renameNocase(db)
    },
  )
  await assert.rejects(snapshotOf(t, source), /index "i" does not hold what table "t" holds/)
})

test('a snapshot of ours is no source', async t => {
  const source = database(t, 'CREATE TABLE t (a TEXT COLLATE NOCASE)', db => renameNocase(db))
  const copy = await snapshotOf(t, source)
  await assert.rejects(snapshotOf(t, copy), /it is a snapshot that longhaul took of another database/)
})

test('tables of many pages, with auto_vacuum, in UTF-16', async t => {
  const source = database(
    t,
    `PRAGMA auto_vacuum = FULL; PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 512;
     CREATE TABLE a (k TEXT COLLATE NOCASE, n INT, PRIMARY KEY (k, n)) WITHOUT ROWID;
     CREATE TABLE b (k TEXT COLLATE NOCASE, n INT, PRIMARY KEY (k)) WITHOUT ROWID;
     CREATE INDEX b_n ON b (n);
     CREATE TABLE last (x)`,
    db => {
      const insert = ['a', 'b'].map(name => db.prepare(`INSERT INTO ${name} VALUES (?, ?)`))
      db.transaction(() => {
        for (let i = 0; i < 3000; i++) {
          const word = `${i % 2 ? 'Word' : 'word'} ${(i * 7919) % 3000}`
          for (const statement of insert) statement.run(word, i)
        }
      })()
      renameNocase(db)
    },
  )
  const path = await snapshotOf(t, source)
  assert.deepEqual(await checkFile(path, () => {}), [])
  const db = new Database(path, { readonly: true })
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  db.close()
  const store = openSqlite(path)
  t.after(() => store.close())
  for (const name of ['a', 'b']) {
    const rows = rowsOf(store, name)
    assert.equal(rows.length, 3000)
    assert.equal(new Set(rows.map(([word]) => word)).size, 3000)
    assert.equal(
      rows.reduce((sum, [, n]) => sum + Number(n), 0),
      (2999 * 3000) / 2,
    )
  }
})

test('an index that SQLite alone cannot fill is described, and stands in the way of nothing', async t => {
  const source = database(
    t,
    `CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, b) WITHOUT ROWID; CREATE INDEX i ON t (a, lower(b))`,
    db => {
      fill('INSERT INTO t VALUES (?, ?)')(db)
      db.pragma('writable_schema = ON')
      db.exec(`UPDATE sqlite_schema SET sql = replace(sql, 'lower', 'own_function')`)
    },
  )
  const path = await snapshotOf(t, source)
  assert.deepEqual(await checkFile(path, () => {}), [])
  const store = openSqlite(path)
  t.after(() => store.close())
  assert.equal(store.describe().tables[0]!.indexes[0]!.parts[1]!.expression, 'own_function(b)')
  assert.equal(rowsOf(store, 't').length, WORDS.length)
})
