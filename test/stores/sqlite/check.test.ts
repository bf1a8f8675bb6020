import assert from 'node:assert/strict'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { checkFile } from '../../../stores/sqlite/check.ts'
import { database, failure } from './files.ts'

const check = (path: string): Promise<string[]> => checkFile(path, () => undefined)

const FULL = `CREATE TABLE small (a); INSERT INTO small VALUES (1);
  CREATE TABLE large (a INTEGER PRIMARY KEY, b TEXT);
  WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 5000)
  INSERT INTO large SELECT i, 'secret ' || hex(randomblob(40)) FROM g`

/** With so many that they are looked at together first. */
const MANY = `${FULL}; ${Array.from({ length: 600 }, (_, i) => `CREATE TABLE t${i} (a UNIQUE); INSERT INTO t${i} VALUES (1);`).join(' ')}`

test('a sound database passes, table by table', async t => {
  const heard: number[] = []
  assert.deepEqual(await checkFile(database(t, FULL), ({ tables }) => heard.push(tables)), [])
  assert.deepEqual(heard, [1, 2])
  assert.deepEqual(await checkFile(database(t, MANY), ({ tables }) => heard.push(tables)), [])
  assert.equal(heard.length, 2 + 602)
})

for (const [tables, sql] of [
  ['two tables', FULL],
  ['very many tables', MANY],
] as const)
  test(`a page that was overwritten is found, and the table is named: ${tables}`, async t => {
    const path = database(t, sql)
    const db = new Database(path)
    const page = db
      .prepare<[], number>(
        `SELECT pageno FROM dbstat WHERE name = 'large' AND pagetype = 'leaf' LIMIT 1 OFFSET 9`,
      )
      .pluck()
      .get()!
    db.close()
    const bytes = readFileSync(path)
    bytes.fill(0x5a, (page - 1) * 4096, (page - 1) * 4096 + 200)
    writeFileSync(path, bytes)
    const named = failure('source', /the database is damaged \(table "large".*Restore/)
    await assert.rejects(check(path), named)
    await assert.rejects(check(path), (error: Error) => !error.message.includes('secret'))
  })

test('a file that was cut off is found', async t => {
  for (const pages of [3, 40]) {
    const path = database(t, FULL)
    truncateSync(path, pages * 4096 + 100)
    await assert.rejects(check(path), failure('source', /the database is damaged/))
  }
})

test('rows that break a promise of the schema are remarks, no damage', async t => {
  const path = database(
    t,
    'CREATE TABLE t (a INT, b CHECK (b > 0)); PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES (NULL, -1)',
    db => {
      db.unsafeMode(true)
      db.pragma('writable_schema = ON')
      db.exec(`UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a INT NOT NULL, b CHECK (b > 0))'`)
    },
  )
  assert.deepEqual(await check(path), ['NULL value in t.a'])
})

test('an expression that only the application knows is a remark', async t => {
  const path = database(t, 'CREATE TABLE other (a)', db => {
    db.function('mine', { deterministic: true }, a => a)
    db.exec('CREATE TABLE t (a, b INT NOT NULL AS (mine(a))); INSERT INTO t VALUES (1)')
  })
  const [remark] = await check(path)
  assert.match(remark!, /table "t" could not be checked: .*mine/)
})

test('an index that does not hold what its table holds is found, without the keys of rows', async t => {
  const path = database(
    t,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT); CREATE INDEX by_a ON t (a);
     INSERT INTO t VALUES (171717, 'secret', 5)`,
    db => {
      db.unsafeMode(true)
      db.pragma('writable_schema = ON')
      db.exec(`UPDATE sqlite_schema SET sql = 'CREATE INDEX by_a ON t (b)' WHERE name = 'by_a'`)
    },
  )
  const named = failure('source', /index "by_a" does not hold what table "t" holds.*REINDEX/)
  await assert.rejects(check(path), named)
  await assert.rejects(check(path), (error: Error) => !/171717|secret/.test(error.message))
})

test('an index in an order that only the application knows is no damage', async t => {
  const path = database(t, 'CREATE TABLE t (a TEXT); INSERT INTO t VALUES (1)', db => {
    db.unsafeMode(true)
    db.exec('CREATE INDEX by_a ON t (a)')
    db.pragma('writable_schema = ON')
    db.exec(`UPDATE sqlite_schema SET sql = 'CREATE INDEX by_a ON t (a COLLATE mine)' WHERE name = 'by_a'`)
  })
  const remarks = await check(path)
  assert.ok(remarks.every(remark => /could not be checked/.test(remark)))
})
