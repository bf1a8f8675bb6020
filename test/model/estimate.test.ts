import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimateOf, noteSample, paceOf, type Sample } from '../../model/estimate.ts'

const samples = (...list: [seconds: number, rows: number][]): Sample[] =>
  list.reduce<Sample[]>((all, [seconds, rows]) => noteSample(all, { at: seconds * 1000, rows }), [])

test('a pace takes two samples between which rows have come', () => {
  assert.equal(paceOf([]), undefined)
  assert.equal(paceOf(samples([0, 10])), undefined)
  assert.equal(paceOf(samples([0, 10], [60, 10])), undefined)
  assert.equal(paceOf(samples([0, 10], [0, 20])), undefined)
  assert.deepEqual(paceOf(samples([0, 0], [60, 6000])), { perSecond: 100, seconds: 60 })
})

test('what was long ago counts no more, and what is kept does not grow', () => {
  const all = samples([0, 0], [100, 100_000], [400, 100_100], [500, 100_200])
  assert.deepEqual(paceOf(all), { perSecond: 0.5, seconds: 400 })
  const many = samples(...Array.from({ length: 1000 }, (_, i): [number, number] => [i, i]))
  assert.ok(many.length <= 64)
  assert.equal(paceOf(many)?.perSecond, 1)
})

test('the time left, and how it was reckoned', () => {
  const pace = { perSecond: 300, seconds: 60 }
  assert.deepEqual(estimateOf({ rows: 1500, written: 300 }, pace), {
    secondsLeft: 4,
    estimate: '1,200 rows to go at 300 rows/s, the pace of the last 60 s',
  })
  assert.equal(
    estimateOf({ rows: 2, written: 1 }, { perSecond: 0.01, seconds: 600 })?.estimate,
    '1 row to go at 0.01 rows/s, the pace of the last 10 min',
  )
})

test('an ordered limit counts where it is the slower one, or nothing else is known', () => {
  const pace = { perSecond: 300, seconds: 60 }
  const left = { rows: 1000, written: 0 }
  assert.match(estimateOf(left, pace, 100)!.estimate, /at 100 rows\/s, the ordered limit$/)
  assert.match(estimateOf(left, pace, 1000)!.estimate, /at 300 rows\/s, the pace/)
  assert.equal(estimateOf(left, undefined, 10)?.secondsLeft, 100)
})

test('nothing is said where nothing is left, or no pace is known', () => {
  assert.equal(estimateOf({ rows: 10, written: 10 }, { perSecond: 1, seconds: 1 }), undefined)
  assert.equal(estimateOf({ rows: 10, written: 0 }, undefined), undefined)
})
