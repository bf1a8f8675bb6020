import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import Database from 'better-sqlite3'
import pg from 'pg'
import { translateDefault } from '../../model/default-value.ts'
import { parseType } from '../../model/type-text.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'

/** How people build a UUID in SQLite, which has no function for it. */
const UUID = `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
  substr('89ab', abs(random()) % 4 + 1, 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`
const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Declared type and default in SQLite, type of the target, and what PostgreSQL then prints for a new row. */
const KEPT: [string, string, string, string | RegExp | null][] = [
  ['INTEGER', '0', 'bigint', '0'],
  ['INTEGER', '-9223372036854775808', 'bigint', '-9223372036854775808'],
  ['INTEGER', '+7', 'bigint', '7'],
  ['INTEGER', '(- 7)', 'bigint', '-7'],
  ['INTEGER', '0x1F', 'bigint', '31'],
  ['INTEGER', "'12'", 'bigint', '12'],
  ['INTEGER', '2.0', 'bigint', '2'],
  ['INTEGER', 'TRUE', 'bigint', '1'],
  ['INTEGER', 'NULL', 'bigint', null],
  ['BOOLEAN', '1', 'boolean', 'true'],
  ['BOOLEAN', 'false', 'boolean', 'false'],
  ['BOOLEAN', "'0'", 'boolean', 'false'],
  ['REAL', '1.5', 'double precision', '1.5'],
  ['REAL', '-.25e1', 'double precision', '-2.5'],
  ['NUMERIC', '19.99', 'numeric(10,2)', '19.99'],
  ['TEXT', "''", 'text', ''],
  ['TEXT', "'it''s \\ \"x\" -- no comment'", 'text', `it's \\ "x" -- no comment`],
  ['TEXT', '"double"', 'text', 'double'],
  ['TEXT', 'bare', 'text', 'bare'],
  ['TEXT', '0', 'text', '0'],
  ['TEXT', '1.0', 'text', '1.0'],
  ['TEXT', '2.50', 'text', '2.5'],
  ['TEXT', "'héllo 😀'", 'varchar(7)', 'héllo 😀'],
  ['TEXT', "/* a */ ('x') -- b", 'text', 'x'],
  ['BLOB', "x'00ff'", 'bytea', '\\x00ff'],
  ['BLOB', "X''", 'bytea', '\\x'],
  ['TEXT', "'{}'", 'jsonb', '{}'],
  ['TEXT', `'{"a": [1, "it''s"]}'`, 'jsonb', `{"a": [1, "it's"]}`],
  ['TEXT', "'[]'", 'json', '[]'],
  ['TEXT', "'127.0.0.1'", 'inet', '127.0.0.1/32'],
  ['TEXT', "'::1/64'", 'inet', '::1/64'],
  ['TEXT', "'00000000000000000000000000000000'", 'uuid', '00000000-0000-0000-0000-000000000000'],
  ['DATE', "'2024-02-29'", 'date', '2024-02-29'],
  ['TIME', "'23:59:59.5'", 'time', '23:59:59.5'],
  ['DATETIME', "'2024-02-29T12:00:00'", 'timestamp', '2024-02-29 12:00:00'],
  ['DATETIME', "'2024-02-29 12:00:00+02:00'", 'timestamptz', '2024-02-29 10:00:00+00'],
  ['TEXT', 'CURRENT_TIMESTAMP', 'text', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/],
  ['TEXT', '(CURRENT_TIMESTAMP)', 'text', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/],
  ['TEXT', "(DateTime( 'now' ))", 'text', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/],
  ['TEXT', 'current_date', 'text', /^\d{4}-\d\d-\d\d$/],
  ['TEXT', "(date('now'))", 'text', /^\d{4}-\d\d-\d\d$/],
  ['TEXT', 'CURRENT_TIME', 'text', /^\d\d:\d\d:\d\d$/],
  ['TEXT', "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))", 'text', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['TEXT', "(strftime('%s','now'))", 'text', /^\d{10}$/],
  ['INTEGER', "(strftime('%s','now'))", 'bigint', /^\d{10}$/],
  ['INTEGER', '(unixepoch())', 'bigint', /^\d{10}$/],
  ['TEXT', '(hex(randomblob(16)))', 'text', /^[0-9A-F]{32}$/],
  ['TEXT', '(lower(hex(randomblob(16))))', 'text', /^[0-9a-f]{32}$/],
  ['TEXT', '(hex(randomblob(4)))', 'text', /^[0-9A-F]{8}$/],
  ['TEXT', `('u-' || lower(hex(randomblob(3))))`, 'text', /^u-[0-9a-f]{6}$/],
  ['INTEGER', '(abs(-5))', 'bigint', '5'],
  ['INTEGER', '(60 * 60 * 24)', 'bigint', '86400'],
  ['REAL', '(1.0 / 4)', 'double precision', '0.25'],
  ['TEXT', `('a' || 1)`, 'text', 'a1'],
  ['TEXT', `(upper('abc'))`, 'varchar(3)', 'ABC'],
  ['TEXT', `(json_array())`, 'jsonb', '[]'],
  ['BOOLEAN', `(1 = 2)`, 'boolean', 'false'],
  ['INTEGER', `(CAST(strftime('%s','now') AS INTEGER))`, 'bigint', /^\d{10}$/],
  ['TEXT', "(date('now', '+1 month', 'start of month'))", 'text', /^\d{4}-\d\d-01$/],
  ['TEXT', `(${UUID})`, 'text', V4],
  ['TEXT', `(${UUID})`, 'uuid', V4],
]

/** What only PostgreSQL's own types can show: SQLite gives the same moment as text. */
const MOMENTS: [string, string][] = [
  ['CURRENT_TIMESTAMP', 'timestamp'],
  ['CURRENT_TIMESTAMP', 'timestamptz'],
  ["(datetime('now'))", 'timestamptz'],
  ['CURRENT_DATE', 'date'],
  ['CURRENT_TIME', 'time'],
  ['(hex(randomblob(16)))', 'uuid'],
]

const REFUSED: [string, string][] = [
  ['(nowhere(-5))', 'bigint'],
  ["(datetime('now','localtime'))", 'text'],
  ['(hex(randomblob(8)))', 'uuid'],
  ['2', 'boolean'],
  ["'yes'", 'boolean'],
  ["'abc'", 'bigint'],
  ['1.5', 'bigint'],
  ['32768', 'smallint'],
  ['0.125', 'numeric(10,2)'],
  ['123456789.5', 'numeric(10,2)'],
  ["'too long'", 'varchar(3)'],
  ["'text'", 'bytea'],
  ["x'00'", 'text'],
  ["'{'", 'jsonb'],
  [`'"\\u0000"'`, 'jsonb'],
  ["'nobody'", 'uuid'],
  ["'1.2.3'", 'inet'],
  ["'2023-02-29'", 'date'],
  ["'0000-00-00'", 'date'],
  ["'2024-01-01 00:00:00'", 'timestamptz'],
  ['CURRENT_TIMESTAMP', 'bigint'],
  ['CURRENT_DATE', 'timestamp'],
  ["'open", 'text'],
  ["'); DROP TABLE victim; --'", 'bigint'],
  ['1); DROP TABLE victim; --', 'bigint'],
  ['', 'text'],
]

let server: ScratchPostgres
let client: pg.Client
before(async () => {
  server = await startPostgres()
  client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query(
    `SET search_path = pg_catalog; SET TimeZone = 'Pacific/Apia'; SET standard_conforming_strings = off`,
  )
  await client.query('CREATE SCHEMA app')
})
after(async () => {
  await client?.end()
  await server?.stop()
})

function translated(sql: string, type: string): string {
  const result = translateDefault(sql, parseType(type)!)
  assert.ok('sql' in result, 'reason' in result ? result.reason : '')
  return result.sql
}

/** What a new row has in PostgreSQL, as text in UTC. */
async function inPostgres(sql: string, type: string): Promise<string | null> {
  await client.query(`CREATE TABLE app.t (n int, c ${type} DEFAULT ${sql})`)
  try {
    const { rows } = await client.query(`INSERT INTO app.t VALUES (1) RETURNING c`)
    assert.equal(rows.length, 1)
    await client.query(`SET TimeZone = 'UTC'`)
    const { rows: read } = await client.query<{ c: string | null }>('SELECT c::text FROM app.t')
    return read[0]!.c
  } finally {
    await client.query(`SET TimeZone = 'Pacific/Apia'; DROP TABLE app.t`)
  }
}

function inSqlite(declared: string, sql: string): unknown {
  const db = new Database(':memory:')
  try {
    db.exec(`CREATE TABLE t (n, c ${declared} DEFAULT ${sql}\n); INSERT INTO t(n) VALUES (1)`)
    return db.prepare('SELECT CAST(c AS TEXT) FROM t').pluck().get()
  } finally {
    db.close()
  }
}

test('a new row gets what SQLite would have given it', async t => {
  for (const [declared, sql, type, wanted] of KEPT) {
    await t.test(`${declared} DEFAULT ${sql} as ${type}`, async () => {
      const got = await inPostgres(translated(sql, type), type)
      if (wanted instanceof RegExp) {
        assert.match(String(got), wanted)
        assert.match(String(inSqlite(declared, sql)), wanted)
      } else {
        assert.equal(got, wanted)
        if (declared === 'TEXT' && type === 'text') assert.equal(got, inSqlite(declared, sql))
      }
    })
  }
})

test('the clock is read in UTC, whatever the zone of the session', async t => {
  for (const [sql, type] of MOMENTS) {
    await t.test(`${sql} as ${type}`, async () => {
      const got = await inPostgres(translated(sql, type), type)
      if (type === 'uuid') return assert.match(String(got), /^[0-9a-f-]{36}$/)
      const apart = Math.abs(moment(String(got)) - moment(String(inSqlite('TEXT', sql))))
      // The zone of the session is 13 hours off; a day may end between the two readings.
      assert.ok(type === 'date' ? apart <= DAY : Math.min(apart, Math.abs(DAY - apart)) < DAY / 24)
    })
  }
})

const DAY = 86_400_000

/** Milliseconds of a date, a time or both, in UTC. */
function moment(text: string): number {
  const full = text.includes('-') ? text : `2000-01-01 ${text}`
  return Date.parse(full.length === 10 ? full : `${full.slice(0, 19).replace(' ', 'T')}Z`)
}

test('what is not known for certain is not translated, and says why', async t => {
  for (const [sql, type] of REFUSED) {
    await t.test(`DEFAULT ${sql} as ${type}`, () => {
      const result = translateDefault(sql, parseType(type)!)
      assert.ok('reason' in result, JSON.stringify(result))
      assert.doesNotMatch(result.reason, /nobody|DROP|abc/)
    })
  }
})
