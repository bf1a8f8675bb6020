import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeKey, encodeKey } from '../../ledger/key.ts'
import type { Cell } from '../../model/types.ts'

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'binary' }),
  fc.uint8Array().map(bytes => Buffer.from(bytes)),
)

/** SQLite tells 1 from 1n as little as this does: what counts is which key is meant. */
const meaning = (value: Cell) =>
  typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value

test('a key comes back as it was, whatever its storage classes', () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 4 }), key => {
      const back = decodeKey(encodeKey(key))
      assert.equal(back.length, key.length)
      for (const [i, value] of key.entries()) {
        if (Object.is(value, -0)) assert.equal(back[i], 0)
        else assert.deepEqual(back[i], meaning(value))
      }
    }),
  )
})
