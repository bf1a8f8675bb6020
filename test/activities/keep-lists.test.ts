import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { keepLists } from '../../activities/locate-rows.ts'

test('lists of rows that differ go when a later end of the run has none of that table', t => {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-lists-'))
  t.after(() => rmSync(folder, { recursive: true }))
  keepLists(folder, [])
  const lists = join(folder, 'differences')
  mkdirSync(lists)
  for (const name of ['a-1.jsonl', 'b-2.jsonl']) writeFileSync(join(lists, name), '{}\n')
  const counts = { missing: 1, surplus: 0, different: 0, columns: [], listed: 1 }
  keepLists(folder, [{ ...counts, file: 'differences/b-2.jsonl' }])
  assert.deepEqual(readdirSync(lists), ['b-2.jsonl'])
  keepLists(folder, [])
  assert.deepEqual(readdirSync(lists), [])
})
