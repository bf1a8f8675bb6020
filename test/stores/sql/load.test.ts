/** Dumps of SQLite are loaded as the program that made them would load them, and nothing else is run. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { loadSqlText } from '../../../stores/sql/load.ts'
import { Statements } from '../../../stores/sql/statements.ts'
import { onPath } from '../../../worker/executable.ts'

const sqlite3 = onPath('sqlite3')
const skip = sqlite3 === undefined && 'there is no sqlite3 on this machine'
const folder = mkdtempSync(join(tmpdir(), 'longhaul-dump-'))
const NEVER = new AbortController().signal

async function load(text: string, name = 'dump.sql'): Promise<Database.Database> {
  const path = join(folder, name)
  writeFileSync(path, text)
  const db = new Database(':memory:')
  db.pragma('foreign_keys = OFF')
  db.exec('CREATE TABLE longhaul_file (path TEXT); BEGIN')
  await loadSqlText(path, db, NEVER)
  db.exec('COMMIT')
  return db
}

const MADE = `
  CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b BLOB, c REAL, d);
  INSERT INTO t (a, b, c, d) VALUES ('x;y''z', x'00ff', 1.5, 9e999), ('l1' || char(10) || 'l2', NULL, 1e-300, 'é--/*'), ('-- ;', 7, 0.1, '[');
  DELETE FROM t WHERE id = 3;
  CREATE VIRTUAL TABLE f USING fts5(title, body);
  INSERT INTO f VALUES ('hello', 'world'), ('foo', 'bar');
  CREATE TABLE "odd ""name" ([a;b] TEXT, PRIMARY KEY ([a;b])) WITHOUT ROWID;
  INSERT INTO "odd ""name" VALUES (';'), ('--');
  CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT CASE WHEN new.a = ';' THEN 1 ELSE 2 END; UPDATE t SET d = 1 WHERE id = new.id; END;
  CREATE VIEW v AS SELECT * FROM t /* ; */ ;
  CREATE INDEX i ON t (a) WHERE a > ';';
  ANALYZE;
`

test('a dump makes the same database, virtual tables and numbers given out included', { skip }, async () => {
  const path = join(folder, 'a.db')
  execFileSync(sqlite3!, [path], { input: MADE })
  const dump = execFileSync(sqlite3!, [path, '.dump'], { encoding: 'utf8' })
  const db = await load(dump)
  const loaded = join(folder, 'b.db')
  db.exec('DROP TABLE longhaul_file')
  writeFileSync(loaded, db.serialize())
  const again = execFileSync(sqlite3!, [loaded, '.dump'], { encoding: 'utf8' })
  const statistics = /^(ANALYZE|INSERT INTO sqlite_stat).*\n/gm
  assert.equal(again, dump.replaceAll(statistics, ''))
  assert.deepEqual(db.prepare(`SELECT title FROM f WHERE f MATCH 'bar'`).pluck().all(), ['foo'])
  assert.deepEqual(db.prepare('SELECT seq FROM sqlite_sequence').pluck().all(), [3])
  db.close()
})

test('statements come out the same however their text is cut into pieces', () => {
  const script = `${MADE} -- the end; of it\n`
  const cut = (size: number) => {
    const statements = new Statements()
    const found = []
    for (let at = 0; at < script.length; at += size)
      found.push(...statements.add(script.slice(at, at + size)))
    assert.equal(statements.rest(), undefined)
    return found
  }
  const whole = cut(script.length)
  assert.equal(whole.length, 11)
  assert.equal(whole[8]!.line, 10)
  for (const size of [1, 2, 3, 7, 64]) assert.deepEqual(cut(size), whole)
})

const refusals: [string, string, RegExp][] = [
  ['ATTACH', `BEGIN;\nATTACH 'x' AS y;\nCOMMIT;`, /line 2: ATTACH is no statement that a dump has/],
  ['VACUUM INTO', `VACUUM INTO '/x';`, /line 1: VACUUM is no/],
  ['another PRAGMA', `PRAGMA journal_mode=OFF;`, /line 1: PRAGMA journal_mode is no/],
  ['SELECT', `-- c\nSELECT load_extension('x');`, /line 2: SELECT is no/],
  ['records of longhaul', `INSERT INTO longhaul_file VALUES (1);`, /longhaul_file has the name of a record/],
  [
    'the schema',
    `INSERT INTO sqlite_master VALUES ('table','t','t',2,'CREATE TABLE t (a)');`,
    /sqlite_schema is no/,
  ],
  ['no end', `BEGIN TRANSACTION;\nCREATE TABLE t (a);\nINSERT INTO t VALUES (1);`, /ends before the COMMIT/],
  [
    'half a statement',
    `BEGIN;\nCREATE TABLE t (a);\nINSERT INTO t VALUES ('x`,
    /line 3: the file ends in the midst/,
  ],
  ['a damaged database', `BEGIN;\nROLLBACK; -- due to errors`, /line 2: .*damaged when it was made/],
  [
    'wrong SQL',
    `CREATE TABLE t (a);\n\nINSERT INTO u VALUES (1);`,
    /line 3: SQLite does not take the statement/,
  ],
  ['PostgreSQL', `--\n-- PostgreSQL database dump\n--\nSET x = 1;`, /dump of PostgreSQL.*pg_dump -Fc/s],
  ['MySQL', `-- MySQL dump 10.13\nCREATE TABLE x (a int) ENGINE=InnoDB;`, /dump of MySQL.*CSV/s],
]
for (const [what, text, message] of refusals)
  test(`${what} is refused`, () => assert.rejects(load(text), message))

test('text that is not UTF-8 is refused', () =>
  assert.rejects(
    load(Buffer.from("CREATE TABLE t (a); INSERT INTO t VALUES ('\xff');", 'latin1') as never),
    /not UTF-8/,
  ))

test('the message of a wrong statement has no value of a row', async () => {
  const text = `CREATE TABLE t (a UNIQUE);\nINSERT INTO t VALUES ('secret');\nINSERT INTO t VALUES ('secret');`
  await assert.rejects(load(text), (error: Error) => !error.message.includes('secret'))
  assert.match(readFileSync(join(folder, 'dump.sql'), 'utf8'), /secret/)
})
