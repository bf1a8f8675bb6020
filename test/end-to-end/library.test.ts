/** longhaul called from a program, as the README says it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  attach,
  connect,
  EXIT,
  Failure,
  listRuns,
  type Progress,
  progress,
  readReport,
  rollback,
  startMigration,
  waitFor,
} from '../../client/index.ts'
import { openWorld } from './world.ts'

const world = await openWorld()
const source = world.source(`
  CREATE TABLE song (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
  INSERT INTO song VALUES (1, 'Gute Nacht'), (2, 'Die Wetterfahne');`)
const longhaul = await connect({ env: world.stack.env })

test('start, hear how far it is, wait, read the report, take it back', async () => {
  const target = await world.target()
  const run = await startMigration(longhaul, { from: `sqlite:${source}`, to: target.url, id: 'winter' })
  assert.deepEqual([run.name, run.attached], ['winter', false])
  const heard: Progress[] = []
  const { result, failure } = await waitFor(longhaul, run, { onProgress: p => heard.push(p), interval: 100 })
  assert.equal(failure, undefined)
  assert.deepEqual([result.exit, result.verdict, result.rows, result.tables], [EXIT.complete, 'equal', 2, 1])
  assert.deepEqual(
    heard.at(-1)!.steps.map(step => step.state),
    Array(7).fill('done'),
  )
  assert.deepEqual(
    readReport(result, longhaul.around)!.tables.map(t => [t.name, t.written]),
    [['song', 2]],
  )
  const found = await attach(longhaul, result.run.slice(0, 8))
  assert.equal(found.name, 'winter')
  assert.equal((await progress(longhaul, found)).state, 'done')
  const names = []
  for await (const { name } of listRuns(longhaul)) names.push(name)
  assert.ok(names.includes('winter'))
  assert.ok((await rollback(longhaul, 'winter')).undone > 0)
  assert.deepEqual(await target.rows(`SELECT to_regclass('song')::text`), [[null]])
})

test('a run that fails is an outcome with its reason, and does not throw', async () => {
  const target = await world.target('CREATE TABLE song (id int)')
  const run = await startMigration(longhaul, { from: `sqlite:${source}`, to: target.url })
  const { result, failure } = await waitFor(longhaul, run)
  assert.deepEqual([result.exit, failure?.code], [EXIT.refused, 'refused'])
  assert.deepEqual(
    result.findings.map(f => f.code),
    ['table-exists'],
  )
})

test('the same request twice is the same run', async () => {
  const target = await world.target()
  const options = { from: `sqlite:${source}`, to: target.url, id: 'twice' }
  const [one, other] = await Promise.all([
    startMigration(longhaul, options),
    startMigration(longhaul, options),
  ])
  assert.equal(one.execution, other.execution)
  assert.equal((await waitFor(longhaul, other)).result.exit, EXIT.complete)
  assert.deepEqual(await target.rows('SELECT count(*)::int FROM song'), [[2]])
})

test('preflight and comparison are runs as well', async () => {
  const target = await world.target()
  const options = { from: `sqlite:${source}`, to: target.url }
  const looked = await waitFor(longhaul, await startMigration(longhaul, options, 'preflight'))
  assert.deepEqual([looked.result.exit, looked.result.verdict], [EXIT.complete, 'not checked'])
  assert.deepEqual(await target.rows(`SELECT to_regclass('song')::text`), [[null]])
  await waitFor(longhaul, await startMigration(longhaul, options))
  const compared = await waitFor(
    longhaul,
    await startMigration(longhaul, { ...options, ifExists: 'use' }, 'check'),
  )
  assert.deepEqual([compared.result.exit, compared.result.verdict], [EXIT.complete, 'equal'])
})

test('mistakes of the caller are failures with a code and a remedy', async () => {
  for (const options of [{}, { from: 'sqlite:app.db' }, { from: 'mysql://x', to: 'prod' }]) {
    await assert.rejects(startMigration(longhaul, options), error => {
      assert.ok(error instanceof Failure, JSON.stringify(options))
      assert.equal(error.code, 'usage')
      return Boolean(error.facts.remedy)
    })
  }
})

test('a program that lets go leaves the stack to the others', async () => {
  await longhaul.release()
  assert.equal((await world.run(['list'])).status, 0)
})
