/** What columns of a target take of the texts and numbers of files: nothing that would come out as another value. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, emptyTally } from '../../../model/files/tally.ts'
import { allFit, fitsWish, type StageCell } from '../../../model/files/wish.ts'
import { parseType, showType } from '../../../model/type-text.ts'
import type { LogicalType } from '../../../model/types.ts'

const CASES: [type: string, fits: StageCell[], not: StageCell[]][] = [
  ['boolean', ['true', 'NO', '1', 0n], ['maybe', '', 2n]],
  ['smallint', ['-32768', 32767n], ['32768', '007', '1.0', 1.5, '']],
  ['bigint', ['9223372036854775807'], ['9223372036854775808', ' 1']],
  [
    'double precision',
    ['0.1', '1e5', '0.30000000000000004', 1.5, 2n ** 53n],
    ['0.1000000000000000055511', 2n ** 53n + 1n, 'x', ''],
  ],
  ['numeric', ['12345678901234567890.5', 7n, 0.5], ['1e5', '.5', '', Infinity]],
  ['numeric(4,2)', ['12.34', '1'], ['123.4', '1.234']],
  ['varchar(2)', ['ab', '😀😀', ''], ['abc']],
  ['date', ['2024-02-29'], ['2023-02-29', '2024-02-29 00:00:00']],
  ['timestamp', ['2024-02-29', '2024-02-29 10:30', '2024-02-29T10:30:00Z'], ['10:30', 'soon', 5n]],
  ['time', ['10:30', '10:30:05.5'], ['25:00:00', '2024-02-29']],
  ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567']],
  ['jsonb', ['{"a": 1}', '1'], ['{a: 1}', '']],
]

for (const [name, fits, not] of CASES)
  test(`${name} takes what it has a value for`, () => {
    const type = parseType(name) as LogicalType
    assert.ok(type, name)
    for (const cell of fits)
      assert.equal(fitsWish(type, cell), true, `${showType(type)} takes ${String(cell)}`)
    for (const cell of not)
      assert.equal(fitsWish(type, cell), false, `${showType(type)} refuses ${String(cell)}`)
    // What is not looked at row by row fits as well.
    for (const cell of [...fits, ...not]) {
      const tally = emptyTally()
      count(tally, cell, typeof cell !== 'string')
      if (allFit({ type, required: false }, tally))
        assert.equal(fitsWish(type, cell), true, `${name} ${String(cell)}`)
    }
  })
