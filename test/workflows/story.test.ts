/** What a run tells of itself: attributes to filter by, details for the Temporal UI, a memo, figures and estimates. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { Finding } from '../../model/finding.ts'
import { findingsQuery, pauseUpdate, planQuery, resumeUpdate, SEARCH } from '../../workflows/messages.ts'
import { until } from '../scenarios/until.ts'
import { FakeTarget, failing } from './fake-target.ts'
import { type Play, startStage } from './stage.ts'

const { client, begin } = await startStage()

/** The server shows attributes and memo when it has the task that told them, which may be after a query has answered. */
async function shows(what: string, want: unknown, look: () => Promise<unknown>): Promise<void> {
  await until(
    `${what} is ${JSON.stringify(want)}`,
    async () => isDeepStrictEqual(await look(), want) || undefined,
  )
}

const showsAttributes = ({ handle }: Play, want: readonly [phase: string, state: string]) =>
  shows('phase and state', want, async () => {
    const { searchAttributes } = await handle.describe()
    return [searchAttributes[SEARCH.phase.name]?.[0], searchAttributes[SEARCH.state.name]?.[0]]
  })

/** What the UI shows as current details. */
async function details({ handle }: Play): Promise<string> {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata')
  return metadata.currentDetails ?? ''
}

test('phase and state can be filtered by; the details tell what it waits for and what was ordered', async () => {
  const target = new FakeTarget([{ a: 2 }], { gates: ['before-cutover'] })
  target.close('chunk')
  const play = await begin(target, { indexed: true })
  await play.sees('a chunk', t => t.held('chunk') === 1)
  await showsAttributes(play, ['copy', 'running'])
  await play.order(pauseUpdate)
  await play.sees('the order noted', t => t.orders.paused)
  target.pass(1)
  await play.waitsFor('resume')
  await showsAttributes(play, ['copy', 'paused'])
  assert.match(await details(play), /^\*\*paused\*\*[\s\S]*waiting for a resume[\s\S]*- ordered: paused/)
  await shows('the memo', 'a resume', async () => (await play.handle.describe()).memo?.waitingFor)
  const query = `LonghaulState = 'paused' AND WorkflowId = '${play.handle.workflowId}'`
  await until('it is listed', async () => {
    for await (const { runId } of client.workflow.list({ query })) return runId
    return undefined
  })
  target.open('chunk')
  await play.order(resumeUpdate)
  await play.waitsFor('gate')
  await showsAttributes(play, ['validate', 'waiting'])
  assert.match(await details(play), /waiting for an approval at the gate before-cutover/)
  await play.handle.cancel()
  await assert.rejects(play.handle.result())
  await showsAttributes(play, ['validate', 'cancelled'])
})

test('which tables have failed stands in the memo, readable with no worker', async () => {
  const target = new FakeTarget([{ a: 1 }])
  target.tables.get('a')!.failure = failing('value', 'a value does not fit', 'table "a"')
  const play = await begin(target)
  await play.waitsFor('operator')
  await shows('the memo', ['a'], async () => (await play.handle.describe()).memo?.failed)
  assert.match(String((await play.handle.describe()).memo?.waitingFor), /table a failed/)
  await play.handle.cancel()
  await assert.rejects(play.handle.result())
})

test('plan and findings are told as soon as they are known', async () => {
  const finding = { code: 'x', severity: 'note', object: 'table a', message: 'm' } as unknown as Finding
  const target = new FakeTarget([{ a: 1 }], { findings: [finding], how: { chunkRows: 5 } as never })
  target.close('assess', 'chunk')
  const play = await begin(target)
  await play.sees('assessing', t => t.held('assess') === 1)
  assert.equal((await play.handle.query(planQuery)) ?? undefined, undefined)
  target.open('assess')
  await play.sees('a chunk', t => t.held('chunk') === 1)
  assert.equal((await play.handle.query(planQuery))?.how?.chunkRows, 5)
  assert.deepEqual(await play.handle.query(findingsQuery), [finding])
  target.open('chunk')
  await play.result()
})

test('figures of a table: rows, chunks, pace, time left and how it was reckoned', async () => {
  const target = new FakeTarget([{ a: 10 }])
  target.budget = 1
  target.close('chunk')
  const play = await begin(target)
  for (let chunk = 1; chunk <= 3; chunk++) {
    await play.sees('the next chunk', t => t.held('chunk') === 1)
    target.pass(1)
  }
  const table = await until('figures', async () =>
    (await play.progress()).tables.find(({ chunksDone, estimate }) => chunksDone === 3 && estimate),
  )
  assert.equal(table.written, 300)
  assert.equal(table.chunks, 10)
  assert.match(table.estimate!, /^700 rows to go at [\d,]+ rows\/s, the pace of the last \d+ s$/)
  assert.ok(table.secondsLeft! > 0)
  target.open('chunk')
  await play.result()
})
