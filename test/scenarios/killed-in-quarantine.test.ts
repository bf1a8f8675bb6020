import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import Database from 'better-sqlite3'
import { closeGate } from './gate.ts'
import { assertMidCopy, runs, type Scene, startWorld } from './harness.ts'

const world = await startWorld()
after(() => world.stop())

const PLAN = `version: 1
how: { chunk_rows: 2000, chunk_bytes: 1048576, tables: 2, lanes: 2 }
tables: { scan: { columns: { celsius: { on_error: quarantine } } } }
`
const CORRECTED = 'version: 1\ntables: { scan: { columns: { celsius: { on_error: default } } } }\n'

/** Every tenth row has a word for a number; gives their row numbers. */
function spoil({ source }: Scene): number[] {
  const db = new Database(source)
  const spoilt = db
    .prepare<[], number>(`UPDATE scan SET celsius = 'hot ' || n WHERE n % 10 = 1 RETURNING rowid`)
    .pluck()
    .all()
  db.close()
  return spoilt.sort((a, b) => a - b)
}

function write({ source }: Scene, name: string, text: string): string {
  const path = join(dirname(source), name)
  writeFileSync(path, text)
  return path
}

/** Each good row twice, as in the source, and no other. */
async function assertScans({ client }: Scene, rows: number): Promise<void> {
  const { rows: found } = await client.query(
    `SELECT (SELECT count(*)::int FROM public.scan) AS rows,
            (SELECT count(*)::int FROM (SELECT FROM public.scan GROUP BY n HAVING count(*) <> 2) AS t) AS odd`,
  )
  assert.deepEqual(found, [{ rows, odd: 0 }])
}

test('the worker is killed in mid-copy and in a commit: each row in quarantine is there once', async t => {
  const scene = await world.scene(t)
  const spoilt = spoil(scene)
  const copying = await closeGate(scene.client, 'scan')
  const committing = await closeGate(scene.client, 'commit of scan')
  const command = scene.full(['--plan', write(scene, 'quarantine.yaml', PLAN)])
  const first = await copying.arrival()
  await assertMidCopy(scene.client, 'scan')
  scene.kill('worker')
  await copying.arrival(first)
  await copying.open()
  const second = await committing.arrival()
  scene.kill('worker')
  await committing.arrival(second)
  await committing.open()
  const ended = await command.ended
  assert.equal(ended.status, 4, `${ended.err}\n${ended.out}`)
  assert.match(ended.out, /table "scan": 3,000 rows in quarantine/)
  const { rows } = await scene.client.query(`SELECT key FROM longhaul.quarantine ORDER BY chunk_no, no`)
  const kept = rows.map(({ key }) => Number(/^rowid = (\d+)$/.exec(key)![1]))
  assert.deepEqual(
    kept.toSorted((a, b) => a - b),
    spoilt,
  )
  const file = /In quarantine: (\S+)/.exec(ended.out)![1]!
  assert.equal(readFileSync(file, 'utf8').trimEnd().split('\n').length, spoilt.length)
  await assertScans(scene, 27_000)

  const replayed = await scene.run([
    'replay',
    scene.name,
    '--plan',
    write(scene, 'corrected.yaml', CORRECTED),
  ])
  assert.equal(replayed.status, 0, `${replayed.err}\n${replayed.out}`)
  await assertScans(scene, 30_000)
  assert.deepEqual(
    (await runs(scene.client)).map(({ state }) => state),
    ['done'],
  )
})
