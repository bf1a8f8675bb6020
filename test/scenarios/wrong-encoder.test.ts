import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { runs, startWorld } from './harness.ts'
import { assertSameRows } from './verify.ts'

const world = await startWorld()
after(() => world.stop())

test('a wrong encoder is found by validation, which names the tables', async t => {
  const scene = await world.scene(t)
  const plant = new URL('plant.ts', import.meta.url).href
  const ended = await scene.full([], { ...scene.env, NODE_OPTIONS: `--import=${plant}` }).ended
  assert.equal(ended.status, 4, ended.err)
  assert.match(ended.out, /source and target differ/)
  // Floats of `scan` are sixteenths, which 4 bytes hold; those of `parcel` are not, and `leg` has none.
  assert.match(ended.out, /table "parcel": source and target differ/)
  const words = ended.out.replaceAll(/\s+/g, ' ')
  assert.match(words, /table "parcel": [\d,]+ rows with other values \(in "\w+"\); see differences\/parcel-/)
  assert.doesNotMatch(ended.out, /table "(leg|scan)"/)
  await assertSameRows(scene.source, scene.client, 'leg')
  await assert.rejects(assertSameRows(scene.source, scene.client, 'parcel'))
  assert.deepEqual(
    (await runs(scene.client)).map(({ state }) => state),
    ['done with differences'],
  )
})
