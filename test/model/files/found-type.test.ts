/** The table of types that are found in texts of files: as people write values, and what they become. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileCell } from '../../../model/files/batch.ts'
import { foundType } from '../../../model/files/found-type.ts'
import { added, count, emptyTally, type Tally } from '../../../model/files/tally.ts'

const tallyOf = (cells: readonly FileCell[], typed: boolean): Tally => {
  const tally = emptyTally()
  for (const cell of cells) count(tally, cell, typed)
  return tally
}
const declared = (cells: readonly FileCell[], typed = false) => foundType(tallyOf(cells, typed)).declared

const TEXTS: [cells: FileCell[], declared: string][] = [
  [[], 'TEXT'],
  [[null, null], 'TEXT'],
  [['true', 'false', null], 'BOOLEAN'],
  [['TRUE', 'False'], 'BOOLEAN'],
  [['yes', 'no'], 'TEXT'],
  [['0', '-12', '9223372036854775807'], 'INTEGER'],
  // Zeros before a number, a plus and a sign of nothing are no print of a number.
  [['00123', '4'], 'TEXT'],
  [['+1'], 'TEXT'],
  [['-0'], 'TEXT'],
  [['1 '], 'TEXT'],
  [['9223372036854775808'], 'DECIMAL_TEXT'],
  [['1.50', '22.00'], 'NUMERIC(15,2)'],
  [['1.5', '2'], 'NUMERIC'],
  [['0.30000000000000004'], 'DECIMAL_TEXT'],
  [['1234567890123.45678'], 'DECIMAL_TEXT'],
  [['.5'], 'TEXT'],
  [['1,5'], 'TEXT'],
  [['1e5', '2.5E-3', '7'], 'REAL'],
  [['1e5', '0.30000000000000004'], 'TEXT'],
  [['1e999'], 'TEXT'],
  [['NaN'], 'TEXT'],
  [['2024-02-29', '1999-12-31'], 'DATE'],
  [['2023-02-29'], 'TEXT'],
  [['31.12.2023'], 'TEXT'],
  [['2024-01-02 03:04:05', '2024-01-02T03:04:05.123456'], 'TIMESTAMP'],
  [['2024-01-02 03:04:05Z', '2024-01-02 03:04:05+02:00'], 'TIMESTAMPTZ'],
  [['2024-01-02 03:04:05', '2024-01-02 03:04:05Z'], 'TEXT'],
  [['03:04:05'], 'TIME'],
  [['123e4567-e89b-12d3-a456-426614174000', 'ABCDEF01-e89b-12d3-a456-426614174000'], 'UUID'],
  [['1', 'one'], 'TEXT'],
  [['', '1'], 'TEXT'],
  [['true', '1'], 'TEXT'],
]

for (const [cells, wanted] of TEXTS)
  test(`CSV: ${JSON.stringify(cells)} is ${wanted}`, () => assert.equal(declared(cells), wanted))

const TYPED: [cells: FileCell[], declared: string][] = [
  [[true, false, null], 'BOOLEAN'],
  [[1, 2n, null], 'INTEGER'],
  [[1, 2.5], 'REAL'],
  [[2n ** 60n, 2.5], 'NUMERIC'],
  [[{ json: '{"a":1}' }, { json: '[]' }], 'JSON'],
  [[new Uint8Array(2)], 'BLOB'],
  // What a document says is a text stays one.
  [['true', '1', '2.5'], 'TEXT'],
  [['2024-02-29'], 'DATE'],
  [['a', 1], ''],
  [[true, 'true'], ''],
]

for (const [i, [cells, wanted]] of TYPED.entries())
  test(`typed cells, case ${i}: ${wanted || 'no declared type'}`, () =>
    assert.equal(declared(cells, true), wanted))

test('files that add up to one table have one type for it', () => {
  const one = tallyOf(['1', '2'], false)
  assert.equal(foundType(added(one, tallyOf(['3.25', null], false))).declared, 'NUMERIC')
  assert.equal(foundType(added(one, tallyOf(['three'], false))).declared, 'TEXT')
  assert.equal(foundType(added(one, emptyTally())).declared, 'INTEGER')
})
