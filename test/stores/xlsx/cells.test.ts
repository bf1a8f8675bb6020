/** Whatever SQLite has in a column comes out of a workbook as it was, storage class included. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../../../model/failure.ts'
import type { SqliteCell } from '../../../stores/files/writer.ts'
import { type Filled, read, tableOf, written } from './book.ts'

const DECLARED = [
  'INTEGER',
  'TEXT',
  'REAL',
  'NUMERIC(10,2)',
  'DATE',
  'TIMESTAMP',
  'BOOLEAN',
  'BLOB',
  'DECIMAL(38,200)',
  '',
]
const TABLE = tableOf('t', ...DECLARED.map((declared, n) => `c${n} ${declared}`))
/** Small ones, so that sheets and cells overflow. */
const LIMITS = { rows: 8, characters: 40 }

const two = fc.integer({ min: 0, max: 61 }).map(n => String(n).padStart(2, '0'))
const moments = fc
  .record({
    year: fc.constantFrom('1899', '1900', '1970', '2024', '9999'),
    month: two,
    day: two,
    time: fc.tuple(fc.constantFrom('T', ' ', ''), two, two, two),
    rest: fc.constantFrom('', '.5', '.250', '.123456', 'Z', '+00:00', '+02:00', '.001Z'),
  })
  .map(({ year, month, day, time: [between, ...clock], rest }) =>
    between ? `${year}-${month}-${day}${between}${clock.join(':')}${rest}` : `${year}-${month}-${day}`,
  )
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({
    unit: fc.constantFrom('\0', '\r', '\n', ' ', '\x7f', '\uffff', '_x0041_', '_', '<&>"', '😀', '\ud800'),
    maxLength: 60,
  }),
  fc.constantFrom('', ' ', '007', '=1+1', "'=1", '-5', '+1', '@a', '1e5', 'TRUE', '#N/A', "x'00'"),
  moments,
)
const reals = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(-0, 5, 0.1 + 0.2, 1e15, 1e308, 5e-324))
const integers = fc.oneof(
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt(-2n, 2n),
  fc.constantFrom(10n ** 15n - 1n, 10n ** 15n, 2n ** 53n + 1n),
)
const blobs = fc.uint8Array({ maxLength: 70 })

/** As SQLite would keep it in a column of the declared type. */
function kept(cell: SqliteCell, declared: string): SqliteCell {
  const isWhole = /^(INTEGER|NUMERIC|DECIMAL|DATE|TIMESTAMP|BOOLEAN)/.test(declared)
  if (typeof cell === 'number' && isWhole && Number.isSafeInteger(cell)) return BigInt(cell)
  return cell
}

const cells = fc.oneof(fc.constant(null), texts, reals, integers, blobs)
const rows = fc.array(fc.tuple(...DECLARED.map(declared => cells.map(cell => kept(cell, declared)))), {
  maxLength: 30,
})

const plain = (row: readonly unknown[]) =>
  row.map(cell => (cell instanceof Uint8Array ? { blob: Buffer.from(cell).toString('hex') } : cell))

async function comeBack(filled: Filled, options: { escapeFormulas?: true } = {}): Promise<void> {
  const [batch] = await read(await written([filled], options, LIMITS))
  assert.deepEqual(batch!.bad, [])
  assert.deepEqual(batch!.rows.map(plain), filled.rows.map(plain))
}

test('any cell in any column comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.boolean(), (rows, escapes) =>
      comeBack({ table: TABLE, rows }, escapes ? { escapeFormulas: true } : {}),
    ),
    { numRuns: 40 },
  )
})

test('rows of NULL alone are rows, at the end as well', async () => {
  const rows = [
    [null, null],
    [1n, null],
    [null, null],
  ]
  await comeBack({ table: tableOf('t', 'a INTEGER', 'b'), rows })
})

test('a value too long for a whole row of cells is refused with its place', async () => {
  const rows = [
    [1n, 'short'],
    [2n, 'x'.repeat(20 * 16_384)],
  ]
  await assert.rejects(
    written([{ table: tableOf('t', 'id INTEGER', 'note TEXT'), rows }], {}, { rows: 100, characters: 20 }),
    (error: unknown) => {
      assert.ok(error instanceof Failure)
      assert.equal(error.facts.object, 'table "t"')
      assert.match(error.facts.message, /^row 2, column "note"/)
      return true
    },
  )
})

test('more columns than a sheet has are refused', async () => {
  const columns = Array.from({ length: 16_385 }, (_, n) => `c${n} TEXT`)
  await assert.rejects(written([{ table: tableOf('wide', ...columns), rows: [] }]), /16,384 columns/)
})
