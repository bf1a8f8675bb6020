import assert from 'node:assert/strict'
import { test } from 'node:test'
import { indexMemory } from '../../../stores/postgres/index-memory.ts'
import { tablePlan } from '../../support/plans.ts'

const MB = 1024 * 1024
const memory = (rows: number, bytes: number) => indexMemory(tablePlan('t', [], { rows, bytes }))

test('as many sorted runs as PostgreSQL merges at once, and no more memory than that takes', () => {
  for (const bytes of [100 * MB, 1000 * MB, 100_000 * MB]) {
    const megabytes = memory(bytes / 100, bytes)
    const runs = (bytes * 1.4) / (megabytes * MB)
    const atOnce = (megabytes * MB) / (272 * 1024)
    assert.ok(runs <= atOnce, `${bytes} bytes: ${runs} runs, ${atOnce} at once`)
    assert.ok(megabytes <= 6 + Math.sqrt(bytes / MB), `${bytes} bytes: ${megabytes} MB`)
  }
})

test('never next to nothing, and never more than a server has to spare', () => {
  assert.equal(memory(0, 0), 4)
  assert.equal(memory(1e12, 1e15), 256)
})
