/** Connections are cut, stalled and left half open by a proxy before PostgreSQL, and the run goes on by itself. */
import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { type Deed, type Moment, PostgresProxy } from '../support/proxy.ts'
import { type Scene, startWorld, stopwatch } from './harness.ts'

const world = await startWorld()
after(() => world.stop())

/** Sessions that work for a run. */
const WORKERS = /^longhaul [0-9a-f]{8}-/

interface Break {
  moment: Moment
  deed: Deed
}

const STORIES: Record<string, Break[]> = {
  'cut in mid-COPY': copies('cut'),
  'cut right before a COMMIT': commits('commit', 'cut'),
  'stalled in mid-COPY': copies('stall'),
  'stalled right before a COMMIT': commits('commit', 'stall'),
  'stalled with the answer to a COMMIT': commits('answer', 'stall'),
  'half open in mid-COPY': copies('half-open'),
}

/** One of each table at least: 85,000 rows are about 4 MB. */
function copies(deed: Deed): Break[] {
  return [1, 60_000, 100_000].map(bytes => ({ moment: { at: 'rows', bytes }, deed }))
}

/** In all steps: the ledger, tables, chunks, keys. */
function commits(at: 'commit' | 'answer', deed: Deed): Break[] {
  return [2, 15, 30, 45, 80].map(nth => ({ moment: { at, nth }, deed }))
}

test('connections are broken', { concurrency: 4 }, async t => {
  const stories = Object.entries(STORIES).map(([name, breaks]) =>
    t.test(name, async t => story(t, await world.scene(t), breaks)),
  )
  const all = t.test('all of them stalled in mid-COPY, those of the command as well', async t => {
    const scene = await world.scene(t)
    await story(t, scene, copies('stall').slice(0, 1), proxy => proxy.strikeNow('stall'))
  })
  await Promise.all([...stories, all])
})

/** @param more is done as soon as all of the breaks have been made */
async function story(
  t: TestContext,
  scene: Scene,
  breaks: Break[],
  more: (proxy: PostgresProxy) => void = () => {},
): Promise<void> {
  const proxy = await PostgresProxy.before(scene.login)
  t.after(() => proxy.stop())
  const struck = Promise.all(breaks.map(({ moment, deed }) => proxy.strike(moment, deed, WORKERS)))
  const took = stopwatch(t, `a run with ${breaks.length} broken connections`)
  const command = scene.full(['--to', proxy.url(scene.login)])
  let all = false
  void struck.then(() => {
    all = true
    more(proxy)
  })
  const ended = await command.ended
  took()
  // What a stall has kept apart: whoever still waits there hears of the end.
  await proxy.stop()
  await scene.assertEndsWell(ended)
  assert.ok(all, 'the run ended before all of its connections were broken')
}
