/** A database that is in use: its application writes on, and longhaul leaves no trace beside it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { imprint, openWorld } from './world.ts'

const world = await openWorld()

const SQL = `
  CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
  CREATE TABLE entry (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL, note TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
  INSERT INTO account SELECT i, 1000 FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO entry SELECT i, 0, printf('%.*c', 300, 'y') FROM n;`

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url))

async function writerOf(t: TestContext, path: string): Promise<{ stop(): Promise<void> }> {
  const child = spawn(process.execPath, [WRITER, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const stop = async () => {
    child.stdin.end()
    assert.deepEqual(await once(child, 'exit'), [0, null])
  }
  return { stop }
}

for (const mode of ['WAL', 'DELETE']) {
  test(`a database in ${mode} mode that is being written arrives as it was at one moment`, async t => {
    const source = world.source(`PRAGMA journal_mode = ${mode}; ${SQL}`)
    const target = await world.target()
    const writer = await writerOf(t, source)
    const said = await world.run(['full', '--from', `sqlite:${source}`, '--to', target.url])
    assert.equal(said.status, 0, said.all)
    assert.match(said.all, /source-in-use/)
    const [[accounts, balance, entries, moved, last]] = (await target.rows(
      `SELECT (SELECT count(*)::int FROM account), (SELECT sum(balance)::int FROM account),
              count(*)::int, sum(amount)::int, max(id)::int FROM entry`,
    )) as [[number, number, number, number, number]]
    // Half a transaction would show in each of these.
    assert.deepEqual([accounts, balance, moved, entries], [100, 100_000, 0, last])
    assert.ok(entries >= 20_200, `${entries} entries`)
    await writer.stop()
    assertSound(source, entries)
  })
}

/** The application has lost nothing and finds its database in order. */
function assertSound(source: string, atLeast: number): void {
  const db = new Database(source)
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  assert.ok((db.prepare('SELECT count(*) FROM entry').pluck().get() as number) > atLeast)
  db.close()
}

test('a database that nobody writes stays bit for bit as it was, with no file beside it', async () => {
  for (const mode of ['WAL', 'DELETE']) {
    const source = world.source(`PRAGMA journal_mode = ${mode}; ${SQL}`)
    const [target, before] = [await world.target(), imprint(source)]
    assert.deepEqual(before.beside, ['app.db'])
    const said = await world.run(['full', '--from', `sqlite:${source}`, '--to', target.url])
    assert.equal(said.status, 0, said.all)
    assert.deepEqual(imprint(source), before, mode)
  }
})

test('rows that stand in the log alone are migrated, and log and database stay as they were', async () => {
  const original = world.source(`PRAGMA journal_mode = WAL; ${SQL}`)
  const db = new Database(original)
  db.exec('UPDATE account SET balance = 7 WHERE id = 1; INSERT INTO entry (amount) VALUES (1)')
  const source = join(mkdtempSync(join(world.folder, 'crashed-')), 'app.db')
  for (const end of ['', '-wal']) copyFileSync(original + end, source + end)
  db.close()
  const [target, before] = [await world.target(), [imprint(source), imprint(`${source}-wal`)]]
  const said = await world.run(['full', '--from', `sqlite:${source}`, '--to', target.url])
  assert.equal(said.status, 0, said.all)
  assert.deepEqual(
    await target.rows(
      'SELECT (SELECT balance::int FROM account WHERE id = 1), (SELECT count(*)::int FROM entry)',
    ),
    [[7, 20_001]],
  )
  assert.deepEqual([imprint(source), imprint(`${source}-wal`)], before)
})
