import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import type { TableFacts } from '../../../model/assessment.ts'
import { describe } from '../../../stores/sqlite/describe.ts'
import { scan } from '../../../stores/sqlite/scan.ts'

function keysOf(db: Database.Database): Pick<TableFacts, 'foreignKeys' | 'checks'> {
  const table = describe(db).tables.find(({ name }) => name === 'c')!
  const { foreignKeys, checks } = scan(db, table, () => undefined)
  return { ...(foreignKeys && { foreignKeys }), ...(checks && { checks }) }
}

/** What the rows of `c` break. */
function broken(t: TestContext, sql: string): Pick<TableFacts, 'foreignKeys' | 'checks'> {
  const db = new Database(':memory:')
  t.after(() => db.close())
  db.pragma('foreign_keys = OFF')
  db.pragma('ignore_check_constraints = ON')
  db.exec(sql)
  return keysOf(db)
}

test('orphans of each foreign key are counted, in the order of the definition', t => {
  const { foreignKeys, checks } = broken(
    t,
    `CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE, x, y, UNIQUE (x, y));
     CREATE TABLE c (id INTEGER PRIMARY KEY, a REFERENCES p, b TEXT, x, y, gone REFERENCES nowhere(id),
                     FOREIGN KEY (b) REFERENCES p(code), FOREIGN KEY (x, y) REFERENCES p(x, y));
     INSERT INTO p VALUES (1, 'one', 1, 'a'), (2, 'two', 2, NULL);
     INSERT INTO c VALUES (1, 1, 'one', 1, 'a', 5), (2, 3, 'ONE', 1, NULL, NULL), (3, 4, NULL, 2, 'a', NULL),
                          (4, '2', 'two', NULL, 'z', NULL)`,
  )
  assert.equal(checks, undefined)
  assert.deepEqual(foreignKeys, [
    { orphans: 2, example: 'id = 2' },
    { orphans: 0 },
    { orphans: 1, example: 'id = 2' },
    { orphans: 1, example: 'id = 3' },
  ])
})

test('a key without an index on the other side, and one that refers to its own table', t => {
  const { foreignKeys } = broken(
    t,
    `CREATE TABLE p (x, y);
     CREATE TABLE c (k TEXT PRIMARY KEY, x REFERENCES p(x), up TEXT REFERENCES c) WITHOUT ROWID;
     INSERT INTO p VALUES (1, 1), (NULL, 2), (3, 3);
     INSERT INTO c VALUES ('a', 1, NULL), ('b', 2, 'a'), ('d', NULL, 'zz')`,
  )
  assert.deepEqual(foreignKeys, [
    { orphans: 1, example: "k = 'b'" },
    { orphans: 1, example: "k = 'd'" },
  ])
})

test('rows that break a check are counted; NULL passes, and what SQLite cannot evaluate is skipped', t => {
  const { checks } = broken(
    t,
    `CREATE TABLE c (n INT CHECK (n > 0), s TEXT, CONSTRAINT long CHECK (length(s) > n));
     INSERT INTO c VALUES (1, 'ab'), (0, 'a'), (NULL, ''), (5, 'abc'), (-1, NULL)`,
  )
  assert.deepEqual(checks, [
    { broken: 2, example: 'rowid = 2' },
    { broken: 1, example: 'rowid = 4' },
  ])
  assert.deepEqual(broken(t, 'CREATE TABLE c (n); INSERT INTO c VALUES (1)'), {})
})

const AFFINITIES = ['INTEGER', 'TEXT', 'TEXT COLLATE NOCASE', 'BLOB', 'REAL', 'NUMERIC']
const value = fc.constantFrom('NULL', '1', "'1'", '1.0', "'1.0'", "'01'", "'a'", "'A'", "x'61'", '2', "'2'")

test('affinities and collations decide as they do for `PRAGMA foreign_key_check`', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...AFFINITIES),
      fc.constantFrom(...AFFINITIES),
      fc.array(value, { maxLength: 5 }),
      fc.array(value, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('', 'CREATE INDEX by_k ON c (k)', 'CREATE INDEX by_k ON c (k COLLATE BINARY)'),
      (parent, child, parents, children, index) => {
        const db = new Database(':memory:')
        db.pragma('foreign_keys = OFF')
        db.exec(
          `CREATE TABLE p (k ${parent} UNIQUE); CREATE TABLE c (id INTEGER PRIMARY KEY, k ${child} REFERENCES p(k)); ${index}`,
        )
        for (const key of parents) db.exec(`INSERT OR IGNORE INTO p VALUES (${key})`)
        for (const key of children) db.exec(`INSERT INTO c (k) VALUES (${key})`)
        const wanted = db.pragma('foreign_key_check(c)') as unknown[]
        const found = keysOf(db).foreignKeys?.[0]?.orphans
        db.close()
        assert.equal(found, wanted.length)
      },
    ),
    { numRuns: 600 },
  )
})
