import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash128 } from '../../../stores/digest/hash.ts'
import { HashTally } from '../../../stores/digest/hash-tally.ts'

/** Hashes as they come: of one bucket of 64, as when a single bucket differs. */
function* hashes(count: number): Iterable<Uint32Array> {
  const view = new DataView(new ArrayBuffer(4))
  const hash = new Uint32Array(4)
  for (let i = 0; count > 0; i++) {
    view.setUint32(0, i)
    hash128(view, 0, 4, hash)
    if (hash[0]! % 64 !== 7) continue
    count--
    yield hash
  }
}

test('each hash keeps its own counts while the table grows', () => {
  const tally = new HashTally(4)
  for (const side of ['source', 'target'] as const) {
    let no = 0
    for (const hash of hashes(20_000)) {
      const at = tally.slot(hash)
      tally[side][at]! += side === 'source' ? ++no : 1
    }
  }
  let no = 0
  for (const hash of hashes(20_000)) {
    const at = tally.find(hash)
    assert.deepEqual([tally.source[at], tally.target[at]], [++no, 1])
    assert.deepEqual([...tally.hashAt(at)], [...hash])
  }
  assert.equal([...tally.slots()].length, 20_000)
  assert.equal(tally.find(Uint32Array.of(1, 2, 3, 4)), -1)
})
