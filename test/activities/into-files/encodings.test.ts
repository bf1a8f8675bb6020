/** Texts of every encoding arrive as they are, or are refused before anything is written. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { begin, end, exporting, plan } from './exporting.ts'

test('a database in UTF-16 is written as any other', async t => {
  const world = exporting(t)
  const source = world.source(
    `PRAGMA encoding = 'UTF-16be'; CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('ü☃𝄞');`,
  )
  const place = await begin(world, { source, format: 'csv', to: 'out' })
  const { results } = await end(world, place, ['t'])
  assert.deepEqual(
    results.map(({ verdict }) => verdict),
    ['equal'],
  )
  assert.match(readFileSync(join(world.folder, 'out', 't.csv'), 'utf8'), /ü☃𝄞/)
})

test('a text that is damaged in the source is refused with its column', async t => {
  const world = exporting(t)
  const source = world.source(
    `CREATE TABLE t (a, b TEXT); INSERT INTO t VALUES (1, CAST(x'61ff62' AS TEXT));`,
  )
  const { findings } = await plan(world, { source, format: 'jsonl', to: 'out' })
  assert.deepEqual(
    findings.map(({ code, severity, object }) => [code, severity, object]),
    [['text-not-valid', 'refused', 't.b']],
  )
})

test('what a format cannot do is said before', async t => {
  const world = exporting(t)
  const source = world.source('CREATE TABLE t (a); CREATE TABLE u (a);')
  const said = async (format: 'csv' | 'xlsx', to: string, per?: string) => {
    const { findings } = await plan(world, {
      run: `${format} ${to} ${per}`,
      source,
      format,
      to,
      options: per ? { per } : {},
    })
    return findings.filter(({ severity }) => severity === 'refused').map(({ message }) => message)
  }
  assert.match((await said('csv', 'one.csv')).join(), /holds one table/)
  assert.match((await said('csv', 'out', 't')).join(), /is a workbook/)
  assert.match((await said('xlsx', 'out', 'v')).join(), /there is no table "v"/)
})
