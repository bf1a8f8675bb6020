/** What the outside hears of an activity that breaks off. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { guarded, type Work } from '../../activities/edge.ts'
import { Failure } from '../../model/failure.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-edge-'))
after(() => rmSync(home, { recursive: true, force: true }))

const hungUp = () =>
  new Failure({ code: 'unavailable', object: 'server', message: 'the connection was lost' })
const activity = (work: (work: Work) => Promise<unknown>) =>
  guarded({ home, host: 'h', log: pino({ enabled: false }) }, 'openLedger', (at: Work, _: { run: string }) =>
    work(at),
  )

test('a session that is hung up because of a cancel was cancelled, and did not fail', async () => {
  const env = new MockActivityEnvironment()
  const running = env.run(
    activity(async () => {
      const { cancellationSignal } = Context.current()
      await new Promise(resolve => cancellationSignal.addEventListener('abort', resolve, { once: true }))
      throw hungUp()
    }),
    { run: 'r' },
  )
  env.cancel()
  await assert.rejects(running, CancelledFailure)
})

test('one that is hung up by itself has failed', async () => {
  const running = new MockActivityEnvironment().run(
    activity(async () => {
      throw hungUp()
    }),
    { run: 'r' },
  )
  await assert.rejects(running, ApplicationFailure)
})
