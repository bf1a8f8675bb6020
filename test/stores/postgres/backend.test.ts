import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { Failure } from '../../../model/failure.ts'
import { activity, identify, isAlive, terminate } from '../../../stores/postgres/backend.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

let postgres: ScratchPostgres
let client: pg.Client
let victim: pg.Client
before(async () => {
  postgres = await startPostgres({ own: true })
  ;[client, victim] = [await session(postgres.url), await session(postgres.url)]
})
after(async () => {
  await victim?.end().catch(() => {})
  await client?.end()
  await postgres?.stop()
})

test('a session of the same pid that began at another time is left alone', async () => {
  const backend = await identify(victim)
  const earlier = { ...backend, startedAt: '2001-01-01 00:00:00.000001' }
  assert.equal(await isAlive(client, backend), true)
  assert.equal(await isAlive(client, earlier), false)
  await terminate(client, earlier)
  assert.equal((await victim.query('SELECT 1 AS one')).rows[0].one, 1)
})

test('a role that may not see when a session began does not take it for gone', async () => {
  await client.query('CREATE ROLE stranger')
  const stranger = await session(postgres.url)
  await stranger.query('SET ROLE stranger')
  const backend = await identify(victim)
  await assert.rejects(
    isAlive(stranger, backend),
    (e: unknown) => e instanceof Failure && e.code === 'target',
  )
  await stranger.end()
})

test('what a session does', async () => {
  const { pid } = await identify(victim)
  await victim.query('BEGIN')
  assert.equal((await activity(client, pid))?.state, 'idle in transaction')
  await victim.query('ROLLBACK')
  assert.equal(await activity(client, 2 ** 31 - 1), undefined)
})

test('the session itself is ended, with its locks, also in a statement', async () => {
  const backend = await identify(victim)
  const sleeping = assert.rejects(victim.query('SELECT pg_sleep(600)'))
  await terminate(client, backend)
  await sleeping
  assert.equal(await isAlive(client, backend), false)
  await terminate(client, backend)
})
