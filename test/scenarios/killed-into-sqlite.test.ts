/** A run into a SQLite file whose processes are killed: it goes on, with every row once. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import pg from 'pg'
import { readStack } from '../../home/stack.ts'
import { startPostgres } from '../support/postgres.ts'
import { scratchHome } from '../support/temporal.ts'
import { spawnCli } from './cli.ts'
import { until } from './until.ts'

const server = await startPostgres({ own: true })
after(() => server.stop())

/** `big` is cut into six chunks; rows of `twins`, which has no key, would be there twice unnoticed by any key. */
const SOURCE = `
  CREATE TABLE big (id int PRIMARY KEY, body text);
  INSERT INTO big SELECT i, repeat('b', 200) FROM generate_series(1, 3000) AS i;
  CREATE TABLE twins (body text);
  INSERT INTO twins SELECT repeat('t', 50) FROM generate_series(1, 400);
  CREATE TABLE last (id int PRIMARY KEY);
  INSERT INTO last SELECT generate_series(1, ROWS)`

async function openScene(t: TestContext, lastRows: number) {
  const { home, env, stop } = scratchHome()
  t.after(stop)
  const url = await server.createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.after(() => client.end())
  await client.query(SOURCE.replace('ROWS', String(lastRows)))
  await client.query('ANALYZE')
  const plan = join(home, 'plan.yaml')
  writeFileSync(plan, 'version: 1\nhow: { chunk_rows: 500 }\ngates: [before-copy]\n')
  const path = join(home, 'target.db')
  const words = ['--from', url, '--to', `sqlite:${path}`, '--plan', plan, '--id', 'into', '--json', '--yes']
  const work = () => readdirSync(home).find(name => /^\.target\.db\.longhaul-[0-9a-f-]{36}$/.test(name))
  return {
    client,
    path,
    full: () => spawnCli(['full', ...words], env),
    /** Up to the first row of `last`, which is kept from being read. Gives the file that the run writes. */
    begin: async () => {
      const waiting = await spawnCli(['full', ...words], env).ended
      assert.equal(waiting.status, 6, waiting.err)
      await client.query('BEGIN; LOCK TABLE last IN ACCESS EXCLUSIVE MODE')
      const approved = await spawnCli(['approve', 'into', '--step', 'before-copy', '--by', 'ann'], env).ended
      assert.equal(approved.status, 0, approved.err)
      return join(home, work()!)
    },
    killWorker: () => process.kill(readStack(home)!.pid, 'SIGKILL'),
  }
}

type Scene = Awaited<ReturnType<typeof openScene>>

function assertWhole({ path }: Scene, status: number | string, said: string, last: number): void {
  assert.equal(status, 0, said)
  const db = new Database(path, { readonly: true })
  const rows = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  assert.deepEqual([rows('big'), rows('twins'), rows('last')], [3000, 400, last])
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  db.close()
}

suite('killed on the way into SQLite', { concurrency: true }, () => {
  test('the worker is killed in the midst of a transaction, and the command goes on by itself', async t => {
    const scene = await openScene(t, 10)
    const own = await scene.begin()
    const command = scene.full()
    // The rows of `twins` are written, those of `last` are waited for in the same transaction.
    await until('a transaction', () => existsSync(`${own}-journal`) || undefined)
    scene.killWorker()
    await scene.client.query('COMMIT')
    const { status, out, err } = await command.ended
    assertWhole(scene, status, `${err}\n${out}`, 10)
  })

  test('everything is killed between two chunks, and the same command goes on behind them', async t => {
    const scene = await openScene(t, 600)
    const own = await scene.begin()
    const command = scene.full()
    const done = () => {
      const db = new Database(own, { readonly: true, timeout: 5000 })
      const sql = "SELECT done_at FROM longhaul_chunk WHERE table_name = 'big' AND done = 1 ORDER BY no"
      const times = db.prepare<[], string>(sql).pluck().all()
      db.close()
      return times
    }
    const before = await until('the chunks of one table', () => (done().length === 6 ? done() : undefined))
    command.kill()
    scene.killWorker()
    await command.ended
    await scene.client.query('COMMIT')
    assert.equal(existsSync(scene.path), false)
    const again = scene.full()
    const { status, out, err } = await again.ended
    assertWhole(scene, status, `${err}\n${out}`, 600)
    const { run } = JSON.parse(out).result
    const ledger = new Database(join(scene.path, '..', 'runs', run, 'ledger.db'), { readonly: true })
    const times = ledger
      .prepare("SELECT done_at FROM longhaul_chunk WHERE table_name = 'big' ORDER BY no")
      .pluck()
      .all()
    ledger.close()
    assert.deepEqual(times, before)
    assert.ok(own.endsWith(run))
  })
})
