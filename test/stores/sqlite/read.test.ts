import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type Database from 'better-sqlite3'
import fc from 'fast-check'
import type { Cell, Row } from '../../../model/types.ts'
import { openSqlite } from '../../../stores/sqlite/store.ts'
import type { KeyRange } from '../../../stores/store.ts'
import { database, failure, planOf } from './files.ts'

interface Opened {
  all: (wide?: string[], largestRow?: number) => Row[]
  chunks: (rows: number, wide?: string[], largestRow?: number) => Row[][]
}

function open(t: TestContext, sql: string, fill?: (db: Database.Database) => void): Opened {
  const store = openSqlite(database(t, sql, fill))
  t.after(() => store.close())
  const table = store.describe().tables[0]!
  const read = (range: KeyRange, wide?: string[], largestRow?: number): Row[] =>
    [...store.read(planOf(table, wide, largestRow), range)].flat()
  return {
    all: (wide, largestRow) => read({}, wide, largestRow),
    chunks: (rows, wide, largestRow) => {
      const ends: (Cell[] | undefined)[] = [...store.bounds(planOf(table), rows), undefined]
      return ends.map((upTo, i) =>
        read({ ...(ends[i - 1] && { after: ends[i - 1]! }), ...(upTo && { upTo }) }, wide, largestRow),
      )
    },
  }
}

/** Every row once, and no chunk larger than asked. */
function covers(opened: Opened, size: number, count: number, largestRow?: number): void {
  const chunks = opened.chunks(size, undefined, largestRow)
  assert.ok(chunks.every(({ length }) => length <= size))
  assert.equal(chunks.length, Math.max(1, Math.ceil(count / size)))
  assert.deepEqual(chunks.flat(), opened.all())
  assert.equal(chunks.flat().length, count)
}

const text = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'B', ' ', 'ä', '🦊'), maxLength: 4 })
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
const value = fc.oneof(
  text,
  number,
  fc.uint8Array({ maxLength: 3 }).map(bytes => Buffer.from(bytes)),
)

const KEYS: Record<string, string> = {
  plain: 'a, b, c, PRIMARY KEY (a, b, c)',
  'in another order': 'a, b, c, PRIMARY KEY (c, a, b)',
  descending: 'a, b, c, PRIMARY KEY (a DESC, b, c DESC)',
  NOCASE: 'a COLLATE NOCASE, b, c COLLATE RTRIM, PRIMARY KEY (a, b, c)',
  'with collations of its own':
    'a TEXT COLLATE NOCASE, b TEXT, c, PRIMARY KEY (a COLLATE BINARY, b COLLATE NOCASE DESC, c)',
  'with affinities': 'a INT, b TEXT, c REAL, PRIMARY KEY (b DESC, a, c)',
}
for (const [what, columns] of Object.entries(KEYS)) {
  test(`a key ${what}: chunks hold each row once`, t => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value, value), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (rows, size) => {
          let count = 0
          const opened = open(t, `CREATE TABLE t (${columns}) WITHOUT ROWID`, db => {
            const insert = db.prepare('INSERT OR IGNORE INTO t VALUES (?, ?, ?)')
            for (const row of rows) count += insert.run(...row).changes
          })
          covers(opened, size, count)
        },
      ),
      { numRuns: 60 },
    )
  })
}

test('row numbers with gaps and of both signs: chunks hold each row once', t => {
  const rowid = fc.oneof(
    fc.bigInt({ min: -5n, max: 400n }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n, 2n ** 53n + 1n),
  )
  fc.assert(
    fc.property(
      fc.uniqueArray(rowid, { maxLength: 700, size: 'max' }),
      fc.integer({ min: 1, max: 400 }),
      fc.constantFrom(undefined, 100),
      (ids, size, largestRow) => {
        for (const sql of ['CREATE TABLE t (v)', 'CREATE TABLE t (rowid TEXT, v, _rowid_ TEXT)']) {
          const opened = open(t, sql, db => {
            const insert = db.prepare(`INSERT INTO t (oid, v) VALUES (?, ?)`)
            db.transaction(() => ids.forEach((id, i) => void insert.run(id, i)))()
          })
          covers(opened, size, ids.length, largestRow)
        }
      },
    ),
    { numRuns: 20 },
  )
})

test('a table that cannot be cut comes as a whole', t => {
  const opened = open(
    t,
    'CREATE TABLE t (rowid, _rowid_, oid)',
    db => void db.exec(`INSERT INTO t VALUES (1, 'a', NULL), (1, 'a', NULL), (2, 'b', x'00')`),
  )
  assert.deepEqual(opened.chunks(1), [
    [
      [1, 'a', null],
      [1, 'a', null],
      [2, 'b', Buffer.from([0])],
    ],
  ])
})

const EXTREMES = `CREATE TABLE t (id INTEGER PRIMARY KEY, big INT, small INT, r REAL);
  INSERT INTO t VALUES (1, 9223372036854775807, 5, 1e300), (2, -9223372036854775808, -5, 2), (3, NULL, NULL, NULL)`

test('integers beyond 2^53 are exact in wide columns, and the others stay numbers', t => {
  for (const largestRow of [undefined, 100]) {
    const rows = open(t, EXTREMES).all(['big'], largestRow)
    assert.deepEqual(rows, [
      [1, 9223372036854775807n, 5, 1e300],
      [2, -9223372036854775808n, -5, 2],
      [3, null, null, null],
    ])
  }
})

test('large rows come in small batches', t => {
  const store = openSqlite(
    database(
      t,
      `CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB);
       WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 20)
       INSERT INTO t SELECT i, zeroblob(3000000) FROM g`,
    ),
  )
  t.after(() => store.close())
  const batches = [...store.read(planOf(store.describe().tables[0]!), {})].map(batch => batch.length)
  assert.deepEqual(batches, Array(10).fill(2))
})

test('NUL, empty and any Unicode text arrive as they are', t => {
  const texts = ['', 'a\0b', '🦊', '\uFFFD', 'e\u0301', '\u202Eabc', "'", '"']
  const opened = open(t, 'CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)', db => {
    for (const each of texts) db.prepare('INSERT INTO t (s) VALUES (?)').run(each)
  })
  assert.deepEqual(
    opened.all().map(row => row[1]),
    texts,
  )
})

test('a damaged text stops the reading and is not shown', t => {
  const utf8 = `CREATE TABLE "t x" (id INTEGER PRIMARY KEY, s TEXT);
    INSERT INTO "t x" (s) VALUES (char(0xFFFD)), (CAST(x'73656372657420fc' AS TEXT))`
  const utf16 = `PRAGMA encoding = 'UTF-16le'; ${utf8.replace('73656372657420fc', '3dd86100')}`
  for (const sql of [utf8, utf16]) {
    const opened = open(t, sql)
    assert.throws(() => opened.all(), failure('value', /^table "t x", column "s": a text is not valid UTF-/))
    assert.throws(
      () => opened.all(),
      (error: Error) => !error.message.includes('secret'),
    )
  }
})

test('texts of UTF-16 databases arrive', t => {
  const opened = open(
    t,
    `PRAGMA encoding = 'UTF-16be'; CREATE TABLE t (s TEXT); INSERT INTO t VALUES ('añ🦊')`,
  )
  assert.deepEqual(opened.all(), [['añ🦊']])
})

test('names that are hard to write can be read', t => {
  const opened = open(
    t,
    `CREATE TABLE "a ""b"" [c]" ("select" PRIMARY KEY, "x""y" COLLATE NOCASE, "🦊") WITHOUT ROWID;
     INSERT INTO "a ""b"" [c]" VALUES (1, 2, 3), (2, 3, 4)`,
  )
  assert.deepEqual(opened.chunks(1), [[[1, 2, 3]], [[2, 3, 4]]])
})
