/** A worker is killed at every edge of every activity of a run: before it, after its effect, after its report. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import { type CrashPoint, crashPoints, PHASES, type Phase } from './crash-points.ts'
import { type Scene, startWorld, stopwatch } from './harness.ts'
import { makeSource } from './source.ts'

/** In the order of a run. */
const ACTIVITIES = [
  ...['attach', 'takeSnapshot', 'assess', 'makePlan', 'openLedger', 'prepareWayBack', 'createTables'],
  ...['planChunks', 'copyChunks', 'finishTables', 'finishKeys', 'validateTables', 'compareViews', 'report'],
]

const world = await startWorld({}, path => {
  makeSource(path, 0.1)
  const db = new Database(path)
  db.exec('CREATE VIEW heavy AS SELECT id, sender FROM parcel WHERE fragile = 1')
  db.close()
})
after(() => world.stop())

test('a worker is killed at each boundary of each step', { concurrency: PHASES.length }, async t => {
  await Promise.all(
    PHASES.map(phase => t.test(WHEN[phase], async t => killedAtAll(t, await world.scene(t), phase))),
  )
})

const WHEN: Record<Phase, string> = {
  before: 'before its effect',
  after: 'after its effect, before its report',
  reported: 'after its report',
}

async function killedAtAll(t: Parameters<typeof stopwatch>[0], scene: Scene, phase: Phase): Promise<void> {
  const points = ACTIVITIES.map((activity): CrashPoint => `${activity}:${phase}`)
  const crashes = crashPoints(scene.home, scene.env, points)
  const took = stopwatch(t, `a run of ${points.length} kills`)
  const ended = await scene.full([], crashes.env).ended
  took()
  assert.deepEqual(crashes.struck().sort(), points.sort())
  await scene.assertEndsWell(ended)
}
