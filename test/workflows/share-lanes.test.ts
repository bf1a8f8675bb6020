import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shareLanes } from '../../workflows/share-lanes.ts'

test('without an order all have the lanes of the plan', () => {
  assert.deepEqual(shareLanes([4, 1, 4], undefined), [4, 1, 4])
})

test('with fewer lanes than groups the last ones rest', () => {
  assert.deepEqual(shareLanes([4, 1, 4], 2), [1, 1, 0])
  assert.deepEqual(shareLanes([4], 1), [1])
})

test('what is left goes to large tables in turn, more than was planned as well', () => {
  assert.deepEqual(shareLanes([4, 1, 4], 6), [3, 1, 2])
  assert.deepEqual(shareLanes([2, 1], 9), [8, 1])
  assert.deepEqual(shareLanes([1, 1], 9), [1, 1])
  assert.deepEqual(shareLanes([], 3), [])
})
