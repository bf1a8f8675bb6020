import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import type Database from 'better-sqlite3'
import { pino } from 'pino'
import { snapshotPath } from '../../activities/artifacts.ts'
import { assess } from '../../activities/assess.ts'
import { checkSnapshot, type SourceRead, scanSnapshot } from '../../activities/assess-job.ts'
import { makeFolder, runFolder } from '../../home/home.ts'
import type { Finding } from '../../model/finding.ts'
import { planRequest } from '../../model/plan-request.ts'
import { ENDPOINTS, target } from '../model/world.ts'
import { database, failure, folder } from '../stores/sqlite/files.ts'

const request = planRequest(ENDPOINTS, {})

const scan = (snapshot: string): Promise<SourceRead> =>
  scanSnapshot({ snapshot, request, target: target() }, () => undefined)

async function read(snapshot: string): Promise<SourceRead & { findings: Finding[] }> {
  const findings = await checkSnapshot({ snapshot, source: request.source.path }, () => undefined)
  return { ...(await scan(snapshot)), findings }
}

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

test('what the check says of damage goes before what the scan meets', async t => {
  const path = database(
    t,
    `CREATE TABLE t (a);
     WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 5000)
     INSERT INTO t SELECT 'secret ' || i FROM g`,
  )
  writeFileSync(path, readFileSync(path).fill(0x5a, 8192, 12_288))
  const home = folder(t)
  const run = randomUUID()
  makeFolder(runFolder(run, home))
  copyFileSync(path, snapshotPath(home, run))
  const nowhere = planRequest({ ...ENDPOINTS, target: { ...ENDPOINTS.target, connection: '' } }, {})
  const work = { home, host: 'here', log: pino({ level: 'silent' }) }
  await assert.rejects(
    new MockActivityEnvironment().run(() => assess(work, { run, request: nowhere })),
    failure('source', /^file \/data\/app\.db: the database is damaged \(table "t"/),
  )
})
