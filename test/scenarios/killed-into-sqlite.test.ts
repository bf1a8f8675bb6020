/** A run into a SQLite file whose processes are killed: it goes on, with every row once. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
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
  ANALYZE`

test('all is killed between two chunks, and the same command goes on behind them', async t => {
  const { home, env, stop } = scratchHome()
  t.after(stop)
  const url = await server.createDatabase()
  await prepare(url)
  const plan = join(home, 'plan.yaml')
  writeFileSync(plan, 'version: 1\nhow: { chunk_rows: 500 }\ngates: [before-copy]\n')
  const path = join(home, 'target.db')
  const words = ['--from', url, '--to', `sqlite:${path}`, '--plan', plan, '--id', 'into', '--json', '--yes']
  const said = async (given: string[], status: number) => {
    const ended = await spawnCli(given, env).ended
    assert.equal(ended.status, status, `${ended.err}\n${ended.out}`)
    return ended.out
  }
  await said(['full', ...words], 6)
  const own = join(home, readdirSync(home).find(name => name.startsWith('.target.db.longhaul-'))!)
  // So slow that one chunk is written and the next one waits for minutes.
  await said(['throttle', 'into', '--rows-per-second', '1'], 0)
  await said(['approve', 'into', '--step', 'before-copy', '--by', 'ann'], 0)
  const command = spawnCli(['full', ...words], env)
  const before = await until('a chunk', () => {
    const times = doneAt(own)
    return times.length > 0 ? times : undefined
  })
  command.kill()
  process.kill(readStack(home)!.pid, 'SIGKILL')
  await command.ended
  assert.equal(existsSync(path), false)
  await said(['throttle', 'into', '--rows-per-second', 'off'], 0)
  const { result } = JSON.parse(await said(['full', ...words], 0))
  assert.ok(own.endsWith(result.run))
  const db = new Database(path, { readonly: true })
  const rows = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  assert.deepEqual([rows('big'), rows('twins')], [3000, 400])
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  db.close()
  assert.deepEqual(doneAt(join(home, 'runs', result.run, 'ledger.db')).slice(0, before.length), before)
})

async function prepare(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(SOURCE)
  await client.end()
}

/** When each chunk was done, in the order of time. */
function doneAt(ledger: string): string[] {
  const db = new Database(ledger, { readonly: true, timeout: 5000 })
  const times = db
    .prepare<[], string>('SELECT done_at FROM longhaul_chunk WHERE done = 1 ORDER BY done_at')
    .pluck()
    .all()
  db.close()
  return times
}
