import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { openSqlite } from '../../../stores/sqlite/store.ts'
import { database, failure, folder, program } from './files.ts'

const file = (t: TestContext, content: string | Uint8Array): string => {
  const path = join(folder(t), 'app.db')
  writeFileSync(path, content)
  return path
}

const cases: [string, RegExp, (t: TestContext) => string][] = [
  ['a missing file', /no such file/, t => join(folder(t), 'none.db')],
  ['a folder', /this is a folder/, t => folder(t)],
  ['an empty file', /the file is empty/, t => file(t, '')],
  ['a text', /this is not a SQLite file\. /, t => file(t, 'id,name\n1,Ada\n'.repeat(1000))],
  ['a short file', /this is not a SQLite file\. /, t => file(t, 'x')],
  ['an encrypted file', /looks like an encrypted one/, t => file(t, randomBytes(16_384))],
  [
    'a header without sense',
    /damaged \(its header makes no sense\)/,
    t => {
      const bytes = readFileSync(database(t, 'CREATE TABLE t (a)'))
      // The page size must be a power of two.
      bytes.writeUInt16BE(77, 16)
      return file(t, bytes)
    },
  ],
  [
    'a damaged schema',
    /the database is damaged/,
    t => {
      const bytes = readFileSync(database(t, 'CREATE TABLE t (a); CREATE TABLE u (a)'))
      bytes.fill(0xff, 100, 200)
      return file(t, bytes)
    },
  ],
  [
    'a name that ends in a blank',
    /ends in a blank/,
    t => {
      const path = database(t, 'CREATE TABLE t (a)')
      copyFileSync(path, `${path} `)
      return `${path} `
    },
  ],
]
for (const [what, message, make] of cases) {
  test(`${what} is refused`, t => {
    const path = make(t)
    assert.throws(() => openSqlite(path), failure('source', message))
    assert.throws(() => openSqlite(path), failure('source', new RegExp(`^file ${path.slice(0, 5)}`)))
  })
}

test('a file of another user is refused', { skip: process.getuid?.() !== 0 && 'needs root' }, async t => {
  const path = join(folder(t), 'app.db')
  new Database(path).exec('CREATE TABLE t (a)').close()
  mkdirSync(join(path, '..', 'closed'), { mode: 0o700 })
  const closed = join(path, '..', 'closed', 'app.db')
  copyFileSync(path, closed)
  process.seteuid!(65_534)
  try {
    assert.throws(() => openSqlite(closed), failure('source', /permission denied/))
  } finally {
    process.seteuid!(0)
  }
})

test('a database that is locked is refused after a while', async t => {
  const path = database(t, 'CREATE TABLE t (a)')
  await program(t, path, `db.exec('BEGIN EXCLUSIVE'); ready(); await released`)
  assert.throws(() => openSqlite(path), failure('source', /keeps the database locked/))
})

test('a snapshot cannot be written', t => {
  const path = database(t, 'CREATE TABLE t (a)')
  const before = readFileSync(path)
  const store = openSqlite(path)
  assert.equal(store.describe().tables.length, 1)
  store.close()
  assert.deepEqual(readFileSync(path), before)
})
