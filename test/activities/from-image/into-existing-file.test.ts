/** Rows of an image go among those of others: what becomes of keys that are there, and how all of it is taken back. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { RequestOptions } from '../../../model/plan-request.ts'
import { contentOf, execute, FileRun, newFolder, query } from './file-run.ts'

const THERE = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT, seen REAL DEFAULT 1.5);
  CREATE TABLE log (at TEXT, what);
  CREATE TABLE rates (day TEXT, code TEXT, rate NUMERIC, PRIMARY KEY (day, code)) WITHOUT ROWID;
  CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER REFERENCES users(id), text TEXT);
  CREATE TRIGGER no_insert BEFORE INSERT ON users BEGIN SELECT raise(ABORT, 'no'); END;
  INSERT INTO log VALUES ('a', 1), ('b', 2);
  INSERT INTO rates VALUES ('d1', 'EUR', 1), ('d1', 'USD', 1.5);
  INSERT INTO notes VALUES (1, NULL, 'x');
`
const USERS = `INSERT INTO users VALUES (1, 'a@x', 'A', NULL), (2, 'b@x', 'B' || char(0) || char(10), 9e999);`
const IMAGE = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT, name TEXT);
  CREATE TABLE log (at TEXT, what);
  CREATE TABLE rates (day TEXT, code TEXT, rate NUMERIC);
  INSERT INTO users VALUES (2, 'bb@x', 'new B'), (3, 'c@x', 'C'), (5, 'e@x', NULL);
  INSERT INTO log VALUES ('c', x'01'), ('d', 4.0);
  INSERT INTO rates VALUES ('d1', 'USD', 2), ('d2', 'EUR', 3);
`

function prepared(
  options: RequestOptions,
  there = THERE.replace('CREATE TRIGGER', `${USERS} CREATE TRIGGER`),
) {
  const folder = newFolder()
  const path = join(folder, 'app.db')
  execute(path, there)
  return new FileRun(folder, path, options)
}

/** No key tells rows of the log apart. */
const LOG_APART = {
  file: 'plan.yaml',
  tables: { log: { skip: false, onConflict: 'fail' as const, columns: {} } },
  ...{ exclude: [], accept: [], how: {}, positions: {} },
}

const users = (path: string) => query(path, 'SELECT id, mail, name, seen FROM users ORDER BY id')

test('rows whose keys are there are overwritten; a rollback puts back what they held', async () => {
  const run = prepared({ ifExists: 'upsert', how: { chunkRows: 2 } })
  const before = contentOf(run.path)
  const { results, failures } = await run.whole(IMAGE, LOG_APART)
  assert.deepEqual(failures, [])
  assert.deepEqual(
    results
      .map(({ name, verdict, read, written, skipped, note }) => [name, verdict, read, written, skipped, note])
      .sort(),
    [
      ['log', 'equal', 2, 2, 0, undefined],
      ['rates', 'equal', 2, 2, 0, '1 row of the target overwritten'],
      ['users', 'equal', 3, 3, 0, '1 row of the target overwritten'],
    ],
  )
  assert.deepEqual(users(run.path), [
    [1n, 'a@x', 'A', null],
    [2n, 'bb@x', 'new B', Number.POSITIVE_INFINITY],
    [3n, 'c@x', 'C', 1.5],
    [5n, 'e@x', null, 1.5],
  ])
  // Others go on with the file: what they add stays.
  execute(run.path, `INSERT INTO log VALUES ('mine', 5)`)
  await run.takenBack()
  execute(run.path, `DELETE FROM log WHERE at = 'mine'`)
  assert.deepEqual(contentOf(run.path), before)
})

function statOf(path: string): unknown[] {
  const db = new Database(path)
  try {
    return db.prepare('SELECT * FROM stat ORDER BY id').raw().safeIntegers().all()
  } finally {
    db.close()
  }
}

test('a column may have any name, and one that both sides compute is left to the target', async () => {
  const there = `
    CREATE TABLE stat (id INTEGER PRIMARY KEY, hit INTEGER, longhaul_hit TEXT, twice INTEGER AS (hit * 2));
    INSERT INTO stat (id, hit, longhaul_hit) VALUES (1, 10, 'one'), (2, 20, 'two')`
  const run = prepared({ ifExists: 'upsert' }, there)
  const { failures } = await run.whole(
    `CREATE TABLE stat (id INTEGER PRIMARY KEY, hit INTEGER, longhaul_hit TEXT, twice INTEGER AS (hit * 2));
     INSERT INTO stat (id, hit, longhaul_hit) VALUES (2, 1, 'TWO'), (3, 2, 'three'), (4, NULL, 'four')`,
  )
  assert.deepEqual(failures, [])
  assert.deepEqual(statOf(run.path), [
    [1n, 10n, 'one', 20n],
    [2n, 1n, 'TWO', 2n],
    [3n, 2n, 'three', 4n],
    [4n, null, 'four', null],
  ])
})

test('rows whose keys are there are skipped, by any of the keys of the table', async () => {
  const run = prepared({ ifExists: 'append', onConflict: 'skip' })
  const before = contentOf(run.path)
  const { results } = await run.whole(
    `${IMAGE} INSERT INTO users VALUES (9, 'A@X', 'the same mail')`,
    LOG_APART,
  )
  assert.deepEqual(
    results
      .map(({ name, verdict, read, written, skipped }) => [name, verdict, read, written, skipped])
      .sort(),
    [
      ['log', 'equal', 2, 2, 0],
      ['rates', 'equal', 2, 1, 1],
      ['users', 'equal', 4, 2, 2],
    ],
  )
  assert.deepEqual(
    users(run.path).map(([id]) => id),
    [1n, 2n, 3n, 5n],
  )
  await run.takenBack()
  assert.deepEqual(contentOf(run.path), before)
})

test('a key that is there refuses the run, or stops it before anything of its chunk is written', async () => {
  const run = prepared({ ifExists: 'append' })
  const plan = await run.planned(IMAGE)
  assert.deepEqual(
    plan.findings.filter(({ severity }) => severity === 'refused').map(({ code, object }) => [code, object]),
    [
      ['keys-taken', 'table rates'],
      ['keys-taken', 'table users'],
    ],
  )
  const later = prepared({ ifExists: 'append' }, THERE)
  await later.planned(
    `CREATE TABLE users (id INTEGER, mail TEXT); INSERT INTO users VALUES (1, 'a'), (2, 'b')`,
  )
  await later.opened()
  execute(later.path, `INSERT INTO users VALUES (2, 'somebody', NULL, NULL)`)
  await assert.rejects(later.copied(), /1 row\(s\) of a chunk have a key that the table "users"/)
  assert.deepEqual(users(later.path), [[2n, 'somebody', null, null]])
})

test('rows of others that refer to rows of the run stay, unless somebody consents to their loss', async () => {
  const run = prepared({ ifExists: 'upsert' })
  const before = contentOf(run.path)
  await run.whole(IMAGE, LOG_APART)
  execute(run.path, `INSERT INTO notes VALUES (2, 5, 'mine'), (3, 1, 'stays')`)
  await assert.rejects(run.takenBack(), /1 row of table "notes" refer to rows of "users"/)
  await run.takenBack(true)
  assert.deepEqual(query(run.path, 'SELECT id FROM notes'), [[1n], [3n]])
  execute(run.path, 'DELETE FROM notes WHERE id = 3')
  assert.deepEqual(contentOf(run.path), before)
})

test('a row of the run that somebody has changed since is told before it goes', async () => {
  const run = prepared({ ifExists: 'upsert' })
  await run.whole(IMAGE, LOG_APART)
  execute(run.path, `UPDATE users SET name = 'mine' WHERE id = 3`)
  await assert.rejects(run.takenBack(), /table "users" has been changed since/)
})

test('what the target would not keep as it is refuses the run', async () => {
  const run = prepared({ ifExists: 'append' })
  const plan = await run.planned(`
    CREATE TABLE users (id INTEGER, mail TEXT, name INTEGER, seen TEXT, extra TEXT);
    INSERT INTO users VALUES (7, NULL, 5, '1.5', 'x'), (7, 'y', NULL, NULL, NULL);
    CREATE TABLE log (what TEXT);`)
  assert.deepEqual(
    plan.findings
      .filter(({ severity }) => severity === 'refused')
      .map(({ code, object, message }) => [code, object, message]),
    [
      [
        'duplicate-keys',
        'table users',
        '1 row of the source have a key (id) that another of its rows has as well',
      ],
      ['column-does-not-fit', 'users.extra', 'extra is not a column of users'],
      ['column-does-not-fit', 'users.mail', "the target's column takes no NULL, which 1 row have"],
      [
        'column-does-not-fit',
        'users.name',
        "the target's column is declared TEXT, which does not keep 1 value as they are",
      ],
      [
        'column-does-not-fit',
        'users.seen',
        "the target's column is declared REAL, which does not keep 1 value as they are",
      ],
    ],
  )
})

test('a table of the file is replaced, and a rollback puts the old one back', async () => {
  const run = prepared({ ifExists: 'replace' })
  const before = contentOf(run.path)
  await run.whole('CREATE TABLE log (one, two DEFAULT 2); INSERT INTO log (one) VALUES (1)')
  assert.deepEqual(query(run.path, 'SELECT * FROM log'), [[1n, 2n]])
  await run.takenBack()
  assert.deepEqual(contentOf(run.path), before)
})

test('numbers that were given out are as before, unless somebody has been given one since', async () => {
  const notes = `CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a'), ('b')`
  const last = (path: string) => query(path, `SELECT seq FROM sqlite_sequence WHERE name = 'notes'`)
  const run = prepared({ ifExists: 'append' })
  await run.whole(notes)
  assert.deepEqual(last(run.path), [[3n]])
  await run.takenBack()
  assert.deepEqual(last(run.path), [[1n]])
  const later = prepared({ ifExists: 'append' })
  await later.whole(notes)
  execute(later.path, `INSERT INTO notes (text) VALUES ('mine')`)
  await later.takenBack()
  assert.deepEqual(last(later.path), [[4n]])
})

test('whole numbers in a column of reals are the same numbers, in a STRICT table as well', async () => {
  const there = 'CREATE TABLE a (r REAL, n NUMERIC); CREATE TABLE b (r REAL, i INT, t TEXT, x ANY) STRICT'
  const run = prepared({ ifExists: 'append' }, there)
  const { results } = await run.whole(`
    CREATE TABLE a (r INTEGER, n REAL); CREATE TABLE b (r INTEGER, i INTEGER, t TEXT, x);
    INSERT INTO a VALUES (5, 7.0), (NULL, 0.5); INSERT INTO b VALUES (5, 9007199254740993, '7', '8'), (0, NULL, NULL, x'00')`)
  assert.deepEqual(
    results.map(({ verdict }) => verdict),
    ['equal', 'equal'],
  )
  assert.deepEqual(query(run.path, 'SELECT typeof(r), typeof(n) FROM a'), [
    ['real', 'integer'],
    ['null', 'real'],
  ])
  const other = prepared({ ifExists: 'append' }, there)
  const { findings } = await other.planned(
    `CREATE TABLE b (i, t, x); INSERT INTO b VALUES (1.5, 7, 1), ('x', x'00', 2)`,
  )
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'refused').map(({ object, message }) => [object, message]),
    [
      ['b.i', "the target's column is declared INT, which does not keep 2 values as they are"],
      ['b.t', "the target's column is declared TEXT, which does not keep 2 values as they are"],
    ],
  )
})
