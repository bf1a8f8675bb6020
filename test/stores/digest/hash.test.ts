import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hash128, StreamHash } from '../../../stores/digest/hash.ts'

test('bytes in any pieces have the hash that they have together', () => {
  const stream = new StreamHash()
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 12 }), pieces => {
      const together = Buffer.concat(pieces)
      const [expected, found] = [new Uint32Array(4), new Uint32Array(4)]
      hash128(
        new DataView(together.buffer, together.byteOffset, together.length),
        0,
        together.length,
        expected,
      )
      stream.begin()
      for (const piece of pieces) stream.add(piece)
      stream.end(found)
      assert.deepEqual(found, expected)
    }),
  )
})
