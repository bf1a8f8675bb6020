/** What both engines count by themselves: the same of a copy, and another thing of each change that it can show. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import Database from 'better-sqlite3'
import pg from 'pg'
import { disagreement, measured } from '../../model/measures.ts'
import { measureTarget } from '../../stores/postgres/measure.ts'
import { measureSource } from '../../stores/sqlite/measure.ts'
import { openSnapshot } from '../../stores/sqlite/open.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import { columnPlan, tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'longhaul-measures-'))
const file = join(folder, 'app.db')
let server: ScratchPostgres
let client: pg.Client

before(async () => {
  server = await startPostgres()
  client = new pg.Client({ connectionString: await server.createDatabase() })
  await client.connect()
})

after(async () => {
  await client?.end()
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function counted(columns: Parameters<typeof measureSource>[2]) {
  const db = openSnapshot(file)
  try {
    return measureSource(db, 't', columns)
  } finally {
    db.close()
  }
}

const table = tablePlan('t', [
  columnPlan('n', { kind: 'integer', bits: 64 }),
  columnPlan('s', { kind: 'text' }),
  columnPlan('b', { kind: 'bytes' }),
  columnPlan('ok', { kind: 'boolean' }),
  columnPlan('at', { kind: 'timestamp', zone: false }),
])

test('a copy is counted alike; what changes numbers, lengths or truth is named', async () => {
  const db = new Database(file)
  db.exec(`CREATE TABLE t (n INTEGER, s TEXT, b BLOB, ok BOOLEAN, at DATETIME);
    INSERT INTO t VALUES (-9223372036854775808, 'né😀', x'00ff', 1, '2024-01-01 00:00:00'), (NULL, '', NULL, 0, NULL)`)
  db.close()
  await client.query(`CREATE TABLE t (n bigint, s text, b bytea, ok boolean, at timestamp);
    INSERT INTO t VALUES (-9223372036854775808, 'né😀', '\\x00ff', true, '2024-01-01'), (NULL, '', NULL, false, NULL)`)
  const store = openSqlite(file)
  const facts = store.scan(store.describe().tables[0]!, () => {})
  store.close()
  const columns = measured(table, facts)
  const unlike = async () =>
    disagreement(columns, counted(columns), await measureTarget(client, table, columns))
  assert.equal(await unlike(), undefined)
  const changes: [string, RegExp][] = [
    ['n = n + 1', /the least value of column "n"/],
    ["s = s || ' '", /the number of characters of column "s"/],
    ["b = b || '\\x00'", /the number of bytes of column "b"/],
    ['ok = true', /the number of true values of column "ok"/],
    ['at = now()', /the number of values of column "at"/],
  ]
  for (const [change, named] of changes) {
    await client.query(`BEGIN; UPDATE t SET ${change}`)
    assert.match((await unlike())!, named)
    await client.query('ROLLBACK')
  }
})

test('an empty table has nothing to count', async () => {
  rmSync(file)
  const db = new Database(file)
  db.exec('CREATE TABLE t (n INTEGER, s TEXT, b BLOB, ok BOOLEAN, at DATETIME)')
  db.close()
  await client.query('TRUNCATE t')
  const store = openSqlite(file)
  const columns = measured(
    table,
    store.scan(store.describe().tables[0]!, () => {}),
  )
  store.close()
  const there = await measureTarget(client, table, columns)
  assert.equal(disagreement(columns, counted(columns), there), undefined)
})
