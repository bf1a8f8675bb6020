/** One table in both engines, so that an expression and its translation can be evaluated over the same rows. */
import Database from 'better-sqlite3'
import pg from 'pg'
import { parseExpression } from '../../../model/sqlite-sql/parse.ts'
import { affinityOf } from '../../../model/translate/affinity.ts'
import { translateValue } from '../../../model/translate/expression.ts'
import type { ColumnRef, Scope, Translated } from '../../../model/translate/scope.ts'
import { parseType } from '../../../model/type-text.ts'
import type { LogicalType } from '../../../model/types.ts'
import { startPostgres } from '../../support/postgres.ts'

/** Name, declaration in SQLite, type in PostgreSQL. */
const COLUMNS: [string, string, string][] = [
  ['id', 'INTEGER PRIMARY KEY', 'bigint'],
  ['i', 'INTEGER', 'bigint'],
  ['big', 'INTEGER', 'bigint'],
  ['b', 'BOOLEAN', 'boolean'],
  ['r', 'REAL', 'double precision'],
  ['n', 'NUMERIC(10,2)', 'numeric(10,2)'],
  ['s', 'TEXT', 'text'],
  ['ci', 'TEXT COLLATE NOCASE', 'text'],
  ['rt', 'TEXT COLLATE RTRIM', 'text'],
  ['bl', 'BLOB', 'bytea'],
  ['d', 'DATE', 'date'],
  ['ts', 'DATETIME', 'timestamp'],
  ['e', 'INTEGER', 'bigint'],
  ['j', 'JSON', 'jsonb'],
  ['mixed', 'INT', 'text'],
]

const J1 = '{"name":"Ann","age":30,"ok":true,"tags":["x","y"],"deep":{"k":"v"},"none":null}'
const J2 = '{"name":"30","age":"old","ok":0,"tags":[],"0":"zero"}'

/** In the order of the columns after `id`. */
export const ROWS: (string | number | bigint | Buffer | null)[][] = [
  [
    1,
    2n ** 63n - 1n,
    1,
    1.5,
    10,
    'Abc',
    'Abc',
    'abc  ',
    Buffer.from('ab'),
    '2024-01-31',
    '2024-01-31 00:00:00',
    0,
    J1,
    12,
  ],
  [
    -7,
    -(2n ** 63n),
    0,
    -2.5,
    -10.55,
    'abc',
    'aBC',
    'abc',
    Buffer.from([0, 255]),
    '2024-02-29',
    '2024-02-29 12:34:56',
    1709210096,
    J2,
    'N/A',
  ],
  [0, 0, 0, 0, 0, '', '', '', Buffer.alloc(0), '2023-12-31', '2023-12-31 23:59:59', -1, '[]', ''],
  [
    42,
    42,
    1,
    2.675,
    0.01,
    'Ünï ☃ 😀',
    'É',
    'x ',
    Buffer.from('é'),
    '1999-03-01',
    '1999-03-01 01:02:03',
    86399,
    '"text"',
    'é',
  ],
  [
    10,
    10,
    1,
    1e15,
    99999999.99,
    "it's 50% _\\",
    'it',
    ' x',
    Buffer.from("'"),
    '2000-01-01',
    '2000-01-01 00:00:01',
    2147483648,
    '{"name":null}',
    10,
  ],
  [
    -1,
    -1,
    0,
    -0.125,
    3.5,
    '  12 ',
    'Z',
    'Z',
    Buffer.from('12'),
    '2024-03-31',
    '2024-03-31 06:00:00',
    951782400,
    '{"name":"a\\"b","age":1.5}',
    -1,
  ],
  [
    100,
    9007199254740993n,
    1,
    1005.005,
    100,
    'a@b.c',
    'a',
    'a',
    Buffer.from('zz'),
    '2025-06-15',
    '2025-06-15 18:30:00',
    1,
    '{"age":-3,"tags":5}',
    'x',
  ],
  [null, null, null, null, null, null, null, null, null, null, null, null, null, null],
]

const REFS = new Map<string, ColumnRef>(
  COLUMNS.map(([name, declared, type]) => [
    name,
    {
      sql: `"${name}"`,
      type: parseType(type)!,
      affinity: affinityOf(declared.replace(/ (COLLATE|PRIMARY).*/, '')),
      ...(declared.includes('COLLATE') && { collation: declared.split(' ').at(-1)! }),
    },
  ]),
)

export const SCOPE: Scope = {
  column: (name, table) => (table === undefined || table === 't' ? REFS.get(name.toLowerCase()) : undefined),
}

export function translate(expression: string, want?: LogicalType): Translated {
  return translateValue(parseExpression(expression), SCOPE, want)
}

export interface World {
  /** The expression in each row, by `id`; with `aggregate` over all of them, and over none. */
  sqlite(expression: string, aggregate?: boolean): unknown[]
  postgres(sql: string, aggregate?: boolean): Promise<unknown[]>
  client: pg.Client
  stop(): Promise<void>
}

export async function startWorld(): Promise<World> {
  const db = new Database(':memory:')
  db.defaultSafeIntegers()
  db.exec(`CREATE TABLE t (${COLUMNS.map(([name, declared]) => `${name} ${declared}`).join(', ')})`)
  const places = COLUMNS.slice(1).map(() => '?')
  for (const row of ROWS) db.prepare(`INSERT INTO t VALUES (NULL, ${places.join(', ')})`).run(...row)
  const server = await startPostgres()
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query(
    `SET search_path = pg_catalog; SET TimeZone = 'Pacific/Apia'; SET DateStyle = 'SQL, DMY'`,
  )
  await client.query('CREATE SCHEMA app')
  await client.query(
    `CREATE TABLE app.t (${COLUMNS.map(([name, , type]) => `"${name}" ${type}`).join(', ')})`,
  )
  for (const [i, row] of ROWS.entries()) await client.query(insert(), [i + 1, ...row.map(cell)])
  return {
    client,
    sqlite: (expression, aggregate) =>
      selects(expression, 't', aggregate).flatMap(sql => db.prepare(sql).pluck().all().map(plain)),
    async postgres(sql, aggregate) {
      const values: unknown[] = []
      for (const select of selects(sql, 'app.t', aggregate)) {
        const { rows } = await client.query<[unknown]>({ text: select, rowMode: 'array' })
        values.push(...rows.map(([value]) => plain(value)))
      }
      return values
    },
    async stop() {
      db.close()
      await client.end()
      await server.stop()
    },
  }
}

function selects(expression: string, table: string, aggregate = false): string[] {
  if (!aggregate) return [`SELECT (${expression}) FROM ${table} ORDER BY id`]
  return [`SELECT ${expression} FROM ${table}`, `SELECT ${expression} FROM ${table} WHERE id < 0`]
}

const insert = () =>
  `INSERT INTO app.t VALUES (${COLUMNS.map(([, , type], i) => `$${i + 1}::text::${type}`).join(', ')})`

const cell = (value: unknown) => {
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value))
    return `${value.slice(8, 10)}/${value.slice(5, 7)}/${value.slice(0, 4)}${value.slice(10)}`
  return value === null ? null : String(value)
}

const [NUMERIC, DATE, TIMESTAMP] = [1700, 1082, 1114]
pg.types.setTypeParser(NUMERIC, Number)
pg.types.setTypeParser(DATE, iso)
pg.types.setTypeParser(TIMESTAMP, iso)

/** From the form of the session's DateStyle. */
function iso(text: string): string {
  return text.replace(/^(\d\d)\/(\d\d)\/(\d{4})/, '$3-$2-$1')
}

/** Values of either driver in one form; a number is one, whatever type holds it. */
function plain(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value + 0) : String(value)
  if (Buffer.isBuffer(value)) return `x'${value.toString('hex')}'`
  return value
}
