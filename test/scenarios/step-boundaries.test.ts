/** A worker is killed at every edge of every activity of a run: before it, after its effect, after its report. */
import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { type CrashPoint, crashPoints, PHASES, type Phase } from './crash-points.ts'
import { type Scene, startWorld, stopwatch } from './harness.ts'
import { makeSource } from './source.ts'

/** In the order of a run. */
const ACTIVITIES = [
  ...['attach', 'takeSnapshot', 'assess', 'makePlan', 'openLedger', 'prepareWayBack', 'createTables'],
  ...['copyChunks', 'finishTables', 'finishKeys', 'validateTables', 'compareViews', 'report'],
]

const world = await startWorld({}, path => {
  makeSource(path, 0.1)
  const db = new Database(path)
  db.exec('CREATE VIEW heavy AS SELECT id, sender FROM parcel WHERE fragile = 1')
  db.close()
})
after(() => world.stop())

const HALVES = [ACTIVITIES.slice(0, 7), ACTIVITIES.slice(7)]

const WHEN: Record<Phase, string> = {
  before: 'before its effect',
  after: 'after its effect, before its report',
  reported: 'after its report',
}

/** All runs at once: after most kills a run waits for the heartbeat that does not come, and costs nothing. */
test('a worker is killed at each boundary of each step', { concurrency: true }, async t => {
  const stories = PHASES.flatMap(phase =>
    HALVES.map(activities => {
      const points = activities.map((activity): CrashPoint => `${activity}:${phase}`)
      const name = `${WHEN[phase]}: ${activities.join(', ')}`
      return t.test(name, async t => killedAtAll(t, await world.scene(t), points))
    }),
  )
  await Promise.all(stories)
})

async function killedAtAll(t: TestContext, scene: Scene, points: CrashPoint[]): Promise<void> {
  const crashes = crashPoints(scene.home, scene.env, points)
  const took = stopwatch(t, `a run of ${points.length} kills`)
  const ended = await scene.full([], crashes.env).ended
  took()
  assert.deepEqual(crashes.struck().sort(), points.sort())
  await scene.assertEndsWell(ended)
}
