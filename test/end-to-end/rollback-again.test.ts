/** `longhaul rollback` of what is taken back already, and of what nothing brings back. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openWorld } from './world.ts'

const world = await openWorld()

const SOURCE = `CREATE TABLE document (id INTEGER PRIMARY KEY, number TEXT); INSERT INTO document VALUES (1, 'A'), (2, 'B')`
const OLD = `CREATE TABLE document (id bigint PRIMARY KEY, number text); INSERT INTO document VALUES (10, 'OLD')`

test('a rollback with a table that was dropped ends with status 4, and a second one does nothing', async () => {
  const target = await world.target(OLD)
  const full = await world.run([
    ...['full', '--from', `sqlite:${world.source(SOURCE)}`, '--to', target.url, '--id', 'docs'],
    ...['--if-exists', 'replace', '--backup', 'none', '--accept', 'no-way-back'],
  ])
  assert.equal(full.status, 0, full.all)
  const check = await world.run(['rollback', 'docs', '--check'])
  assert.equal(check.status, 0, check.all)
  assert.match(check.out, /NO WAY BACK for table public.document/)
  assert.match(check.out, /unknown/)
  const database = await world.run(['rollback', 'docs', '--check', '--scope', 'database'])
  assert.equal(database.status, 3, database.all)
  assert.match(database.all, /only --backup dump makes one/)

  const back = await world.run(['rollback', 'docs', '--yes', '--json'])
  assert.equal(back.status, 4, back.all)
  const { report, differences } = JSON.parse(back.out)
  assert.match(differences.join(), /public.document.*nothing brings it back/)
  const told = readFileSync(report.markdown, 'utf8')
  assert.match(told, /NO WAY BACK/)

  const again = await world.run(['rollback', 'docs', '--yes'])
  assert.equal(again.status, 0, again.all)
  assert.match(again.out, /run docs was taken back already: at 20/)
  assert.doesNotMatch(again.all, /object\(s\) taken back/)
  assert.equal(readFileSync(report.markdown, 'utf8'), told)
})
