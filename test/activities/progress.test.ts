/** What a job tells of its progress: soon, not too often, and what somebody waits for at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBackend, paced } from '../../activities/progress.ts'

test('of very many words the first and those that name a backend are passed on at once, few of the others', () => {
  const told: unknown[] = []
  const tell = paced(detail => told.push(detail))
  for (let rows = 0; rows < 100_000; rows++) {
    if (rows === 50_000) tell({ backend: 7 })
    tell({ table: 'films', rows })
  }
  assert.deepEqual(told[0], { table: 'films', rows: 0 })
  assert.deepEqual(told.filter(isBackend), [{ backend: 7 }])
  assert.ok(told.length < 10_000, `${told.length} words of 100,001`)
})

test('each job begins with a word of its own', () => {
  const told: unknown[] = []
  for (const table of ['films', 'shops']) paced(detail => told.push(detail))({ table, rows: 1 })
  assert.deepEqual(told, [
    { table: 'films', rows: 1 },
    { table: 'shops', rows: 1 },
  ])
})
