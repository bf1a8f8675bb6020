/** A whole job through a real PgBouncer that gives each transaction another session. */
import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { hasPgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { session, startWorld } from './harness.ts'
import { assertMigrated } from './verify.ts'

const skip = hasPgBouncer() ? false : 'PgBouncer is not on this machine'
const world = await startWorld()
after(() => world.stop())
const pool = skip ? undefined : await startPgBouncer(world.cluster.url, { default_pool_size: 8 })
after(() => pool?.stop())

test('a run and its rollback; nothing of it stays in the sessions of the pool', { skip }, async t => {
  const scene = await world.scene(t)
  const to = await pool!.admit(scene.login)
  const ended = await scene.full(['--to', to]).ended
  assert.equal(ended.status, 0, `${ended.err}\n${ended.out}`)
  await assertMigrated(scene.source, scene.client)
  await assertNothingStays(t, to)
  const back = await scene.run(['rollback', scene.name, '--yes'])
  assert.equal(back.status, 0, `${back.err}\n${back.out}`)
  const { rows } = await scene.client.query(
    `SELECT to_regclass('public.parcel') AS t, to_regnamespace('longhaul') AS l`,
  )
  assert.deepEqual(rows, [{ t: null, l: null }])
  await assertNothingStays(t, to)
})

/** Whoever comes next gets any of its sessions. */
async function assertNothingStays(t: TestContext, url: string): Promise<void> {
  const others = await Promise.all(Array.from({ length: 8 }, () => session(t, url)))
  for (const other of others) await other.query('BEGIN')
  for (const other of others) {
    const { rows } = await other.query(`
        SELECT current_setting('search_path') AS path, current_setting('lock_timeout') AS lock,
               current_setting('row_security') AS security, current_setting('transaction_read_only') AS "readOnly",
               coalesce(nullif(current_setting('longhaul.pooled', true), ''), 'off') AS pooled,
               current_setting('maintenance_work_mem') AS memory, current_setting('default_toast_compression') AS toast,
               (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
               (SELECT count(*)::int FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks`)
    assert.deepEqual(rows[0], {
      ...{ path: '"$user", public', lock: '0', security: 'on', readOnly: 'off', pooled: 'off' },
      ...{ memory: '64MB', toast: 'pglz', prepared: 0, locks: 0 },
    })
  }
  for (const other of others) await other.end()
}
