/** A target that loses what it had confirmed: what is lost is done again, wherever the run learns of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Activities } from '../../activities/index.ts'
import { pauseUpdate, resumeUpdate } from '../../workflows/messages.ts'
import { FakeTarget, failing, thrown } from './fake-target.ts'
import { startStage } from './stage.ts'

const stage = await startStage()

/** Loses the first chunk of a table just before it is asked for a verb, once. */
class Forgetful extends FakeTarget {
  lost = 0
  readonly #verb: keyof Activities
  readonly #most: number

  constructor(verb: keyof Activities, most = 1) {
    super([{ a: 3 }, { b: 2 }])
    this.#verb = verb
    this.#most = most
  }

  override get activities(): Partial<Activities> {
    const all = super.activities
    const verb = all[this.#verb] as (input: unknown) => Promise<unknown>
    const forgets = async (input: unknown) => {
      const a = this.tables.get('a')!
      if (a.done < a.chunks || this.lost === this.#most) return verb(input)
      this.lost++
      Object.assign(a, { done: 2, claimed: 2 })
      throw thrown(failing('set-back', 'has lost what it had confirmed', 'target'))
    }
    return { ...all, [this.#verb]: forgets }
  }
}

for (const verb of ['finishTables', 'report'] as const)
  test(`${verb} finds that some of it is lost`, async () => {
    const target = new Forgetful(verb)
    const play = await stage.begin(target)
    const result = await play.result()
    assert.equal(result.state, 'done')
    assert.equal(result.verdict, 'equal')
    assert.deepEqual([target.lost, target.done], [1, 5])
    assert.equal(target.called('createTables'), 2)
    assert.equal(target.called('openLedger'), 1)
    assert.deepEqual(result.differences, [])
    const { steps } = await play.progress()
    assert.match(steps.find(({ name }) => name === 'schema')!.detail!, /once more.*has lost/)
  })

test('it takes orders while it does that again', async () => {
  const target = new Forgetful('report')
  target.close('finishKeys')
  const play = await stage.begin(target)
  await play.sees('it comes to the keys', () => target.held('finishKeys') === 1)
  target.open('finishKeys')
  target.close('createTables')
  await play.sees('it begins again', () => target.held('createTables') === 1)
  await play.order(pauseUpdate)
  target.open('createTables')
  await play.waitsFor('resume')
  assert.equal((await play.progress()).state, 'paused')
  await play.order(resumeUpdate)
  assert.equal((await play.result()).state, 'done')
})

test('a target that loses it again and again is left to its operators', async () => {
  const target = new Forgetful('finishKeys', Number.POSITIVE_INFINITY)
  const play = await stage.begin(target)
  const { facts } = await play.failure()
  assert.equal(facts.code, 'set-back')
  assert.ok(target.lost > 3)
})
