import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type Database from 'better-sqlite3'
import { assessSnapshot, type SourceRead } from '../../activities/assess-job.ts'
import { planRequest } from '../../model/plan-request.ts'
import { ENDPOINTS, target } from '../model/world.ts'
import { database, failure } from '../stores/sqlite/files.ts'

const read = (snapshot: string): Promise<SourceRead> =>
  assessSnapshot({ snapshot, request: planRequest(ENDPOINTS, {}), target: target() }, () => undefined)

/** Gives a table another declaration than the one under which its rows were written. */
const redeclare = (sql: string) => (db: Database.Database) => {
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  db.prepare(`UPDATE sqlite_schema SET sql = ? WHERE name = 't'`).run(sql)
}

test('a sound file: schema, facts, and nothing to remark', async t => {
  const { schema, tables, findings } = await read(database(t, 'CREATE TABLE t (a); INSERT INTO t VALUES (1)'))
  assert.deepEqual([schema.tables.length, tables[0]!.rows, findings], [1, 1, []])
})

test('rows that break a promise of the schema are a warning about the source, once', async t => {
  const path = database(
    t,
    `CREATE TABLE t (a TEXT, b ANY);
     INSERT INTO t VALUES (NULL, 'secret'), (NULL, 'secret'), ('x', 7)`,
    redeclare('CREATE TABLE t (a TEXT NOT NULL, b INT) STRICT'),
  )
  const { findings } = await read(path)
  assert.deepEqual(
    findings.map(({ code, severity, object }) => [code, severity, object]),
    Array(2).fill(['source-remark', 'warning', 'file /data/app.db']),
  )
  assert.match(findings[0]!.message, /NULL value in t\.a$/)
  assert.match(findings[1]!.message, /non-INT value in t\.b$/)
  assert.doesNotMatch(JSON.stringify(findings), /secret/)
})

test('damage is told of the file that the user has', async t => {
  const path = database(
    t,
    `CREATE TABLE t (a);
     WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 5000)
     INSERT INTO t SELECT 'secret ' || i FROM g`,
  )
  const bytes = readFileSync(path)
  writeFileSync(path, Buffer.from(bytes).fill(0x5a, 8192, 12_288))
  await assert.rejects(
    read(path),
    failure('source', /^file \/data\/app\.db: the database is damaged.*\.recover/),
  )
  writeFileSync(path, bytes.subarray(0, 40_000))
  await assert.rejects(read(path), failure('source', /^file \/data\/app\.db: the database is damaged/))
  writeFileSync(path, 'no database at all, just words '.repeat(300))
  await assert.rejects(read(path), failure('source', /^file \/data\/app\.db: this is not a SQLite file/))
  for (const content of [Buffer.from(bytes).fill(0x5a, 8192, 12_288), bytes.subarray(0, 40_000)]) {
    writeFileSync(path, content)
    await assert.rejects(read(path), (error: Error) => !/secret|longhaul-sqlite/.test(error.message))
  }
})

test('an expression that fails on a row quotes nothing of the row', async t => {
  const path = database(
    t,
    `CREATE TABLE t (a, b); INSERT INTO t VALUES ('{}', 'secret')`,
    redeclare('CREATE TABLE t (a, b, c NOT NULL AS (json_extract(a, b)))'),
  )
  await assert.rejects(read(path), (error: Error) => {
    assert.match(
      error.message,
      /^file \/data\/app\.db: SQLite cannot read it: an expression .* fails on a row/,
    )
    return !error.message.includes('secret')
  })
})
