import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from '../../model/finding.ts'
import { groupFindings, groupRemedy, missingLine, showObjects } from '../../model/finding-groups.ts'

const finding = (object: string, given: Partial<Finding> = {}): Finding => ({
  ...{ code: 'c', severity: 'warning', object, message: 'it is so', remedy: 'Do that' },
  ...given,
})

const many = (n: number, given: Partial<Finding> = {}) =>
  Array.from({ length: n }, (_, i) => finding(`t${i}`, given))

test('three equal findings stay what they are, four are one', () => {
  assert.equal(groupFindings(many(3)).length, 3)
  const groups = groupFindings([finding('first', { code: 'x' }), ...many(4), finding('last', { code: 'y' })])
  assert.deepEqual(
    groups.map(group => showObjects(group, 3)),
    ['first', 't0, t1, t2 and 1 more', 'last'],
  )
  assert.equal(showObjects(groups[1]!, 4), 't0, t1, t2, t3')
})

test('another severity, code or message is another group', () => {
  const groups = groupFindings([
    ...many(4),
    ...many(4, { severity: 'note' }),
    ...many(4, { code: 'd' }),
    ...many(4, { message: 'it is otherwise' }),
  ])
  assert.equal(groups.length, 4)
})

test('a remedy that is its own for each object is shown with the one that it is for', () => {
  const [same] = groupFindings(many(4))
  assert.equal(groupRemedy(same!), 'Do that')
  const [own] = groupFindings(many(4).map(one => ({ ...one, remedy: `Do that with ${one.object}` })))
  assert.equal(groupRemedy(own!), 'For t0, and likewise for the others: do that with t0')
  const [none] = groupFindings([{ code: 'c', severity: 'note', object: 'a', message: 'm' }])
  assert.equal(groupRemedy(none!), undefined)
})

test('what is missing is one line', () => {
  const [group] = groupFindings(many(41, { severity: 'incomplete' }))
  assert.equal(missingLine(group!), 't0, t1, t2 and 38 more: it is so (c)')
})
