import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type pg from 'pg'
import { Failure } from '../../../model/failure.ts'
import type { Cell, LogicalType } from '../../../model/types.ts'
import { copyIn } from '../../../stores/postgres/copy-in.ts'
import { encoderFor } from '../../../stores/postgres/encode.ts'
import { sqlType } from '../../../stores/postgres/types.ts'
import { Writer } from '../../../stores/postgres/writer.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

let postgres: ScratchPostgres
let client: pg.Client
before(async () => {
  postgres = await startPostgres()
  client = await session(postgres.url)
})
after(async () => {
  await client?.end()
  await postgres?.stop()
})

/** Loads cells and reads them back as text, in their order. */
async function roundTrip(type: LogicalType, cells: Cell[], shown = 'v::text'): Promise<(string | null)[]> {
  const table = tablePlan('trip', [columnPlan('n', { kind: 'integer', bits: 32 }), columnPlan('v', type)])
  await client.query('DROP TABLE IF EXISTS public.trip')
  await client.query(`CREATE TABLE public.trip (n integer, v ${sqlType(type)})`)
  await copyIn(client, table, [cells.map((cell, n) => [n, cell])], () => {})
  const { rows } = await client.query<{ text: string | null }>(
    `SELECT ${shown} AS text FROM public.trip ORDER BY n`,
  )
  return rows.map(({ text }) => text)
}

/** Property: whatever cells are drawn, they come back as `expected` says. */
async function holds<T extends Cell>(
  type: LogicalType,
  cells: fc.Arbitrary<T>,
  expected: (cell: T) => string | null,
  shown?: string,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 200 }), async drawn => {
      assert.deepEqual(await roundTrip(type, drawn, shown), drawn.map(expected))
    }),
    { numRuns: 25 },
  )
}

function refuses(type: LogicalType, cell: Cell): void {
  assert.throws(
    () => encoderFor(type, { table: 'users', column: 'secret' })(cell, new Writer()),
    (error: unknown) => {
      assert.ok(error instanceof Failure, `${type.kind} took ${String(cell)}`)
      assert.equal(error.code, 'value')
      assert.equal(error.facts.object, 'users.secret')
      if (typeof cell === 'string' && cell.length > 3) assert.ok(!error.message.includes(cell))
      return true
    },
  )
}

const INT8: LogicalType = { kind: 'integer', bits: 64 }
const NUMERIC: LogicalType = { kind: 'numeric' }

test('integers of 64 bits, to both ends', async () => {
  const ends = [-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n, 2n ** 32n, -(2n ** 32n) - 1n]
  await holds(
    INT8,
    fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(...ends)),
    String,
  )
  await holds(INT8, fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 2 ** 31, -(2 ** 31) - 1)), String)
  assert.deepEqual(await roundTrip(INT8, ['-42', null]), ['-42', null])
  for (const cell of [2n ** 63n, 1.5, 2 ** 53, Number.NaN, '042', '+1', '', 'x', new Uint8Array(8)])
    refuses(INT8, cell)
})

test('integers of 16 and 32 bits stay in range', async () => {
  for (const bits of [16, 32] as const) {
    const [min, max] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
    const ends = fc.constantFrom(min, max, 0, -1, 255, 256)
    await holds({ kind: 'integer', bits }, fc.oneof(fc.integer({ min, max }), ends), String)
    for (const cell of [min - 1, max + 1, BigInt(max) + 1n, String(max + 1)])
      refuses({ kind: 'integer', bits }, cell)
  }
})

test('booleans', async () => {
  const cells = [0, 1, 0n, 1n, 'true', 'F', 't', 'FALSE', true, null]
  const expected = ['false', 'true', 'false', 'true', 'true', 'false', 'true', 'false', 'true', null]
  assert.deepEqual(await roundTrip({ kind: 'boolean' }, cells), expected)
  for (const cell of [2, -1, 0.5, 'yes', '', '1 ']) refuses({ kind: 'boolean' }, cell)
})

/** The eight bytes of a float, independent of how either side prints it. */
function float8Bits(value: number): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return view.getBigUint64(0).toString(16).padStart(16, '0')
}

test('floats bit for bit', async () => {
  const type: LogicalType = { kind: 'float', bits: 64 }
  const shown = `encode(float8send(v), 'hex')`
  const extremes = [5e-324, -0, Number.MAX_VALUE, Infinity, -Infinity, 0.1, 2.2250738585072014e-308]
  await holds(type, fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(...extremes)), float8Bits, shown)
  assert.deepEqual(await roundTrip(type, [Number.NaN, 2n ** 60n, '1.5']), [
    'NaN',
    '1.152921504606847e+18',
    '1.5',
  ])
  for (const cell of [2n ** 60n + 1n, '1.50', 'x', '']) refuses(type, cell)
  const narrow: LogicalType = { kind: 'float', bits: 32 }
  await holds(narrow, fc.float({ noNaN: true }), v => float8Bits(v), `encode(float8send(v::float8), 'hex')`)
  for (const cell of [0.1, 1e300, 16777217]) refuses(narrow, cell)
})

const digits = fc.stringMatching(/^[0-9]{0,45}$/)
const decimalText = fc
  .tuple(fc.boolean(), fc.stringMatching(/^(0|[1-9][0-9]{0,45})$/), digits)
  .map(([minus, a, b]) => {
    const text = b ? `${a}.${b}` : a
    return minus && /[1-9]/.test(text) ? `-${text}` : text
  })

test('decimals of any length, digit for digit', async () => {
  await holds(NUMERIC, decimalText, String)
  await holds(NUMERIC, fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), String)
  const big = `${'9'.repeat(3000)}.${'1'.repeat(3000)}`
  const kept = ['0', '0.0000', '0.00010', '10000', '100000000', '1.50', '-0.5', big]
  assert.deepEqual(await roundTrip(NUMERIC, kept), kept)
  for (const cell of ['007', '+1', '.5', '5.', '-0', '-0.00', '1e5', ' 1', 'NaN', '']) refuses(NUMERIC, cell)
})

test('numbers as decimals: exactly what the shortest print says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
      async drawn => {
        const back = await roundTrip(NUMERIC, drawn)
        assert.deepEqual(
          back.map(Number),
          drawn.map(v => v + 0),
        )
        const same = await client.query(
          `SELECT bool_and(v = t.text::numeric) AS same
           FROM public.trip JOIN unnest($1::text[]) WITH ORDINALITY AS t(text, place) ON place = n + 1`,
          [drawn.map(String)],
        )
        assert.equal(same.rows[0].same, true)
      },
    ),
    { numRuns: 25 },
  )
  assert.deepEqual(await roundTrip(NUMERIC, [1e21, 1e-7, NaN, Infinity, -Infinity]), [
    ...['1000000000000000000000', '0.0000001', 'NaN', 'Infinity', '-Infinity'],
  ])
})

test('decimals of a given size are never rounded', async () => {
  const type: LogicalType = { kind: 'numeric', precision: 6, scale: 2 }
  const cells = ['1.5', '9999.99', '-9999.99', '0.10', 3, 0.25, '1.5000']
  assert.deepEqual(await roundTrip(type, cells), [
    '1.50',
    '9999.99',
    '-9999.99',
    '0.10',
    '3.00',
    '0.25',
    '1.50',
  ])
  for (const cell of ['10000', '0.001', 1.005, Infinity, '9999.995']) refuses(type, cell)
})

test('texts of all of Unicode but NUL and halves of characters', async () => {
  const unicode = fc.string({ unit: 'binary', maxLength: 300 }).filter(text => !text.includes('\0'))
  await holds(
    { kind: 'text' },
    fc.oneof(unicode, fc.constantFrom('', '👩‍👩‍👧', 'a\u0301', '\\N', '\u2028')),
    String,
  )
  const large = 'ä€😀x'.repeat(400_000)
  assert.deepEqual(await roundTrip({ kind: 'text' }, [large, 12, 5n]), [large, '12', '5'])
  for (const cell of ['with\0nul', 'half \ud800', new Uint8Array(2)]) refuses({ kind: 'text' }, cell)
})

test('lengths are counted in characters, and blanks at the end count', async () => {
  const type: LogicalType = { kind: 'text', maxLength: 3 }
  assert.deepEqual(await roundTrip(type, ['😀😀😀', 'abc', '']), ['😀😀😀', 'abc', ''])
  for (const cell of ['abcd', 'abc ', '😀😀😀😀', 'a\u0301bc']) refuses(type, cell)
})

test('bytes', async () => {
  const hex = (cell: Uint8Array) => `\\x${Buffer.from(cell).toString('hex')}`
  await holds({ kind: 'bytes' }, fc.uint8Array({ maxLength: 500 }), hex)
  const large = new Uint8Array(2_000_000).fill(7)
  assert.deepEqual(await roundTrip({ kind: 'bytes' }, [large, new Uint8Array()]), [hex(large), '\\x'])
  refuses({ kind: 'bytes' }, 'text')
})

/** ISO parts from a date, by way of `Date`, which the encoders do not use. */
const isoDate = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
})
const micros = fc.integer({ min: 0, max: 999_999 }).map(us => String(us).padStart(6, '0'))
const trimmed = (fraction: string) => (Number(fraction) ? `.${fraction.replace(/0+$/, '')}` : '')

test('dates', async () => {
  await holds(
    { kind: 'date' },
    isoDate.map(d => d.toISOString().slice(0, 10)),
    String,
  )
  assert.deepEqual(await roundTrip({ kind: 'date' }, ['2000-02-29', '0001-01-01', '9999-12-31']), [
    ...['2000-02-29', '0001-01-01', '9999-12-31'],
  ])
  for (const cell of [
    '1900-02-29',
    '2023-02-30',
    '0000-01-01',
    '2024-13-01',
    '2024-1-1',
    '10000-01-01',
    20240101,
  ]) {
    refuses({ kind: 'date' }, cell)
  }
})

test('timestamps to the microsecond in all years', async () => {
  const cells = fc.tuple(isoDate, micros, fc.constantFrom('T', ' '))
  const text = cells.map(([d, us, sep]) => `${d.toISOString().slice(0, 19).replace('T', sep)}.${us}`)
  const expected = (cell: string) => `${cell.slice(0, 10)} ${cell.slice(11, 19)}${trimmed(cell.slice(20))}`
  await holds({ kind: 'timestamp', zone: false }, text, expected)
  await holds(
    { kind: 'timestamp', zone: true },
    text.map(t => `${t}Z`),
    t => `${expected(t.slice(0, -1))}+00`,
  )
  const plain: LogicalType = { kind: 'timestamp', zone: false }
  for (const cell of ['2024-01-01', '2024-01-01 24:00:00', '2016-12-31 23:59:60', '2024-01-01 10:00:00Z'])
    refuses(plain, cell)
  for (const cell of ['2024-01-01 10:00:00.1234567', '2024-01-01 10:00:00 ', 1700000000]) refuses(plain, cell)
})

test('offsets move an instant by exactly themselves', async () => {
  const type: LogicalType = { kind: 'timestamp', zone: true }
  const offset = fc
    .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 15 * 60 }))
    .map(([sign, m]) => {
      return `${sign}${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`
    })
  const modern = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  const cells = fc.tuple(modern, offset).map(([d, o]) => d.toISOString().slice(0, 19) + o)
  const utc = (cell: string) => `${new Date(cell).toISOString().slice(0, 19).replace('T', ' ')}+00`
  await holds(type, cells, utc)
  const odd = [
    '2024-01-01T00:00:00+05:30:15',
    '2024-01-01 00:00:00-0330',
    '2024-01-01 00:00',
    '2024-01-01T00:00:00+02',
  ]
  const back = [
    '2023-12-31 18:29:45+00',
    '2024-01-01 03:30:00+00',
    '2024-01-01 00:00:00+00',
    '2023-12-31 22:00:00+00',
  ]
  assert.deepEqual(await roundTrip(type, odd), back)
  for (const cell of ['2024-01-01T00:00:00+16:00', '2024-01-01T00:00:00 CET', '2024-01-01T00:00:00+0:30'])
    refuses(type, cell)
})

test('times of a day', async () => {
  const text = fc.tuple(isoDate, micros).map(([d, us]) => `${d.toISOString().slice(11, 19)}.${us}`)
  await holds({ kind: 'time' }, text, cell => cell.slice(0, 8) + trimmed(cell.slice(9)))
  assert.deepEqual(await roundTrip({ kind: 'time' }, ['24:00:00', '00:00']), ['24:00:00', '00:00:00'])
  for (const cell of ['24:00:01', '12:60:00', '12:00:60', '1:00', '12:00:00Z'])
    refuses({ kind: 'time' }, cell)
})

test('JSON: text as it was, binary as the server reads it', async () => {
  const json = fc
    .json()
    .filter(text => !text.includes('\\u0000') && !text.includes('\0') && text.isWellFormed())
  await holds({ kind: 'json', binary: false }, json, String)
  await fc.assert(
    fc.asyncProperty(fc.array(json, { minLength: 1 }), async drawn => {
      const back = await roundTrip({ kind: 'json', binary: true }, drawn)
      const { rows } = await client.query('SELECT x::jsonb::text AS text FROM unnest($1::text[]) AS x', [
        drawn,
      ])
      assert.deepEqual(
        back,
        rows.map(({ text }) => text),
      )
    }),
    { numRuns: 25 },
  )
})

test('UUIDs in three spellings', async () => {
  await holds({ kind: 'uuid' }, fc.uuid(), String)
  await holds(
    { kind: 'uuid' },
    fc.uuid().map(id => id.replaceAll('-', '').toUpperCase()),
    cell => {
      return cell.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    },
  )
  await holds({ kind: 'uuid' }, fc.uint8Array({ minLength: 16, maxLength: 16 }), cell => {
    const hex = Buffer.from(cell).toString('hex')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  })
  for (const cell of ['x', '', new Uint8Array(15), `${'a'.repeat(31)}g`, `{${'a'.repeat(32)}}`])
    refuses({ kind: 'uuid' }, cell)
})

test('addresses as the server itself would read them', async () => {
  const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, m]) => `${ip}/${m}`)
  const v6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([ip, m]) => `${ip}/${m}`)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(v4, v6, fc.ipV4(), fc.ipV6()), { minLength: 1 }), async drawn => {
      const back = await roundTrip({ kind: 'inet' }, drawn)
      const { rows } = await client.query('SELECT x::inet::text AS text FROM unnest($1::text[]) AS x', [
        drawn,
      ])
      assert.deepEqual(
        back,
        rows.map(({ text }) => text),
      )
    }),
    { numRuns: 25 },
  )
  assert.deepEqual(await roundTrip({ kind: 'inet' }, ['::', '::1', '1::', '::ffff:1.2.3.4'], 'host(v)'), [
    ...['::', '::1', '1::', '::ffff:1.2.3.4'],
  ])
  for (const cell of ['1.2.3', '1.2.3.4/33', '::1/129', 'fe80::1%eth0', '1.2.3.4/', 'x'])
    refuses({ kind: 'inet' }, cell)
})
