import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chaos } from './chaos.ts'
import { drawRun, WEIGHTS } from './draw.ts'
import { table } from './tally.ts'

test('a seed gives the same schedules each time, and another seed others', () => {
  const schedules = (seed: number) => Array.from({ length: 200 }, (_, i) => drawRun(seed, i + 1))
  assert.deepEqual(schedules(5), schedules(5))
  assert.notDeepEqual(schedules(5), schedules(6))
  const drawn = new Set(schedules(5).flatMap(({ draws }) => draws.map(({ fault }) => fault)))
  assert.equal(drawn.size, Object.keys(WEIGHTS).length)
})

test('runs under the faults of a fixed seed end well, with every row once and nothing left over', async t => {
  const { runs, tally } = await chaos({ seed: 3, goesOn: run => run <= 2 })
  t.diagnostic(table(tally))
  for (const { run, violations, observed } of runs)
    assert.deepEqual(violations, [], `run ${run}: ${JSON.stringify(observed)}`)
  assert.ok(tally.faults > 3)
})
