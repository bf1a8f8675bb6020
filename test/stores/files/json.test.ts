/** JSON of others: every shape, every digit, and what is broken. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Cursor } from '../../../stores/json/cursor.ts'
import { readElements } from '../../../stores/json/elements.ts'
import { readLines } from '../../../stores/json/lines.ts'
import { TableRows } from '../../../stores/json/table-rows.ts'
import { readTables } from '../../../stores/json/tables.ts'
import { file, read, told } from './support.ts'

const readJson = (content: string | Uint8Array, format: 'json' | 'jsonl' = 'json') =>
  read(format, file(content))
const only = <T>(byTable: Record<string, T>): T | undefined => Object.values(byTable)[0]

test('any rows come back from any shape, however they are set', async () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => (Object.is(number, -0) ? 0 : number)),
    fc.string({ unit: 'binary' }).filter(text => text.isWellFormed()),
  )
  const rows = fc.array(fc.dictionary(fc.constantFrom('a', 'b"', 'c\\', 'd\n', '__proto__'), value), {
    maxLength: 20,
  })
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom('array', 'indented', 'lines', 'tables'), async (all, shape) => {
      const text = {
        array: JSON.stringify(all),
        indented: JSON.stringify(all, null, 2),
        lines: all.map(row => `${JSON.stringify(row)}\n`).join(''),
        tables: JSON.stringify({ t: all }, null, 1),
      }[shape]
      const found = await readJson(text, shape === 'lines' ? 'jsonl' : 'json')
      const columns = only(found.columns) ?? []
      const expected = all.map(row => columns.map(name => (Object.hasOwn(row, name) ? row[name] : null)))
      const isKeyless = all.findIndex(row => Object.keys(row).length > 0)
      assert.deepEqual(only(found.rows) ?? [], isKeyless < 0 ? [] : expected.slice(isKeyless))
    }),
    { numRuns: 150 },
  )
})

test('it does not matter where blocks of text end', async () => {
  const text =
    '[ {"a": -1.5e3, "b\\"": "x\\\\\\"y", "c": {"d": ["}", 1]}}, true, {"a": null, "e": false, "é": "😀"}, {"a": 1, "a": 2} ]'
  for (const [shape, whole] of [
    ['array', text],
    ['tables', `{"skip": [1] , "t": ${text}, "n": 12 }`],
    ['lines', text.slice(2, -2).replaceAll('}, ', '}\n').replace('true, ', 'true\n')],
  ] as const) {
    const expected = await inPieces(shape, whole, whole.length)
    assert.equal(expected.rows.length, 2)
    assert.equal(expected.bad.length, shape === 'tables' ? 3 : 2)
    for (let size = 1; size < 30; size++)
      assert.deepEqual(await inPieces(shape, whole, size), expected, `${shape} ${size}`)
  }
})

async function inPieces(shape: 'array' | 'tables' | 'lines', text: string, size: number) {
  async function* pieces() {
    for (let at = 0; at < text.length; at += size) yield { text: text.slice(at, at + size) }
  }
  const cursor = new Cursor('t', pieces())
  await cursor.toText()
  const rows = new TableRows('t', 't', undefined)
  const batches =
    shape === 'tables'
      ? readTables(cursor, 't', undefined)
      : shape === 'lines'
        ? readLines(cursor, rows)
        : readElements(cursor, rows, true)
  const all = { rows: [] as unknown[], bad: [] as unknown[], columns: [] as unknown[] }
  for await (const batch of batches) {
    all.rows.push(...batch.rows)
    all.bad.push(...batch.bad)
    all.columns.push(batch.columns)
  }
  return all
}

test('no digit of a number is lost', async () => {
  const numbers =
    '1, -0, 1.50, 0.30000000000000004, 9007199254740993, 123456789012345678901, 0.12345678901234567890, 1e5, 1e400'
  const { rows } = await readJson(`[${numbers.split(', ').map(digits => `{"n": ${digits}}`)}]`)
  assert.deepEqual(
    only(rows)?.map(([cell]) => cell),
    [
      1,
      -0,
      1.5,
      0.30000000000000004,
      9007199254740993n,
      '123456789012345678901',
      '0.12345678901234567890',
      1e5,
      '1e400',
    ],
  )
})

test('what is nested comes as its text; keys that come later are columns behind the others', async () => {
  const { columns, rows } = await readJson('[{"a": {"x":  1.50, "y": [1]}}, {"b": "]}", "a": [ ]}]')
  assert.deepEqual(only(columns), ['a', 'b'])
  assert.deepEqual(only(rows), [
    [{ json: '{"x":  1.50, "y": [1]}' }, null],
    [{ json: '[ ]' }, ']}'],
  ])
})

test('an object has tables where its values are arrays of rows, and is a row itself where they are not', async () => {
  const tables = await readJson(
    '{"page": 1, "users": [{"id": 1}], "docs": [{"no": 2}, {"no": 3}], "none": []}',
  )
  assert.deepEqual(tables.rows, { users: [[1]], docs: [[2], [3]] })
  assert.equal(tables.notes.length, 2)
  assert.match(tables.notes.join(), /"page" .* was left out.*"none" has no rows/)
  const row = await readJson('{"id": 1,\n "tags": ["a", "b"]}')
  assert.deepEqual(only(row.rows), [[1, { json: '["a", "b"]' }]])
  const lines = await readJson('{"id": 1, "items": [{"x": 1}]}\n{"id": 2, "items": []}\n')
  assert.equal(only(lines.rows)?.length, 2)
})

test('what is no row is told with its number, and the others are read', async () => {
  const array = await readJson('[{"a": 1}, 5, {"a": 1, "a": 2}, {"a": nope}, [1, 2], {"a": 3}]')
  assert.deepEqual(only(array.rows), [[1], [3]])
  assert.deepEqual(told(array.bad), ['2 no-object', '3 duplicate-key', '4 json', '5 no-object'])
  const lines = await readJson('{"a": 1}\n\n{"a": "x}\n{"a": 2} x\n7\n{"a": 3}', 'jsonl')
  assert.deepEqual(only(lines.rows), [[1], [3]])
  assert.deepEqual(told(lines.bad), ['3 json', '4 json', '5 no-object'])
  assert.deepEqual(lines.places, [1, 6])
})

test('bytes that are no UTF-8 make their row bad', async () => {
  const { rows, bad } = await readJson(Buffer.from('[{"a":"\xc3\xa9"},\n{"a":"\xe9"},\n{"a":"x"}]', 'latin1'))
  assert.deepEqual(only(rows), [['é'], ['x']])
  assert.deepEqual(told(bad), ['2 encoding'])
})

test('a file that ends in the middle fails with the place, behind the whole elements', async () => {
  for (const [text, message] of [
    ['[{"a": 1},\n {"a": 2}, {"b', /line 2, character 12: element 3 is not whole/],
    ['[{"a": 1},\n {"a": 2}', /ends behind element 2/],
    ['{"t": [{"a": 1}', /ends behind element 1/],
    ['{"t": [{"a": 1}]', /ends in the middle of its outermost object/],
    ['[{"a": 1}] x', /line 1, character 12: something stands behind its end/],
    ['[{"a": 1} {"a": 2}]', /behind element 1 there is no comma/],
    ['"just a text"', /neither an array nor an object/],
    ['', /there is nothing in it/],
  ] as const)
    await assert.rejects(readJson(text), message)
  await assert.rejects(readJson('{"a": 1}\n{"a": "2', 'jsonl'), /ends in the middle of an object/)
})

test('a value that goes over many blocks is whole, and what is wrong behind it has its line', async () => {
  const long = 'ä"\\'.repeat(700_000)
  const text = `[\n${JSON.stringify({ long })},\n${JSON.stringify({ long: [long] })}`
  const { rows } = await readJson(`${text}\n]`)
  assert.deepEqual(only(rows), [[long], [{ json: JSON.stringify([long]) }]])
  await assert.rejects(readJson(`${text},\n{"x": ]`), /line 4, character 1: element 3/)
})
