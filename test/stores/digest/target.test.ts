/**
 * What PostgreSQL was told in SQL, read back, has the digest of the SQLite cells that mean the same. The
 * encoders of longhaul have no part in it.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import type { Cell, LogicalType } from '../../../model/types.ts'
import { differingBuckets } from '../../../stores/digest/digest.ts'
import { digestFor } from '../../../stores/digest/digester.ts'
import { digestTarget } from '../../../stores/digest/target.ts'
import { readRows } from '../../../stores/postgres/copy-out.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { tableOf } from './tables.ts'

let server: ScratchPostgres
let client: pg.Client

before(async () => {
  server = await startPostgres()
  client = new pg.Client(server.url)
  await client.connect()
  await client.query("SET TimeZone = 'Asia/Kathmandu'")
})
after(async () => {
  await client?.end()
  await server?.stop()
})

const uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
const long = 'é'.repeat(40_000)
const digits = '1234567890'.repeat(40)

/** Column type in SQL, logical type, and pairs of a value in SQL and a cell as SQLite gives it. */
const cases: [sql: string, type: LogicalType, pairs: [sql: string, cell: Cell][]][] = [
  [
    'boolean',
    { kind: 'boolean' },
    [
      ['true', 1],
      ['false', 0],
      ['NULL', null],
    ],
  ],
  [
    'smallint',
    { kind: 'integer', bits: 16 },
    [
      ['-32768', -32768],
      ['32767', 32767],
    ],
  ],
  [
    'integer',
    { kind: 'integer', bits: 32 },
    [
      ['-2147483648', -2147483648],
      ['7', 7n],
    ],
  ],
  [
    'bigint',
    { kind: 'integer', bits: 64 },
    [
      ['9223372036854775807', 9223372036854775807n],
      ['-9223372036854775808', -9223372036854775808n],
      ['9007199254740991', 9007199254740991],
      ['9007199254740993', 9007199254740993n],
      ['-9007199254740991', -9007199254740991],
      ['-1', -1],
      ['4294967296', 4294967296],
    ],
  ],
  [
    'real',
    { kind: 'float', bits: 32 },
    [
      ['1.5', 1.5],
      ['-0.1', Math.fround(-0.1)],
      ["'Infinity'", Infinity],
    ],
  ],
  [
    'double precision',
    { kind: 'float', bits: 64 },
    [
      ['0.1', 0.1],
      ["'-0'", 0],
      ['5e-324', 5e-324],
      ['1.7976931348623157e308', Number.MAX_VALUE],
      ["'-inf'", -Infinity],
    ],
  ],
  [
    'numeric',
    { kind: 'numeric' },
    [
      ['0', 0],
      ['0.000', '0'],
      ['1.50', 1.5],
      ['-12345678.000100', '-12345678.0001'],
      ['10000', 10000],
      ['100000000', 1e8],
      ['0.0001', '1e-4'],
      ['0.00000000012', 1.2e-10],
      ['12345.6789', 12345.6789],
      [`${digits}.${digits}`, `${digits}.${digits}`],
      ['1e300', '1e300'],
      ["'NaN'", 'NaN'],
    ],
  ],
  [
    'numeric(12,4)',
    { kind: 'numeric', precision: 12, scale: 4 },
    [
      ['7', 7],
      ['-0.5', -0.5],
      ['99999999.9999', 99999999.9999],
    ],
  ],
  [
    'text',
    { kind: 'text' },
    [
      ["''", ''],
      ["'né😀'", 'né😀'],
      ["E'a\\nb\\\\'", 'a\nb\\'],
      ["'42'", 42],
      [`repeat('é', 40000)`, long],
      ['NULL', null],
    ],
  ],
  ['varchar(20)', { kind: 'text', maxLength: 20 }, [["'abc  '", 'abc  ']]],
  [
    'bytea',
    { kind: 'bytes' },
    [
      ["'\\x'", new Uint8Array()],
      ["'\\x00ff10'", new Uint8Array([0, 255, 16])],
    ],
  ],
  [
    'date',
    { kind: 'date' },
    [
      ["'0001-01-01'", '0001-01-01'],
      ["'1969-12-31'", '1969-12-31'],
      ["'9999-12-31'", '9999-12-31'],
    ],
  ],
  [
    'time',
    { kind: 'time' },
    [
      ["'00:00'", '00:00:00'],
      ["'23:59:59.999999'", '23:59:59.999999'],
      ["'24:00'", '24:00:00'],
    ],
  ],
  [
    'timestamp',
    { kind: 'timestamp', zone: false },
    [
      ["'0001-01-01 00:00:00.000001'", '0001-01-01 00:00:00.000001'],
      ["'1600-02-29 23:59:59.5'", '1600-02-29T23:59:59.5'],
      ["'1969-12-31 23:59:59.999999'", '1969-12-31 23:59:59.999999'],
      ["'2024-02-29 12:34:56.789012'", '2024-02-29 12:34:56.789012'],
      ["'9999-12-31 23:59:59.999999'", '9999-12-31 23:59:59.999999'],
    ],
  ],
  [
    'timestamptz',
    { kind: 'timestamp', zone: true },
    [
      ["'2024-03-31 02:30:00+01:00'", '2024-03-31T01:30:00Z'],
      ["'1900-01-01 00:00:00+00'", '1900-01-01 05:45:00+05:45'],
      ["'2024-01-01 00:00:00.123456+00'", '2024-01-01 00:00:00.123456'],
    ],
  ],
  [
    'jsonb',
    { kind: 'json', binary: true },
    [
      [`'{"bb":1,"a":[1.50,null,true],"c":{"x":"\\u00e9"}}'`, '{"c":{"x":"é"},"a":[1.5,null,true],"bb":1.0}'],
      [`'{"a":1,"a":2}'`, '{"a":1,"a":2}'],
      [`'12345678901234567890.123e5'`, '1234567890123456789012300'],
      [`'-0.0'`, '0'],
      [`'"\\ud83d\\ude00\\n"'`, '"😀\\n"'],
      [`'{}'`, '{}'],
      [`'7'`, 7],
    ],
  ],
  ['json', { kind: 'json', binary: false }, [[`'{"b": 1, "a": 2, "b": 3}'`, '{"b": 1, "a": 2, "b": 3}']]],
  [
    'uuid',
    { kind: 'uuid' },
    [
      [`'${uuid}'`, uuid.toUpperCase()],
      [`'${uuid}'`, Buffer.from(uuid.replaceAll('-', ''), 'hex')],
    ],
  ],
  [
    'inet',
    { kind: 'inet' },
    [
      ["'10.0.0.1'", '10.0.0.1'],
      ["'10.0.0.1/8'", '10.0.0.1/8'],
      ["'2001:db8::1:0:0:1'", '2001:DB8:0:0:1::1'],
      ["'::ffff:1.2.3.4'", '::ffff:1.2.3.4'],
      ["'::/0'", '::/0'],
    ],
  ],
]

for (const [sql, type, pairs] of cases) {
  test(`values of ${sql}`, async () => {
    const table = tableOf({ id: { kind: 'integer', bits: 64 }, v: type }, ['id'])
    await client.query(`DROP TABLE IF EXISTS sample; CREATE TABLE sample (id bigint, v ${sql})`)
    await client.query(
      `INSERT INTO sample VALUES ${pairs.map(([value], i) => `(${i}, ${value})`).join(', ')}`,
    )
    const source = digestFor(table, 'source')
    source.add(pairs.map(([, cell], i) => [i, cell]))
    const target = await digestTarget(client, table, () => {})
    assert.equal(target.count, pairs.length)
    const wrong = pairs.filter(([, cell], i) => {
      return differingBuckets(source.digest, target).includes(source.hashRow([i, cell]))
    })
    assert.deepEqual(wrong, [])
  })
}

test('any single changed cell in the target is seen, in the bucket of its row', async () => {
  const columns: Record<string, LogicalType> = { id: { kind: 'integer', bits: 64 } }
  for (const [i, [, type]] of cases.entries()) columns[`c${i}`] = type
  const table = tableOf(columns, ['id'])
  const definitions = cases.map(([sql], i) => `c${i} ${sql}`).join(', ')
  await client.query(`DROP TABLE IF EXISTS sample; CREATE TABLE sample (id bigint, ${definitions})`)
  const values = cases.map(([, , pairs]) => pairs[0]![0]).join(', ')
  await client.query(`INSERT INTO sample SELECT g, ${values} FROM generate_series(1, 50) g`)
  const before = await digestTarget(client, table, () => {})
  const bucket = digestFor(table, 'source').hashRow([17, ...cases.map(([, , pairs]) => pairs[0]![1])])
  for (const [i, [, , pairs]] of cases.entries()) {
    const other = pairs.at(-1)![0] === pairs[0]![0] ? 'NULL' : pairs.at(-1)![0]
    await client.query('BEGIN')
    await client.query(`UPDATE sample SET c${i} = ${other} WHERE id = 17`)
    assert.deepEqual(differingBuckets(before, await digestTarget(client, table, () => {})), [bucket])
    await client.query('ROLLBACK')
  }
})

test('from bytes the digest is that of the cells, whichever rows, keys and columns', async () => {
  const columns: Record<string, LogicalType> = { id: { kind: 'integer', bits: 64 } }
  for (const [i, [, type]] of cases.entries()) columns[`c${i}`] = type
  const definitions = cases.map(([sql], i) => `c${i} ${sql}`).join(', ')
  await client.query(`DROP TABLE IF EXISTS sample; CREATE TABLE sample (id bigint, ${definitions})`)
  for (let id = 0; id < 300; id++) {
    const values = cases.map(([, , pairs], i) => (id % (i + 2) === 0 ? 'NULL' : pairs[id % pairs.length]![0]))
    await client.query(`INSERT INTO sample VALUES (${id}, ${values.join(', ')})`)
  }
  for (const key of [[], ['id'], ['id', 'c0'], ['c8', 'id', 'c2'], ['c2', 'c1']]) {
    const table = tableOf(columns, key)
    const cells = digestFor(table, 'typed')
    for await (const rows of readRows(client, table, () => {})) cells.add(rows)
    const heard: number[] = []
    const read = await digestTarget(client, table, rows => heard.push(rows))
    assert.deepEqual([read.count, heard.at(-1), read.hex], [300, 300, cells.digest.hex])
    const some = await digestTarget(client, table, () => {}, 't.id < 10')
    assert.equal(some.count, 10)
  }
})

test('infinite dates and timestamps are read, and differ from finite ones', async () => {
  const table = tableOf({ d: { kind: 'date' }, t: { kind: 'timestamp', zone: true } })
  await client.query(`
    DROP TABLE IF EXISTS sample;
    CREATE TABLE sample (d date, t timestamptz);
    INSERT INTO sample VALUES ('infinity', '-infinity'), ('-infinity', 'infinity'), ('2024-01-01', '2024-01-01')`)
  const typed = digestFor(table, 'typed')
  const day = Date.UTC(2024, 0, 1) / 86_400_000
  // Midnight in Kathmandu is 18:15 of the day before in UTC.
  const instant = Date.UTC(2023, 11, 31, 18, 15) * 1000
  typed.add([
    [Infinity, -Infinity],
    [-Infinity, Infinity],
    [day, instant],
  ])
  assert.equal((await digestTarget(client, table, () => {})).hex, typed.digest.hex)
})
