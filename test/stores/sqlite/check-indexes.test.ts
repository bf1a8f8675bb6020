/** Indexes against their tables: sound ones pass whatever they hold, damaged ones are named. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import type { Failure } from '../../../model/failure.ts'
import { checkFile } from '../../../stores/sqlite/check.ts'
import { database, failure, folder } from './files.ts'
import { anyDatabase, make } from './pages/any-database.ts'

const RUNS = Number(process.env.LONGHAUL_TEST_RUNS ?? 150)

const check = (path: string): Promise<string[]> => checkFile(path, () => undefined)

const named = (index: string) =>
  failure('source', new RegExp(`index "${index}" does not hold what table "t" holds`))

test('sound databases are found sound', async t => {
  const path = join(folder(t), 'app.db')
  const property = fc.asyncProperty(anyDatabase, async any => {
    make(path, any)
    assert.deepEqual(await check(path), [])
  })
  await fc.assert(property, { numRuns: RUNS })
})

test('what SQLite finds is found', async t => {
  const path = join(folder(t), 'app.db')
  const bytes = fc.record({ at: fc.nat(), value: fc.nat(255) })
  const property = fc.asyncProperty(anyDatabase, bytes, async (any, { at, value }) => {
    make(path, any)
    const content = readFileSync(path)
    content[any.pageBytes + (at % Math.max(1, content.length - any.pageBytes))] = value
    writeFileSync(path, content)
    const expected = verdict(path)
    const found = await check(path).then(
      remarks => remarks.length === 0,
      (error: Failure) => assert.equal(error.code, 'source', String(error.stack)),
    )
    if (expected === false) assert.equal(found, undefined)
  })
  await fc.assert(property, { numRuns: RUNS })
})

/** Whether SQLite has nothing to say against table and indexes; undefined where it cannot look. */
function verdict(path: string): boolean | undefined {
  const db = new Database(path, { readonly: true })
  try {
    const lines = db.prepare<[], string>('PRAGMA integrity_check(t)').pluck().all()
    return lines.every(line => line === 'ok' || /^(NULL|TEXT|NUMERIC) value in/.test(line))
  } catch {
    return undefined
  } finally {
    db.close()
  }
}

const ROWS = `WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 3000)
  INSERT INTO t SELECT i, 'name ' || (i * 7919 % 3001), i % 5 FROM g;`
const TABLE = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT); ${ROWS}
  CREATE INDEX by_a ON t (a); CREATE INDEX by_b ON t (b DESC, id);`

/** Changes a table past its index `by_a`. */
const pastIndex = (sql: string) => (db: Database.Database) => {
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  db.exec(`CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'by_a';
    DELETE FROM sqlite_schema WHERE name = 'by_a'; PRAGMA writable_schema = RESET`)
  db.pragma('writable_schema = ON')
  db.exec(`${sql}; INSERT INTO sqlite_schema SELECT * FROM kept; PRAGMA writable_schema = RESET`)
}

const changes = {
  'a missing entry': `INSERT INTO t VALUES (5000, 'secret', 1)`,
  'an entry too many': 'DELETE FROM t WHERE id = 1234',
  'another value': `UPDATE t SET a = 'secret' WHERE id = 1234`,
  'another class': 'UPDATE t SET a = CAST(a AS BLOB) WHERE id = 1234',
  'NULL in the place of a value': 'UPDATE t SET a = NULL WHERE id = 1234',
  'another row number': 'UPDATE t SET id = -7 WHERE id = 1234',
  'values that were exchanged': `UPDATE t SET a = (SELECT a FROM t AS other WHERE other.id = 3000 - t.id) WHERE id IN (1, 2999)`,
  'no entry at all': 'DELETE FROM t',
}
for (const [what, sql] of Object.entries(changes)) {
  test(`an index with ${what} is found`, async t => {
    const path = database(t, TABLE, pastIndex(sql))
    await assert.rejects(check(path), named('by_a'))
  })
}

test('an index of many columns that lacks one row is found, and so is one of the row number', async t => {
  for (const parts of ['b, a COLLATE NOCASE DESC', 'id', 'b, id DESC', 'a COLLATE RTRIM, a']) {
    const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); ${ROWS} CREATE INDEX by_a ON t (${parts});`
    assert.deepEqual(await check(database(t, sql)), [])
    await assert.rejects(check(database(t, sql, pastIndex('DELETE FROM t WHERE id = 7'))), named('by_a'))
  }
})

test('two entries in the wrong order are found', async t => {
  for (const order of ['', 'DESC', 'COLLATE NOCASE', 'COLLATE RTRIM']) {
    const path = database(
      t,
      `CREATE TABLE t (a); INSERT INTO t VALUES ('a'), ('b'), ('c'); CREATE INDEX by_a ON t (a ${order})`,
    )
    swapFirstEntries(path, pageOf(path, 'by_a'))
    await assert.rejects(check(path), named('by_a'))
  }
})

test('equal keys with their rows in the wrong order are found', async t => {
  const path = database(
    t,
    'CREATE TABLE t (a); CREATE INDEX by_a ON t (a); INSERT INTO t VALUES (4), (4), (4)',
  )
  swapFirstEntries(path, pageOf(path, 'by_a'))
  await assert.rejects(check(path), named('by_a'))
})

function pageOf(path: string, index: string): number {
  const db = new Database(path, { readonly: true })
  const page = db
    .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(index)!
  db.close()
  return page
}

/** Exchanges the first two cells of a leaf. */
function swapFirstEntries(path: string, page: number): void {
  const bytes = readFileSync(path)
  const at = (page - 1) * 4096 + 8
  const [first, second] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)]
  bytes.writeUInt16BE(second, at)
  bytes.writeUInt16BE(first, at + 2)
  writeFileSync(path, bytes)
}

/** Makes an index unique past its entries. */
const unique = (db: Database.Database) => {
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  db.exec(
    `UPDATE sqlite_schema SET sql = replace(sql, 'CREATE INDEX', 'CREATE UNIQUE INDEX') WHERE name = 'by_a'`,
  )
}

test('keys that should be unique and are not are found', async t => {
  const values = [
    ['a', `('x'), ('x')`],
    ['a COLLATE NOCASE', `('x'), ('X')`],
    ['a COLLATE RTRIM', `('x'), ('x  ')`],
    ['a DESC', `(4), (4.0)`],
    ['a, b', `('x'), ('x')`],
  ]
  for (const [key, rows] of values) {
    const sql = `CREATE TABLE t (a, b DEFAULT 1); CREATE INDEX by_a ON t (${key}); INSERT INTO t (a) VALUES ${rows}`
    assert.deepEqual(await check(database(t, sql)), [])
    await assert.rejects(check(database(t, sql, unique)), named('by_a'))
  }
})

test('NULLs are never equal, and a unique index may have many', async t => {
  const sql = `CREATE TABLE t (a, b UNIQUE, PRIMARY KEY (a, b)); CREATE UNIQUE INDEX by_ab ON t (a COLLATE NOCASE, b);
    INSERT INTO t VALUES ('x', NULL), ('x', NULL), ('X', NULL), (NULL, NULL), (NULL, NULL), (NULL, 1)`
  assert.deepEqual(await check(database(t, sql)), [])
})

test('a key that was changed in the index of a constraint is found', async t => {
  const path = database(t, `CREATE TABLE t (a TEXT PRIMARY KEY); INSERT INTO t VALUES ('secret')`)
  const bytes = readFileSync(path)
  bytes.write('t', bytes.lastIndexOf('secret') + 5)
  bytes.write('T', bytes.lastIndexOf('secret') + 5)
  writeFileSync(path, bytes)
  await assert.rejects(check(path), named('sqlite_autoindex_t_1'))
})

test('in files of the old schema format DESC means nothing', async t => {
  const sql = `CREATE TABLE t (a COLLATE nocase, b); CREATE INDEX by_a ON t (a, b); INSERT INTO t VALUES ('x', 1), ('Y', 2), ('X', 3)`
  const path = database(t, sql, db => {
    db.unsafeMode(true)
    db.pragma('writable_schema = ON')
    db.exec(`UPDATE sqlite_schema SET sql = 'CREATE INDEX by_a ON t (a DESC, b DESC)' WHERE name = 'by_a'`)
  })
  await assert.rejects(check(path), named('by_a'))
  const bytes = readFileSync(path)
  bytes.writeUInt32BE(1, 44)
  writeFileSync(path, bytes)
  assert.deepEqual(await check(path), [])
})

test('other indexes are compared as well: partial, of expressions, of tables without row numbers', async t => {
  for (const sql of [
    'CREATE TABLE t (id PRIMARY KEY, a TEXT) WITHOUT ROWID; CREATE INDEX by_a ON t (a);',
    'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX by_a ON t (a) WHERE id > 0;',
    'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX by_a ON t (lower(a));',
    'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b AS (a)); CREATE INDEX by_a ON t (a);',
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX by_a ON t (a); INSERT INTO t VALUES (1 << 60, 'y');`,
  ]) {
    const full = `${sql} INSERT INTO t VALUES (1, 'x'), (2, 'X'), (3, NULL)`
    assert.deepEqual(await check(database(t, full)), [])
    await assert.rejects(check(database(t, full, pastIndex(`INSERT INTO t VALUES (9, 'z')`))), named('by_a'))
  }
})

test('it stops where it is told to, in the midst of a table', async t => {
  const path = database(t, `PRAGMA page_size = 512; ${TABLE.replace('i < 3000', 'i < 60000')}`)
  const stop = new AbortController()
  setImmediate(() => stop.abort(new Error('enough')))
  const done: unknown[] = []
  await assert.rejects(
    checkFile(path, progress => done.push(progress), stop.signal),
    /enough/,
  )
  assert.deepEqual(done, [])
})
