/** What operators' commands say and end with; the run is a fake one, all else is real. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approve, attach, edit, Failure, pause, throttle, type Waiting, waitFor } from '../../client/index.ts'
import { fakeRuns } from './fake-runs.ts'

const runs = await fakeRuns()
const { longhaul, say } = runs
const gate = { kind: 'gate', gate: 'before-copy', text: 'an approval before the copy' } as const
const failed: Waiting = {
  kind: 'operator',
  text: 'an operator: table users failed',
  tables: ['users', "o'hara"],
}

test('an order is taken, and its answer shown', async () => {
  await runs.begin({ name: 'orders', waiting: [] })
  const slow = await say(
    'throttle',
    'orders',
    '--rows-per-second',
    '500',
    '--concurrency',
    'off',
    '--by',
    'ana',
  )
  assert.equal(slow.status, 0, slow.all)
  assert.match(slow.out, /\{"by":"ana","rowsPerSecond":500,"concurrency":null\}/)
  const edited = await say(
    'edit',
    'orders',
    '--chunk-rows',
    '10',
    '--on-error',
    'users.a=b=quarantine',
    '--json',
  )
  assert.deepEqual(JSON.parse(JSON.parse(edited.out).message), {
    chunkRows: 10,
    onError: [{ object: 'users.a=b', policy: 'quarantine' }],
  })
  assert.equal((await say('skip', 'orders', '--table', 'users')).out.trim(), 'Leaves out users.')
  assert.match((await throttle(longhaul, 'orders', { concurrency: 2 })).message, /"concurrency":2/)
  assert.match((await edit(longhaul, 'orders', { lanes: 3 })).message, /"lanes":3/)
})

test('what its workflow refuses is told with the reason and status 2, and changes nothing', async () => {
  await runs.begin({ name: 'refused', waiting: [] })
  const unknown = await say('pause', 'refused', '--table', 'nothing', '--json')
  assert.equal(unknown.status, 2)
  assert.deepEqual(JSON.parse(unknown.out).error, {
    code: 'usage',
    object: 'run refused',
    message: 'it has no table "nothing"',
    remedy: 'Do otherwise',
  })
  assert.equal((await pause(longhaul, 'refused')).holds, true)
  const twice = await say('pause', 'refused')
  assert.equal(twice.status, 2)
  assert.match(twice.err, /longhaul: run refused: it is paused already\. Do otherwise\./)
})

test('no such run, and words that lack something: status 2', async () => {
  for (const [words, reason] of [
    [['resume', 'nobody'], /knows no run of that name/],
    [['throttle', 'orders'], /neither how many rows nor how many lanes/],
    [['throttle', 'orders', '--concurrency', '0'], /whole number from 1/],
    [['edit', 'orders'], /nothing to change/],
    [['skip', 'orders'], /required option '--table/],
    [['approve', 'orders', '--step', 'before-lunch', '--by', 'ana'], /before-copy, before-cutover/],
    [['approve', 'orders', '--step', 'before-copy'], /required option '--by/],
  ] as const) {
    const said = await say(...words)
    assert.equal(said.status, 2, words.join(' '))
    assert.match(said.err, reason)
  }
})

test('a pause is waited for: it holds only when nothing is under way', async () => {
  await runs.begin({ name: 'busy', waiting: [], busy: true })
  const early = await say('pause', 'busy', '--wait', '0')
  assert.equal(early.status, 6, early.all)
  assert.match(early.out, /does not hold yet: copyChunks ends first/)
  await say('resume', 'busy')
  const heard: string[] = []
  const whole = pause(longhaul, 'busy', {
    by: 'ana',
    onStill: still => {
      heard.push(...still)
      runs.release()
    },
  })
  const { holds, still, message } = await whole
  assert.deepEqual([holds, still, message, heard], [true, [], 'paused by ana', ['copyChunks']])
})

test('a run at a gate, followed where nobody can answer: status 6 and the commands that do', async () => {
  await runs.begin({ name: 'gate', waiting: [gate] })
  const said = await say('watch', 'gate')
  assert.equal(said.status, 6, said.all)
  assert.match(said.out, /Run gate waits for an approval before the copy\./)
  assert.match(said.out, /longhaul approve gate --step before-copy --by NAME {2,}goes on/)
  assert.match(said.out, /longhaul reject gate --step before-copy/)
  const document = JSON.parse((await say('watch', 'gate', '--json', '--quiet')).out)
  assert.deepEqual([document.waiting, document.result.state, document.result.exit], [[gate], 'waiting', 6])
  const handle = await attach(longhaul, 'gate')
  assert.deepEqual((await waitFor(longhaul, handle, { wait: 0 })).waiting, [gate])
  // Within the time that was given somebody answers.
  const watching = say('watch', 'gate', '--wait', '600')
  await approve(longhaul, 'gate', { step: 'before-copy', by: 'ana', comment: 'read it' })
  assert.equal((await watching).status, 0)
  assert.match((await watching).out, /before-copy approved by ana: read it/)
})

test('commands for tables with odd names can be pasted into a shell', async () => {
  await runs.begin({ name: 'failed', waiting: [failed] })
  const { out } = await say('watch', 'failed')
  assert.match(out, /longhaul skip failed --table users {2,}/)
  assert.ok(out.includes(`longhaul skip failed --table 'o'\\''hara'`), out)
})

test('a run that has ended takes no orders', async () => {
  const said = await say('resume', 'gate')
  assert.equal(said.status, 2)
  assert.match(said.err, /run gate: it has ended already \(completed\)\. See how with "longhaul show gate"/)
})

test('nobody polls: status 5 in words', async () => {
  await runs.begin({ name: 'unheard', waiting: [] })
  await runs.endWorker()
  await assert.rejects(
    pause(longhaul, 'unheard'),
    (error: unknown) =>
      error instanceof Failure && error.code === 'no-server' && /no worker is polling/.test(error.message),
  )
})
