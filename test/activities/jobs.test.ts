/** Jobs one after the other, in threads that are used again: none finds anything of those before. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import Database from 'better-sqlite3'
import type { Jobs } from '../../activities/job-thread.ts'
import { runJob } from '../../activities/jobs.ts'
import { takeThread } from '../../activities/threads.ts'
import { planRequest } from '../../model/plan-request.ts'
import { ENDPOINTS, target } from '../model/world.ts'
import { until } from '../scenarios/until.ts'
import { database, failure } from '../stores/sqlite/files.ts'

const inActivity = <K extends keyof Jobs>(
  name: K,
  data: Parameters<Jobs[K]>[0],
  activity = new MockActivityEnvironment(),
) => activity.run(() => runJob(name, data))

const check = (path: string) => inActivity('check', { snapshot: path, source: path })

test('a job that fails takes nothing along: the next ones are done, as often as they are asked for', async t => {
  const sound = database(t, 'CREATE TABLE t (a); INSERT INTO t VALUES (1)')
  for (let i = 0; i < 12; i++) {
    assert.deepEqual(await check(sound), [])
    if (i % 4 === 0) await assert.rejects(check(`${sound}.absent`), failure('source', /no such file/))
  }
})

test('a job has its thread to itself', async t => {
  const sound = database(t, 'CREATE TABLE t (a)')
  const found = await Promise.all(Array.from({ length: 5 }, () => check(sound)))
  assert.deepEqual(found, Array(5).fill([]))
  const [one, other] = [takeThread(), takeThread()]
  assert.notEqual(one.threadId, other.threadId)
  await Promise.all([one.terminate(), other.terminate()])
})

test('a cancelled job leaves no lock and no file, and the next one does not hear of its end', async t => {
  const source = database(t, 'CREATE TABLE t (a); INSERT INTO t VALUES (1)')
  const dest = join(dirname(source), 'snapshot.db')
  const writer = new Database(source)
  writer.exec('BEGIN EXCLUSIVE')
  const activity = new MockActivityEnvironment()
  let beats = 0
  activity.on('heartbeat', () => beats++)
  const waiting = inActivity('snapshot', { source, dest, busySeconds: 60 }, activity)
  await until('a sign of life of the job that waits', () => beats || undefined)
  activity.cancel()
  await assert.rejects(waiting, { name: 'CancelledFailure' })
  writer.exec('ROLLBACK')
  writer.close()
  assert.equal(existsSync(dest), false)
  await inActivity('snapshot', { source, dest, busySeconds: 60 })
  assert.deepEqual(await check(dest), [])
})

test('a thread that is in one call of SQLite for seconds is seen to live', async t => {
  // The rows' CHECK is counted in a single statement.
  const source = database(
    t,
    `CREATE TABLE t (a CHECK (length(hex(zeroblob(20000000 + a))) > 0));
     PRAGMA ignore_check_constraints = ON;
     WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 120) INSERT INTO t SELECT i FROM g`,
  )
  const activity = new MockActivityEnvironment()
  let beats = 0
  // Beats of progress say what was done; those of the clock say nothing.
  activity.on('heartbeat', detail => {
    if (detail === undefined) beats++
  })
  const request = planRequest(ENDPOINTS, {})
  await inActivity('scan', { snapshot: source, request, target: target() }, activity)
  assert.ok(beats >= 1, `${beats} signs of life`)
})
