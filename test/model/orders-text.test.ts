import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_ORDERS } from '../../model/control.ts'
import { ordersLines, rateText } from '../../model/orders-text.ts'

test('orders in force in words, also of one row and one lane', () => {
  assert.equal(rateText(1), '1 row/s')
  assert.equal(rateText(5000), '5,000 rows/s')
  const orders = { ...NO_ORDERS, paused: true, pausedTables: ['a'], rowsPerSecond: 1, concurrency: 1 }
  assert.deepEqual(ordersLines(orders), ['paused', 'table a paused', 'at most 1 row/s', '1 lane'])
})
