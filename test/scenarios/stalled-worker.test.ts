import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { markOf } from '../../home/process.ts'
import { readStack } from '../../home/stack.ts'
import { closeGate } from './gate.ts'
import { assertMidCopy, startWorld, stopwatch } from './harness.ts'
import { runLog } from './run-log.ts'
import { until } from './until.ts'
import { startSecondWorker } from './worker.ts'

const world = await startWorld()
after(() => world.stop())

test('a worker that is stopped with a chunk in flight is replaced, and writes nothing when it wakes', async t => {
  const scene = await world.scene(t)
  const gate = await closeGate(scene.client, 'scan')
  const command = scene.full()
  const before = await gate.arrival()
  await assertMidCopy(scene.client, 'scan')
  const { pid, address } = readStack(scene.home)!
  process.kill(pid, 'SIGSTOP')
  t.after(() => markOf(pid) && process.kill(pid, 'SIGKILL'))
  const goesOn = stopwatch(t, 'from the stop to work on the chunk by another worker')
  const second = startSecondWorker({ ...scene.env, TEMPORAL_ADDRESS: address })
  t.after(() => second.kill('SIGKILL'))
  await gate.arrival(before)
  goesOn()
  await gate.open()
  const settled = stopwatch(t, 'from there to the end of the run')
  await until('the run is done', async () => {
    const { rows } = await scene.client.query(`SELECT state FROM longhaul.run WHERE state = 'done'`)
    return rows[0]
  })
  settled()
  const lines = runLog(scene.home).length
  process.kill(pid, 'SIGCONT')
  const ended = await command.ended
  t.diagnostic(`the woken worker wrote ${runLog(scene.home).length - lines} lines into the run's log`)
  second.kill('SIGTERM')
  await until('the second worker ends', () => second.exitCode ?? second.signalCode ?? undefined)
  await scene.assertEndsWell(ended)
  assert.equal(ended.status, 0)
})
