import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { checkFile, snapshot } from '../../../stores/sqlite/snapshot.ts'
import { database, failure, folder, hashes, kill, program, sidesOf } from './files.ts'

interface Taken {
  bytes: number
  how: string
}

const take = (source: string, dest: string, busyTimeoutMs = 60_000): Promise<Taken> =>
  snapshot(source, dest, { progress: () => undefined, signal: new AbortController().signal, busyTimeoutMs })

/** All rows of `t` with their row numbers, from a snapshot that is whole and has no side files. */
async function rowsOf(dest: string): Promise<unknown[]> {
  assert.deepEqual(await checkFile(dest, () => undefined), [])
  const db = new Database(dest, { readonly: true })
  assert.equal(db.pragma('journal_mode', { simple: true }), 'delete')
  const rows = db.prepare('SELECT rowid, * FROM t ORDER BY rowid').raw().all()
  db.close()
  assert.deepEqual(sidesOf(dest), [])
  assert.deepEqual(readdirSync(dirname(dest)), ['snap.db'])
  assert.equal(statSync(dest).mode & 0o777, 0o600)
  return rows
}

const destOf = (t: TestContext): string => join(folder(t), 'snap.db')

/** Takes a snapshot and sees that nothing of the source changed. */
async function takeUnseen(source: string, dest: string): Promise<Taken> {
  const [before, sides] = [hashes(source), sidesOf(source)]
  const taken = await take(source, dest)
  assert.deepEqual(hashes(source), before)
  assert.deepEqual(sidesOf(source), sides)
  assert.equal(taken.bytes, statSync(dest).size)
  return taken
}

const GAPS = 'CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (5, 1), (-7, 2), (9007199254740990, 3)'
const ROWS = [
  [-7, 2],
  [5, 1],
  [9007199254740990, 3],
]

test('a database at rest: row numbers stay, nothing is left beside it', async t => {
  for (const mode of ['DELETE', 'WAL', 'PERSIST', 'TRUNCATE']) {
    const source = database(t, `PRAGMA journal_mode = ${mode}; ${GAPS}`)
    const dest = destOf(t)
    assert.equal((await takeUnseen(source, dest)).how, mode === 'WAL' ? 'file copy' : 'online backup')
    assert.deepEqual(await rowsOf(dest), ROWS)
  }
})

test('a WAL database that a program has open, with a log not yet checkpointed', async t => {
  const source = database(t, `PRAGMA journal_mode = WAL; ${GAPS}`)
  await program(t, source, `db.exec('INSERT INTO t (rowid, a) VALUES (6, 4)'); ready(); await released`)
  const dest = destOf(t)
  assert.equal((await takeUnseen(source, dest)).how, 'online backup')
  assert.deepEqual(await rowsOf(dest), [ROWS[0], ROWS[1], [6, 4], ROWS[2]])
})

const ACCOUNTS = `CREATE TABLE t (id INTEGER PRIMARY KEY, balance INT, padding TEXT);
  WITH RECURSIVE g (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM g WHERE i < 20000)
  INSERT INTO t SELECT i, 100, hex(randomblob(50)) FROM g`

/** Moves money without end; the sum never changes. */
const TRANSFERS = `
  const move = db.prepare('UPDATE t SET balance = balance + ? WHERE id = ?')
  const transfer = db.transaction((i, amount) => {
    move.run(-amount, 1 + (i * 7919) % 20000)
    move.run(amount, 1 + (i * 104729) % 20000)
  })
  let i = 0
  const some = () => { for (const end = i + 50; i < end; i++) transfer(i, i % 13) }
  some()
  ready()
  let stopped = false
  released.then(() => (stopped = true))
  while (!stopped) { some(); await new Promise(setImmediate) }
  db.close()`

for (const mode of ['WAL', 'DELETE']) {
  test(`a database in ${mode} mode that is being written: one consistent moment`, async t => {
    const source = database(t, `PRAGMA journal_mode = ${mode}; ${ACCOUNTS}`)
    const writer = await program(
      t,
      source,
      `db.pragma('synchronous = OFF'); db.pragma('busy_timeout = 60000'); ${TRANSFERS}`,
    )
    for (let round = 0; round < 3; round++) {
      const dest = destOf(t)
      assert.equal((await take(source, dest)).how, 'online backup')
      const rows = (await rowsOf(dest)) as number[][]
      assert.equal(rows.length, 20_000)
      assert.equal(
        rows.reduce((sum, row) => sum + row[2]!, 0),
        2_000_000,
      )
    }
    const gone = once(writer, 'exit')
    writer.stdin!.end('stop')
    assert.deepEqual(await gone, [0, null])
    const db = new Database(source)
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
    db.close()
  })
}

test('the log of a program that was killed, with and without its index', async t => {
  const source = database(t, `PRAGMA journal_mode = WAL; ${GAPS}`)
  await kill(
    await program(t, source, `db.exec('INSERT INTO t (rowid, a) VALUES (6, 4)'); ready(); await released`),
  )
  const expected = [ROWS[0], ROWS[1], [6, 4], ROWS[2]]
  const first = destOf(t)
  assert.equal((await takeUnseen(source, first)).how, 'online backup')
  assert.deepEqual(await rowsOf(first), expected)
  rmSync(`${source}-shm`)
  const second = destOf(t)
  assert.equal((await takeUnseen(source, second)).how, 'file copy, recovered')
  assert.deepEqual(await rowsOf(second), expected)
})

test('a hot journal: the transaction that was cut off is undone in the copy only', async t => {
  const source = database(t, ACCOUNTS)
  const before = readFileSync(source)
  const writer = await program(
    t,
    source,
    `db.pragma('cache_size = 5'); db.exec('BEGIN; UPDATE t SET balance = 0'); ready(); await released`,
  )
  await kill(writer)
  assert.ok(!readFileSync(source).equals(before), 'the file holds half a transaction')
  const dest = destOf(t)
  assert.equal((await takeUnseen(source, dest)).how, 'file copy, recovered')
  const rows = (await rowsOf(dest)) as number[][]
  assert.ok(rows.every(row => row[2] === 100))
})

test('a writer that has not committed: what was there before is taken', async t => {
  const source = database(t, GAPS)
  await program(t, source, `db.exec('BEGIN IMMEDIATE; DELETE FROM t'); ready(); await released`)
  const dest = destOf(t)
  await take(source, dest)
  assert.deepEqual(await rowsOf(dest), ROWS)
})

test('an exclusive lock is waited for', async t => {
  const source = database(t, GAPS)
  const writer = await program(
    t,
    source,
    `db.exec('BEGIN EXCLUSIVE; DELETE FROM t WHERE a > 1'); ready(); await released; db.exec('COMMIT'); db.close()`,
  )
  const dest = destOf(t)
  const taking = take(source, dest)
  writer.stdin!.end('commit')
  await taking
  assert.deepEqual(await rowsOf(dest), [[5, 1]])
})

test('an exclusive lock that stays is a clear failure, and leaves nothing', async t => {
  const source = database(t, GAPS)
  await program(t, source, `db.exec('BEGIN EXCLUSIVE'); ready(); await released`)
  const dest = destOf(t)
  const expected = failure('source', /app\.db: another program keeps the database locked; .*--busy-timeout/)
  await assert.rejects(take(source, dest, 50), expected)
  assert.deepEqual(readdirSync(dirname(dest)), [])
})

test('a WAL database that its program holds alone is never copied half', async t => {
  const source = database(t, `PRAGMA journal_mode = WAL; ${GAPS}`)
  await program(
    t,
    source,
    `db.pragma('locking_mode = EXCLUSIVE'); db.exec('INSERT INTO t (rowid, a) VALUES (6, 4)'); ready(); await released`,
  )
  const dest = destOf(t)
  await takeUnseen(source, dest)
  assert.deepEqual(await rowsOf(dest), [ROWS[0], ROWS[1], [6, 4], ROWS[2]])
})

test('a folder and files that may only be read', {
  skip: process.getuid?.() !== 0 && 'needs root',
}, async t => {
  const target = folder(t)
  chmodSync(target, 0o777)
  for (const mode of ['DELETE', 'WAL']) {
    const source = database(t, `PRAGMA journal_mode = ${mode}; ${GAPS}`)
    chmodSync(source, 0o444)
    chmodSync(dirname(source), 0o555)
    const dest = join(target, 'snap.db')
    process.seteuid!(65_534)
    try {
      await takeUnseen(source, dest)
    } finally {
      process.seteuid!(0)
    }
    assert.deepEqual(await rowsOf(dest), ROWS)
  }
})

test('a symbolic link leads to the log of the real file', async t => {
  const source = database(t, `PRAGMA journal_mode = WAL; ${GAPS}`)
  await program(t, source, `db.exec('DELETE FROM t WHERE a > 1'); ready(); await released`)
  const link = join(folder(t), 'link.db')
  symlinkSync(source, link)
  const dest = destOf(t)
  await take(link, dest)
  assert.deepEqual(await rowsOf(dest), [[5, 1]])
  assert.deepEqual(sidesOf(link), [])
})

test('an earlier snapshot and what lies beside it are replaced', async t => {
  const dest = destOf(t)
  writeFileSync(dest, 'old')
  writeFileSync(`${dest}-wal`, 'old')
  await take(database(t, GAPS), dest)
  assert.deepEqual(await rowsOf(dest), ROWS)
})

test('progress comes to the end, and a cancelled snapshot leaves nothing', async t => {
  const source = database(t, ACCOUNTS)
  const dest = destOf(t)
  const heard: { bytes: number; total: number }[] = []
  const stop = new AbortController()
  await snapshot(source, dest, { progress: p => heard.push(p), signal: stop.signal, busyTimeoutMs: 0 })
  assert.equal(heard.at(-1)!.total, statSync(source).size)
  rmSync(dest)
  const cancelled = snapshot(source, dest, {
    progress: () => stop.abort(new Error('cancelled')),
    signal: stop.signal,
    busyTimeoutMs: 0,
  })
  await assert.rejects(cancelled, /cancelled/)
  assert.deepEqual(readdirSync(dirname(dest)), [])
})

test('what is no database is refused and leaves nothing', async t => {
  const source = join(folder(t), 'app.db')
  const dest = destOf(t)
  const refused = async (message: RegExp): Promise<void> => {
    await assert.rejects(take(source, dest), failure('source', message))
    assert.deepEqual(readdirSync(dirname(dest)), [])
  }
  await refused(/no such file/)
  mkdirSync(source)
  await refused(/this is a folder/)
  rmSync(source, { recursive: true })
  writeFileSync(source, '')
  await refused(/the file is empty/)
  writeFileSync(source, 'id,name\n'.repeat(1000))
  await refused(/not a SQLite file/)
})

test('the snapshot of a database in UTF-16', async t => {
  const dest = destOf(t)
  await take(
    database(t, `PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a); INSERT INTO t VALUES ('añ🦊')`),
    dest,
  )
  assert.deepEqual(await rowsOf(dest), [[1, 'añ🦊']])
})
