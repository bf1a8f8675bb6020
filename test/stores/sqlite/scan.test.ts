import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type Database from 'better-sqlite3'
import fc from 'fast-check'
import type { ColumnFacts, TableFacts } from '../../../model/assessment.ts'
import { openSqlite } from '../../../stores/sqlite/store.ts'
import { database } from './files.ts'

function scan(t: TestContext, sql: string, fill?: (db: Database.Database) => void): TableFacts {
  const store = openSqlite(database(t, sql, fill))
  try {
    return store.scan(store.describe().tables[0]!, () => undefined, true)
  } finally {
    store.close()
  }
}

test('storage classes, ranges and sizes are exact', t => {
  const facts = scan(
    t,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, r REAL, s TEXT, b BLOB, empty TEXT);
     INSERT INTO t VALUES
       (-9223372036854775808, 9223372036854775807, 1.5, 'añ🦊', x'00ff', NULL),
       (0, -9223372036854775808, -9e999, '', x'', NULL),
       (9223372036854775807, 'N/A', 5e-324, NULL, 'text', NULL),
       (5, 2.5, 3, x'616263', NULL, NULL)`,
  )
  assert.equal(facts.rows, 4)
  const [id, n, r, s, b, empty] = facts.columns as [
    ColumnFacts,
    ColumnFacts,
    ColumnFacts,
    ColumnFacts,
    ColumnFacts,
    ColumnFacts,
  ]
  assert.deepEqual(id.integers, { min: '-9223372036854775808', max: '9223372036854775807' })
  assert.deepEqual(n.counts, { null: 0, integer: 2, real: 1, text: 1, blob: 0 })
  assert.deepEqual(n.integers, { min: '-9223372036854775808', max: '9223372036854775807' })
  assert.deepEqual(n.longest, { textBytes: 3, textChars: 3, blobBytes: 0 })
  assert.deepEqual([r.counts.real, r.finite, r.integers], [4, false, undefined])
  assert.deepEqual(s.counts, { null: 1, integer: 0, real: 0, text: 2, blob: 1 })
  assert.deepEqual(s.longest, { textBytes: 7, textChars: 3, blobBytes: 3 })
  assert.deepEqual(b.counts, { null: 1, integer: 0, real: 0, text: 1, blob: 2 })
  assert.deepEqual(b.longest, { textBytes: 4, textChars: 4, blobBytes: 2 })
  assert.deepEqual(empty.counts, { null: 4, integer: 0, real: 0, text: 0, blob: 0 })
  assert.equal(facts.bytes, 8 * (4 + 3 + 4) + 3 + 7 + 3 + 6)
})

test('short and long texts, in whatever order, are all counted, as their bytes', t => {
  for (const encoding of ['UTF-8', 'UTF-16le']) {
    const facts = scan(
      t,
      `PRAGMA encoding = '${encoding}'; CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT, other TEXT);
       WITH RECURSIVE g (i) AS (VALUES (-1100) UNION ALL SELECT i + 1 FROM g WHERE i < 41000)
       INSERT INTO t SELECT i * 3, CASE WHEN i = 30001 THEN printf('%.*c', 60000, 'x') ELSE 'é' || i END,
                            CASE i % 499 WHEN 0 THEN 'a' || char(0) WHEN 1 THEN x'00' WHEN 2 THEN NULL ELSE '' END FROM g`,
    )
    const [, s, other] = facts.columns
    assert.deepEqual(s!.counts, { null: 0, integer: 0, real: 0, text: 42101, blob: 0 })
    assert.deepEqual(s!.longest, { textBytes: 60000, textChars: 60000, blobBytes: 0 })
    assert.deepEqual([other!.counts.blob, other!.counts.null, other!.unfit.nul], [83, 83, 85])
    assert.equal(other!.counts.text, 42101 - 83 - 83)
  }
})

test('what differs only after many rows is noticed', t => {
  const facts = scan(
    t,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b, c, d);
     WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 45000)
     INSERT INTO t SELECT i, i, 'text ' || i, NULL, x'01' FROM g;
     UPDATE t SET a = 'text', b = 7, c = 'now', d = 2.5 WHERE id = 30000;
     UPDATE t SET c = 5 WHERE id = 44999;
     DELETE FROM t WHERE id BETWEEN 5 AND 20000`,
  )
  assert.deepEqual(
    facts.columns.map(({ counts }) => counts),
    [
      { null: 0, integer: 25_004, real: 0, text: 0, blob: 0 },
      { null: 0, integer: 25_003, real: 0, text: 1, blob: 0 },
      { null: 0, integer: 1, real: 0, text: 25_003, blob: 0 },
      { null: 25_002, integer: 1, real: 0, text: 1, blob: 0 },
      { null: 0, integer: 0, real: 1, text: 0, blob: 25_003 },
    ],
  )
})

const BAD = `(CAST(x'4dfc6c6c6572' AS TEXT)), (CAST(x'61eda080' AS TEXT))`
const GOOD = `(char(0xFFFD)), ('a' || char(0) || 'bc'), ('plain'), ('🦊')`

test('NUL and damaged texts are counted; a genuine U+FFFD is a character', t => {
  const { columns } = scan(t, `CREATE TABLE t (s TEXT); INSERT INTO t VALUES ${BAD}, ${GOOD}`)
  assert.deepEqual(columns[0]!.unfit, { nul: 1, invalidUtf8: 2 })
})

test('in UTF-16 texts are measured as UTF-8, and lone surrogates are damage', t => {
  for (const encoding of ['UTF-16le', 'UTF-16be']) {
    const bytes = encoding === 'UTF-16le' ? "x'3dd86100'" : "x'd83d0061'"
    const { columns } = scan(
      t,
      `PRAGMA encoding = '${encoding}';
       CREATE TABLE t (s TEXT);
       INSERT INTO t VALUES ('añ🦊'), (CAST(${bytes} AS TEXT)), ('x' || char(0)), (5), (NULL), (x'00')`,
    )
    assert.deepEqual(columns[0]!.counts, { null: 1, integer: 0, real: 0, text: 4, blob: 1 })
    assert.deepEqual(columns[0]!.longest, { textBytes: 7, textChars: 3, blobBytes: 1 })
    assert.deepEqual(columns[0]!.unfit, { nul: 1, invalidUtf8: 1 })
  }
})

test('a format must be that of every text', t => {
  const { columns } = scan(
    t,
    `CREATE TABLE t (a TIMESTAMP, b TIMESTAMP, c);
     INSERT INTO t VALUES ('2024-01-01 00:00:00', '2024-01-01 00:00:00', NULL),
                          ('2024-01-02T00:00:00.5', '2024-01-01', 5), (NULL, NULL, NULL)`,
  )
  assert.deepEqual(
    columns.map(({ formats }) => formats),
    [['timestamp', 'timestamp-any', 'time-spelling'], ['time-spelling'], []],
  )
})

test('what a finding will speak of is looked up by key, and only that', t => {
  const { columns } = scan(
    t,
    `CREATE TABLE t (a TEXT, b INT NOT NULL, n, d DATETIME, s, PRIMARY KEY (a, b));
     INSERT INTO t VALUES
       ('x''s', 1, 1, '2024-01-01 00:00:00', 'text'),
       ('y', 2, 2, '2024-01-01 00:00:00Z', x'c3a9'),
       ('z', 3, '3', 'never', 'text'),
       (NULL, 4, 'N/A', '2024-01-01', 'a' || char(0))`,
  )
  const [a, , n, d, s] = columns as [ColumnFacts, ColumnFacts, ColumnFacts, ColumnFacts, ColumnFacts]
  assert.deepEqual(a.examples, { null: '(a, b) = (NULL, 4)' })
  assert.deepEqual(n.examples, {
    integer: "(a, b) = ('x''s', 1)",
    text: "(a, b) = ('z', 3)",
    'numeric-text': "(a, b) = ('z', 3)",
  })
  assert.equal(n.numericTexts, 1)
  assert.deepEqual(d.examples, { format: "(a, b) = ('y', 2)" })
  assert.deepEqual(s.examples, {
    blob: "(a, b) = ('y', 2)",
    text: "(a, b) = ('x''s', 1)",
    nul: '(a, b) = (NULL, 4)',
  })
  assert.deepEqual(s.blobs, { shortest: 2, utf8: true })
})

test('times with and without an offset are counted, ends of REALs and blobs kept', t => {
  const { columns } = scan(
    t,
    `CREATE TABLE t (d DATETIME, r REAL, b BLOB);
     INSERT INTO t VALUES ('2024-01-01 00:00:00', -2.5, x'00'), ('2024-01-01 00:00:00Z', 7.25, x'000102'),
                          ('2024-01-01 00:00:00+01:00', NULL, NULL)`,
  )
  const [d, r, b] = columns as [ColumnFacts, ColumnFacts, ColumnFacts]
  assert.deepEqual([d.formats, d.offsets], [['timestamp-any'], { none: 1, utc: 1, other: 1 }])
  assert.deepEqual(r.reals, { min: -2.5, max: 7.25 })
  assert.deepEqual([b.blobs, b.longest.blobBytes], [{ shortest: 1 }, 3])
})

test('a table without row numbers, and one without rows', t => {
  const sql = 'CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (a)) WITHOUT ROWID'
  assert.equal(scan(t, sql).rows, 0)
  assert.equal(scan(t, `${sql}; INSERT INTO t VALUES ('x', 1), ('y', 2)`).columns[1]!.counts.integer, 2)
})

const cell = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'binary' }),
  fc.uint8Array().map(bytes => Buffer.from(bytes)),
)

test('any values: the same as counted one by one', t => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 40 }), cells => {
      const { rows, columns } = scan(t, 'CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB)', db => {
        const insert = db.prepare('INSERT INTO t (v) VALUES (?)')
        for (const value of cells) insert.run(value)
      })
      const facts = columns[1]!
      const texts = cells.filter(value => typeof value === 'string')
      const integers = cells.filter(value => typeof value === 'bigint')
      const blobs = cells.filter(value => value instanceof Uint8Array)
      assert.equal(rows, cells.length)
      assert.deepEqual(facts.counts, {
        null: cells.filter(value => value === null).length,
        integer: integers.length,
        real: cells.filter(value => typeof value === 'number').length,
        text: texts.length,
        blob: blobs.length,
      })
      const most = (numbers: number[]): number => Math.max(0, ...numbers)
      assert.deepEqual(facts.longest, {
        textBytes: most(texts.map(text => Buffer.byteLength(text))),
        textChars: most(texts.map(text => [...text].length)),
        blobBytes: most(blobs.map(blob => blob.length)),
      })
      const [least] = integers.toSorted((a, b) => (a < b ? -1 : 1))
      assert.equal(facts.integers?.min, least?.toString())
      assert.equal(facts.unfit.nul, texts.filter(text => text.includes('\0')).length)
    }),
    { numRuns: 60 },
  )
})
