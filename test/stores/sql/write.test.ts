/** Scripts that are written make the same database again, for the programs that people use. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { loadSqlText } from '../../../stores/sql/load.ts'
import { openSqlWriter } from '../../../stores/sql/write.ts'
import { onPath } from '../../../worker/executable.ts'

const sqlite3 = onPath('sqlite3')
const skip = sqlite3 === undefined && 'there is no sqlite3 on this machine'
const folder = mkdtempSync(join(tmpdir(), 'longhaul-script-'))
const ABOUT = { title: 'shop\n; DROP', source: 'sqlite:shop.db', takenAt: '2024-01-01T00:00:00Z', run: 'r' }

const MADE = `
  CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, "a b" TEXT, n NUMERIC, r REAL, x, b BLOB) -- the first
  ;
  CREATE TABLE s (i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT;
  CREATE INDEX i ON t ("a b");
  CREATE VIEW v AS SELECT * FROM t;
  CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM s; END;
`
const CELLS = [
  ...[null, 0n, -1n, 9007199254740993n, -(2n ** 63n), 2n ** 63n - 1n, 0.1, -1.5, 5, 1e300, 5e-324],
  ...[
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    '',
    "it's",
    'a\0b',
    'a\r\nb\n',
    '12',
    'é😀',
    '--;',
    '\u001a',
  ],
  ...[Buffer.from([]), Buffer.from([0, 255, 39])],
]

function source(): Database.Database {
  const db = new Database(':memory:')
  db.exec(MADE.replace('CREATE TRIGGER', "INSERT INTO s VALUES (1, 2, '3', x'04', 5.0); CREATE TRIGGER"))
  db.exec('DROP TRIGGER g')
  const add = db.prepare('INSERT INTO t ("a b", n, r, x, b) VALUES (?, ?, ?, ?, ?)')
  for (const cell of CELLS) add.run(cell, cell, cell, cell, cell)
  db.exec('UPDATE sqlite_sequence SET seq = 9007199254740995')
  db.exec('CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM s; END')
  return db
}

function contentOf(db: Database.Database): unknown {
  const rows = (table: string, columns: string[]) =>
    db
      .prepare(`SELECT ${columns.map(c => `typeof("${c}"), "${c}"`).join(', ')} FROM ${table} ORDER BY 2`)
      .raw()
      .safeIntegers()
      .all()
  return [
    db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all(),
    rows('t', ['id', 'a b', 'n', 'r', 'x', 'b']),
    rows('s', ['i', 'r', 't', 'b', 'a']),
    db.prepare('SELECT * FROM sqlite_sequence').safeIntegers().all(),
  ]
}

async function written(path: string, db: Database.Database) {
  const sql = (name: string) =>
    db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(name) as string
  const writer = openSqlWriter(path, {}, ABOUT, {
    after: [sql('i'), sql('v'), sql('g')],
    sequences: { t: '9007199254740995' },
  })
  for (const name of ['t', 's']) {
    const rows = db.prepare(`SELECT * FROM ${name}`).raw().safeIntegers().all() as never[]
    const columns = (db.pragma(`table_info(${name})`) as { name: string; type: string }[]).map(c => ({
      name: c.name,
      declared: c.type,
    }))
    await writer.table({ name, sql: sql(name), columns, rows: rows.length })
    await writer.rows(rows)
  }
  return writer.end()
}

test('sqlite3 makes the same database of a script, cell for cell, and longhaul as well', {
  skip,
}, async () => {
  const [path, made] = [join(folder, 'shop.sql'), join(folder, 'shop.db')]
  const db = source()
  const { bytes } = await written(path, db)
  assert.equal(statSync(path).size, bytes)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  execFileSync(sqlite3!, ['-bail', made], { input: readFileSync(path) })
  const there = new Database(made)
  assert.deepEqual(contentOf(there), contentOf(db))
  const loaded = new Database(':memory:')
  loaded.exec('BEGIN')
  await loadSqlText(path, loaded, new AbortController().signal)
  loaded.exec('COMMIT')
  assert.deepEqual(contentOf(loaded), contentOf(db))
})

test('an aborted script leaves nothing behind', async () => {
  const path = join(folder, 'no.sql')
  const writer = openSqlWriter(path, {}, ABOUT)
  await writer.abort()
  assert.equal(statSync(path, { throwIfNoEntry: false }), undefined)
})
