/** Values that do not fit, as a user meets them: refused, put aside, replaced, and replayed. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { until } from '../scenarios/until.ts'
import { begun } from './cli.ts'
import { openWorld } from './world.ts'

const world = await openWorld()

const SOURCE = `
  CREATE TABLE person (id INTEGER PRIMARY KEY, age INTEGER, extra TEXT, note TEXT);
  CREATE TABLE visit (person INTEGER REFERENCES person (id), at DATETIME);
  INSERT INTO person VALUES (1, 41, '{"a": 1}', 'fine'), (2, 'forty-secret', '{}', 'x'), (3, 43, '{"secret', 'y'),
                            (4, 44, NULL, 'nul' || char(0));
  INSERT INTO visit VALUES (1, '2024-01-02 03:04:05'), (2, '2024-01-02 03:04:05'), (3, 'yesterday-secret')`

const PLAN = `version: 1
tables:
  person:
    on_error: quarantine
    columns:
      age: { type: bigint }
      extra: { type: jsonb, on_error: default, default: '{}' }
  visit:
    columns:
      at: { type: timestamp, on_error: quarantine }
`
const CORRECTED = `version: 1
tables:
  person:
    columns:
      age: { on_error: default }
      note: { cast: strip-nul }
  visit:
    columns:
      at: { on_error: default, default: '1970-01-01 00:00:00' }
`

const plan = (name: string, text: string): string => {
  const path = join(world.folder, name)
  writeFileSync(path, text)
  return path
}
const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

test('a run with rows in quarantine ends with 4, names the file, and is replayed to 0', async () => {
  const source = world.source(SOURCE)
  const target = await world.target()
  const words = [
    '--from',
    `sqlite:${source}`,
    '--to',
    target.url,
    '--plan',
    plan('plan.yaml', PLAN),
    '--id',
    'clinic',
  ]
  const ended = await world.run(['full', ...words])
  assert.equal(ended.status, 4, ended.all)
  assert.match(ended.out, /table "person": 2 rows in quarantine/)
  assert.match(ended.out, /table "visit": 1 row in quarantine/)
  assert.match(ended.out, /longhaul replay clinic --plan FILE/)
  assert.doesNotMatch(ended.all, /secret/)
  const file = /In quarantine: (\S+)/.exec(ended.out)![1]!
  assert.deepEqual(
    lines(file).map(({ table, key, column }) => [table, key, column]),
    [
      ['person', 'id = 2', 'age'],
      ['person', 'id = 4', 'note'],
      ['visit', 'rowid = 3', 'at'],
    ],
  )
  assert.deepEqual(await target.rows('SELECT id::int, extra FROM person ORDER BY 1'), [
    [1, { a: 1 }],
    [3, {}],
  ])
  const wrong = plan('wrong.yaml', 'version: 1\ntables: { person: { columns: { age: { type: text } } } }\n')
  const refused = await world.run(['replay', 'clinic', '--plan', wrong])
  assert.equal(refused.status, 3, refused.all)
  assert.match(refused.all, /is bigint in the target, and not text/)
  const again = await world.run(['replay', 'clinic'])
  assert.equal(again.status, 4, again.all)
  assert.match(again.out, /0 rows replayed, 3 left/)
  const replayed = await world.run([
    'replay',
    'clinic',
    '--plan',
    plan('corrected.yaml', CORRECTED),
    '--json',
  ])
  const document = JSON.parse(replayed.out)
  assert.deepEqual([document.replayed, document.left], [3, 0], replayed.all)
  assert.deepEqual(document.differences, [])
  assert.equal(replayed.status, 0, replayed.all)
  assert.ok(!existsSync(file))
  assert.deepEqual(await target.rows('SELECT id::int, age::int, note FROM person ORDER BY 1'), [
    [1, 41, 'fine'],
    [2, null, 'x'],
    [3, 43, 'y'],
    [4, 44, 'nul'],
  ])
  const nothing = await world.run(['replay', 'clinic'])
  assert.equal(nothing.status, 2, nothing.all)
  const back = await world.run(['rollback', 'clinic', '--yes'])
  assert.equal(back.status, 0, back.all)
  assert.deepEqual(await target.rows(`SELECT 1 FROM pg_class WHERE relname IN ('person', 'quarantine')`), [])
})

test('with replaced values alone the status can be 0, and the originals are kept', async () => {
  const source = world.source(SOURCE)
  const target = await world.target()
  const text = PLAN.replace(
    'on_error: quarantine\n    columns:\n      age: { type: bigint }',
    'on_error: default\n    columns:\n      age: { type: bigint }',
  ).replace('on_error: quarantine }', "on_error: default, default: '1970-01-01 00:00:00' }")
  const words = ['--from', `sqlite:${source}`, '--to', target.url, '--plan', plan('all.yaml', text)]
  const ended = await world.run(['full', ...words])
  assert.equal(ended.status, 0, ended.all)
  const file = /Altered: (\S+)/.exec(ended.out)![1]!
  assert.deepEqual(
    lines(file).map(({ table, column, original }) => [table, column, original]),
    [
      ['person', 'age', 'forty-secret'],
      ['person', 'extra', '{"secret'],
      ['person', 'note', 'nul\0'],
      ['visit', 'at', 'yesterday-secret'],
    ],
  )
  const compared = await world.run(['check', ...words])
  assert.equal(compared.status, 0, compared.all)
})

const planOf = (line: string) => `version: 1\ntables: { t: { columns: { n: { ${line} } } } }\n`

/** A run with one row in quarantine, and what holds and replays it. */
async function oneKept(name: string) {
  const source = world.source(`CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), ('bad')`)
  const target = await world.target()
  const first = plan('first.yaml', planOf('type: bigint, on_error: quarantine'))
  const words = ['--from', `sqlite:${source}`, '--to', target.url, '--plan', first, '--id', name]
  const ended = await world.run(['full', ...words])
  assert.equal(ended.status, 4, ended.all)
  const replay = (fallback: number) => {
    const path = plan(`${fallback}.yaml`, planOf(`on_error: default, default: ${fallback}`))
    return begun(['replay', name, '--plan', path], { env: world.stack.env, cwd: world.folder }).said
  }
  /** Holds what the statement locks; gives how to let go. */
  const hold = async (statement: string) => {
    const holder = new pg.Client({ connectionString: target.url })
    await holder.connect()
    await holder.query(`BEGIN; ${statement}`)
    return () => holder.end()
  }
  const values = async () => (await target.rows('SELECT n::int FROM t ORDER BY 1')).flat()
  return { target, replay, hold, values }
}

/** Sessions that wait for table t. */
const WAITING = `SELECT pid FROM pg_locks WHERE NOT granted AND relation = 't'::regclass`

test('a replay with another plan file goes over the one that is under way', async () => {
  const { target, replay, hold, values } = await oneKept('twice')
  const letGo = await hold('LOCK TABLE t IN EXCLUSIVE MODE')
  const older = replay(111)
  const [stalled] = await until('the older one waits', async () => (await target.rows(WAITING))[0])
  const newer = replay(222)
  const gone = await older
  assert.notEqual(gone.status, 0, gone.all)
  await until(
    'the newer one waits',
    async () => (await target.rows(`${WAITING} AND pid <> $1`, [stalled]))[0],
  )
  assert.deepEqual(await target.rows('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [stalled]), [])
  await letGo()
  const { status, out, all } = await newer
  assert.equal(status, 0, all)
  assert.match(out, /one row replayed, 0 left/)
  assert.deepEqual(await values(), [1, 222])
})

test('what an older replay writes before it is fenced off stays, and the newer one tells only its own', async () => {
  const { target, replay, hold, values } = await oneKept('late')
  const letGo = await hold('LOCK TABLE t IN EXCLUSIVE MODE')
  const older = replay(111)
  const [stalled] = await until('the older one waits', async () => (await target.rows(WAITING))[0])
  const letFence = await hold('SELECT FROM longhaul.run FOR NO KEY UPDATE')
  const newer = replay(222)
  assert.notEqual((await older).status, 0, (await older).all)
  const fencing = `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`
  await until('the newer one is about to fence', async () => (await target.rows(fencing))[0])
  await letGo()
  // Its worker hears at some time that it was ended: it writes before that, or its session goes without.
  const isThere = async () => (await values()).length === 2
  const wrote = await until('the older one has written or is gone', async () => {
    if (await isThere()) return true
    const session = await target.rows('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [stalled])
    return session.length > 0 ? undefined : await isThere()
  })
  await letFence()
  const { status, out, all } = await newer
  assert.equal(status, 0, all)
  assert.match(out, wrote ? /0 rows replayed, 0 left/ : /one row replayed, 0 left/)
  assert.deepEqual(await values(), [1, wrote ? 111 : 222])
})
