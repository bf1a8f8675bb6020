import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pool } from '../../workflows/pool.ts'

test('a pool works on all items, never on more than its limit, and goes on after a failure', async () => {
  let running = 0
  let most = 0
  const settled = await pool([1, 2, 3, 4, 5, 6], 2, async item => {
    most = Math.max(most, ++running)
    await new Promise(resolve => setImmediate(resolve))
    running--
    if (item === 2) throw new Error('no')
    return item * 10
  })
  assert.equal(most, 2)
  assert.equal(running, 0)
  assert.deepEqual(settled.map(s => s.result).sort(), [10, 30, 40, 50, 60, undefined])
  assert.equal(settled.filter(s => s.error).length, 1)
})

test('an empty pool ends at once', async () => {
  assert.deepEqual(await pool([], 3, async () => 1), [])
})
