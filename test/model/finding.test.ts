import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Finding, isAccepted, type Severity } from '../../model/finding.ts'

const finding = (severity: Severity): Finding => ({
  code: 'some-loss',
  severity,
  object: 't.c',
  message: 'something',
})

test('a loss is accepted by its code, by code and object, or with all that are listed', () => {
  for (const severity of ['consent', 'incomplete'] as const) {
    for (const accept of ['some-loss', 'some-loss:t.c', 'all-listed'])
      assert.equal(isAccepted(finding(severity), [accept]), true, accept)
    for (const accept of ['other-loss', 'some-loss:t.d', 't.c'])
      assert.equal(isAccepted(finding(severity), [accept]), false, accept)
  }
})

test('what is refused stays refused, whatever is accepted', () => {
  assert.equal(isAccepted(finding('refused'), ['some-loss', 'some-loss:t.c', 'all-listed']), false)
})
