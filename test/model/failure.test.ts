import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentence } from '../../model/failure.ts'

test('the sentence of a failure ends with one full stop, whoever wrote its words', () => {
  const facts = { code: 'rejected', object: 'run app', message: 'rejected by ben: counts' } as const
  assert.equal(sentence(facts), 'run app: rejected by ben: counts.')
  assert.equal(sentence({ ...facts, message: 'rejected by ben: no.' }), 'run app: rejected by ben: no.')
  assert.equal(
    sentence({ ...facts, message: 'rejected by ben: why?', remedy: 'Ask ben' }),
    'run app: rejected by ben: why? Ask ben.',
  )
})
