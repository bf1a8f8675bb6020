import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { exampleColumns } from '../../../model/example-columns.ts'
import type { Finding } from '../../../model/finding.ts'
import { describe } from '../../../stores/sqlite/describe.ts'
import { exampleValues } from '../../../stores/sqlite/example-values.ts'

/** What is shown of a finding about a database of these statements. */
function shownOf(sql: string, object: string, example: string | undefined, code = 'x'): string | undefined {
  const db = new Database(':memory:')
  try {
    db.exec(sql)
    const finding: Finding = { code, severity: 'note', object, message: '', ...(example && { example }) }
    const about = exampleColumns(describe(db))(finding)
    return about && exampleValues(db, { ...about, key: example! })
  } finally {
    db.close()
  }
}

const TABLE = 'CREATE TABLE t (id INTEGER PRIMARY KEY, v)'
const holding = (value: string) => `${TABLE}; INSERT INTO t VALUES (-7, ${value}), (8, 'other')`

const VALUES: [value: string, shown: string][] = [
  ["'N/A'", "'N/A'"],
  ["''", "''"],
  ['NULL', 'NULL'],
  ['9223372036854775807', '9223372036854775807'],
  ['1.5', '1.5'],
  ["x'00ff'", "x'00ff'"],
  ["'a' || char(0) || 'b' || char(10, 27)", String.raw`'a\u0000b\u000a\u001b'`],
  ["printf('%.*c', 60, 'é')", `'${'é'.repeat(60)}'`],
  ["printf('%.*c', 61, '🦊')", `'${'🦊'.repeat(60)}…'`],
  ['zeroblob(31)', `x'${'0'.repeat(60)}…'`],
  ["CAST(x'4dfc6c' AS TEXT)", "'M\ufffdl'"],
]

for (const encoding of ['UTF-8', 'UTF-16le', 'UTF-16be']) {
  for (const [value, shown] of encoding === 'UTF-8' ? VALUES : VALUES.slice(0, -1)) {
    test(`${value} in ${encoding}`, () =>
      assert.equal(shownOf(`PRAGMA encoding = '${encoding}'; ${holding(value)}`, 't.v', 'id = -7'), shown))
  }
}

test('rows of other keys are found by their names', () => {
  const key = `CREATE TABLE k (a TEXT, b, v, PRIMARY KEY (a, b)); INSERT INTO k VALUES ('x''y', 1, 'one'), (NULL, 2, 'two')`
  assert.equal(shownOf(key, 'k.v', "(a, b) = ('x''y', 1)"), "'one'")
  assert.equal(shownOf(key, 'k.v', '(a, b) = (NULL, 2)'), "'two'")
  assert.equal(shownOf(`CREATE TABLE r (v); INSERT INTO r VALUES (5)`, 'r.v', 'rowid = 1'), '5')
  assert.equal(
    shownOf(
      `CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('a', 5)`,
      'w.v',
      "k = 'a'",
    ),
    '5',
  )
})

test('checks and foreign keys of several columns show the columns that they are about', () => {
  const sql = `CREATE TABLE p (a, b, UNIQUE (a, b));
    CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, "the c" CHECK ("the c" < 5), FOREIGN KEY (a, b) REFERENCES p (a, b));
    INSERT INTO p VALUES (1, 2); INSERT INTO t VALUES (1, 1, 2, 3)`
  assert.equal(shownOf(sql, 'table t', 'id = 1', 'check-violated'), '3')
  assert.equal(shownOf(sql, 'table t', 'id = 1', 'foreign-key-violated'), 'a = 1, b = 2')
  assert.equal(shownOf(sql, 'table t', 'id = 1', 'primary-key-as-unique'), undefined)
})

test('nothing is shown where there is no example, or no such row', () => {
  assert.equal(shownOf(TABLE, 't.v', undefined), undefined)
  assert.equal(shownOf(TABLE, 't.v', 'id = 3'), undefined)
  assert.equal(shownOf(TABLE, 'view x', 'id = 3'), undefined)
})
