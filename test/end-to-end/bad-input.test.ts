/** What is wrong with what the user gave: one clear message, the right status, and nothing changed anywhere. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { LONGHAUL, longhaul, type Said } from './cli.ts'
import { imprint, objectsOf, openWorld } from './world.ts'

const world = await openWorld()

const NOTES = `
  CREATE TABLE note (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);
  CREATE INDEX note_by_title ON note (title);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
  INSERT INTO note SELECT i, 'title ' || i, printf('%.*c', 50 + i % 300, 'x') FROM n;`

const good = world.source(NOTES)

/** A file that is not a good database, beside nothing else. */
function file(change: (bytes: Buffer) => Buffer): string {
  const path = join(mkdtempSync(join(world.folder, 'bad-')), 'app.db')
  writeFileSync(path, change(readFileSync(good)))
  return path
}

/** Bytes overwritten in the middle, as a dying disk leaves them; the header stays good. */
function scribble(bytes: Buffer): Buffer {
  const half = Math.floor(bytes.length / 2)
  return Buffer.concat([bytes.subarray(0, half), Buffer.alloc(12_288, 0xa5), bytes.subarray(half + 12_288)])
}

/** Exactly one message of longhaul's own, without a stack trace, that says all of this. */
function assertTold(said: Said, status: number, words: RegExp[]): void {
  assert.equal(said.status, status, said.all)
  for (const word of words) assert.match(said.all, word)
  assert.doesNotMatch(said.all, /^\s+at .*[:(]\d+|node:internal|UnhandledPromise|\[object/m)
  assert.doesNotMatch(said.all, /defect of longhaul|unexpected error/i)
  const [first] = words
  const found = said.all.match(new RegExp(first!.source, `${first!.flags}g`)) ?? []
  assert.equal(found.length, 1, `said ${found.length} times:\n${said.all}`)
}

suite('sources that are none', { concurrency: 3 }, () => {
  const cases: [what: string, path: () => string, words: RegExp[]][] = [
    [
      'no such file',
      () => join(world.folder, 'nowhere.db'),
      [/there is no such file/, /nowhere\.db/, /Check the path/],
    ],
    ['a folder', () => world.folder, [/this is a folder, not a SQLite file/, /Name the file in it/]],
    [
      'not a database',
      () => file(() => Buffer.from('name;age\nAnna;44\n'.repeat(300))),
      [/this is not a SQLite file/, /Check the path/],
    ],
    ['an empty file', () => file(() => Buffer.alloc(0)), [/is empty/]],
    [
      'a truncated file',
      () => file(bytes => bytes.subarray(0, Math.floor(bytes.length * 0.6))),
      [/damaged|truncated|shorter/],
    ],
    ['corrupted pages', () => file(scribble), [/damaged/]],
  ]
  for (const [what, path, words] of cases) {
    test(what, async () => {
      const source = path()
      const target = await world.target()
      const before = what === 'no such file' || what === 'a folder' ? undefined : imprint(source)
      const objects = await objectsOf(target.url)
      assertTold(await world.run(['full', '--from', `sqlite:${source}`, '--to', target.url]), 3, words)
      if (before) assert.deepEqual(imprint(source), before)
      assert.deepEqual(await objectsOf(target.url), objects)
    })
  }
})

suite('targets that refuse', { concurrency: 3 }, () => {
  const other = (url: string, change: (url: URL) => void) => {
    const changed = new URL(url)
    change(changed)
    return changed.href
  }
  const cases: [what: string, url: (good: string) => string, words: RegExp[]][] = [
    [
      'wrong password',
      url => other(url, u => (u.password = 'Wr0ng-and-secret')),
      [/password authentication failed/, /PGPASSFILE/],
    ],
    [
      'no such role',
      url => other(url, u => (u.username = 'nobody_here')),
      [/password authentication failed|role .* does not exist/],
    ],
    [
      'no such database',
      url => other(url, u => (u.pathname = '/not_there')),
      [/database "not_there" does not exist/, /Create the database/],
    ],
    [
      'a server that is not there',
      url => other(url, u => (u.port = '1')),
      [/refused the connection|connection refused|ECONNREFUSED/i],
    ],
    ['a connection nobody knows', () => 'warehouse', [/warehouse/, /LONGHAUL_CONNECTION_WAREHOUSE/]],
  ]
  for (const [what, url, words] of cases) {
    test(what, async () => {
      const target = await world.target()
      const [before, objects] = [imprint(good), await objectsOf(target.url)]
      const said = await world.run(['full', '--from', `sqlite:${good}`, '--to', url(target.url)])
      assertTold(said, 3, words)
      assert.doesNotMatch(said.all, /Wr0ng-and-secret/)
      assert.deepEqual(imprint(good), before)
      assert.deepEqual(await objectsOf(target.url), objects)
    })
  }

  test('a schema in which the role may not create', async () => {
    const target = await world.target(`CREATE ROLE guest LOGIN PASSWORD 'guest'`)
    const url = other(target.url, u => ([u.username, u.password] = ['guest', 'guest']))
    const objects = await objectsOf(target.url)
    assertTold(await world.run(['full', '--from', `sqlite:${good}`, '--to', url]), 3, [
      /may not create/,
      /GRANT USAGE, CREATE ON SCHEMA "public" TO "guest"/,
    ])
    assert.deepEqual(await objectsOf(target.url), objects)
  })
})

suite('words and plan files', { concurrency: 3 }, () => {
  const ends = ['--from', `sqlite:${good}`, '--to', 'postgresql://me@127.0.0.1:1/app']

  test('an unknown flag', async () => {
    assertTold(await world.run(['full', ...ends, '--if-exist', 'use']), 2, [
      /unknown option '--if-exist'/,
      /--if-exists/,
    ])
  })
  test('an unknown command', async () => {
    assertTold(await world.run(['ful', ...ends]), 2, [/unknown command 'ful'/, /full/])
  })
  test('a flag without its source', async () => {
    assertTold(await world.run(['full', '--to', 'postgresql://me@127.0.0.1/app']), 2, [
      /the source is missing/,
      /--from/,
    ])
  })
  test('a kind of source that nobody knows', async () => {
    assertTold(await world.run(['full', '--from', 'mysql://db/app', '--to', 'prod']), 2, [
      /"mysql:" is no kind/,
      /sqlite:FILE/,
    ])
  })

  test('a plan file with ten mistakes has all of them listed, with lines', async () => {
    const path = join(world.folder, 'ten.yaml')
    writeFileSync(path, TEN)
    const said = await world.run(['full', '--plan', path, ...ends])
    assertTold(said, 2, [/10 mistakes/, /ten\.yaml/])
    const lines = said.all.match(/ten\.yaml:\d+:\d+/g) ?? []
    assert.equal(lines.length, 10, said.all)
    assert.equal(new Set(lines).size, 10, said.all)
  })

  test('a plan file that names what is not there', async () => {
    const target = await world.target()
    const path = join(world.folder, 'unknown.yaml')
    writeFileSync(
      path,
      'version: 1\ntables:\n  notes:\n    skip: true\n  note:\n    columns:\n      boddy:\n        type: text\n',
    )
    const said = await world.run(['full', '--plan', path, '--from', `sqlite:${good}`, '--to', target.url])
    assertTold(said, 3, [
      /the source has no table notes/,
      /boddy/,
      /unknown\.yaml:3/,
      /unknown\.yaml:7/,
      /Did you mean note\?/,
      /Did you mean body\?/,
    ])
    assert.deepEqual(await objectsOf(target.url), ['schema public'])
  })

  test('a Temporal server that is not there', async () => {
    const said = await world.run(['full', ...ends], { TEMPORAL_ADDRESS: '127.0.0.1:1' })
    assertTold(said, 5, [/the Temporal server at 127\.0\.0\.1:1/, /TEMPORAL_ADDRESS/])
  })
  test('a run in the background where nothing runs', async () => {
    const home = join(world.folder, 'idle')
    assertTold(await world.run(['full', ...ends, '--detach'], { LONGHAUL_HOME: home }), 5, [
      /no stack is running/,
      /longhaul up/,
    ])
  })
  test('a question that nobody can answer', async () => {
    const target = await world.target()
    const words = ['--from', `sqlite:${good}`, '--to', target.url, '--id', 'asked']
    assert.equal((await world.run(['full', ...words])).status, 0)
    const objects = await objectsOf(target.url)
    assertTold(await world.run(['rollback', 'asked']), 6, [/nobody can answer here/, /--yes/])
    assert.deepEqual(await objectsOf(target.url), objects)
  })

  test('a plan file that is not there', async () => {
    assertTold(await world.run(['full', '--plan', 'gone.yaml', ...ends]), 2, [
      /gone\.yaml: there is no such file/,
    ])
  })
})

const TEN = `version: 2
name: "not a name!"
if_exists: overwrite
on_failure: explode
types: guessed
colour: red
how:
  chunk_rows: many
  lanes: 0
tables:
  note:
    columns:
      id: { type: varchar(x) }
      title: { kind: text }
`

const isRoot = process.getuid?.() === 0
/** Somebody who owns nothing here; root may write everywhere, so root has to become somebody. */
const nobody = isRoot ? { uid: 65534, gid: 65534 } : undefined

/** Whether the other user can run this checkout at all; one under a 0700 home cannot be read. */
function readableByNobody(): boolean {
  if (!nobody) return true
  try {
    execFileSync(process.execPath, ['--version'], { ...nobody, cwd: '/', stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const owner = nobody ? { owner: nobody } : {}

/** A worker of the other user beside the stack, for files of the host `reader`; gives the environment. */
async function readerFor(t: TestContext): Promise<NodeJS.ProcessEnv> {
  const home = mkdtempSync(join(tmpdir(), 'longhaul-reader-'))
  if (nobody) chownSync(home, nobody.uid, nobody.gid)
  const env = {
    ...world.stack.env,
    ...{ HOME: home, XDG_CACHE_HOME: home, LONGHAUL_HOME: home },
    ...{ LONGHAUL_HOST: 'reader', TEMPORAL_ADDRESS: world.stack.address },
  }
  const worker = spawn(process.execPath, [LONGHAUL, 'worker'], { env, cwd: '/', ...nobody, stdio: 'ignore' })
  t.after(() => {
    worker.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  })
  return env
}

/** Lets everybody read a file and its folder, and nobody else write there. */
function lent(path: string): string {
  chmodSync(world.folder, 0o755)
  chmodSync(dirname(path), 0o555)
  for (const name of readdirSync(dirname(path))) chmodSync(join(dirname(path), name), 0o444)
  return path
}

/** In WAL mode, with rows that stand in the log alone, as after a crash of its application. */
function walSource(): string {
  const path = world.source(NOTES)
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.exec(`INSERT INTO note VALUES (9999, 'late', NULL)`)
  const copy = join(mkdtempSync(join(world.folder, 'wal-')), 'app.db')
  for (const end of ['', '-wal']) copyFileSync(path + end, copy + end)
  db.close()
  return copy
}

const asNobody = readableByNobody() ? {} : { skip: 'this checkout cannot be read by another user' }

suite('places that cannot be written', () => {
  test('LONGHAUL_HOME in a folder of others', asNobody, async () => {
    const home = mkdtempSync(join(world.folder, 'closed-'))
    chmodSync(world.folder, 0o755)
    chmodSync(home, 0o555)
    const env = { ...world.stack.env, LONGHAUL_HOME: join(home, 'state') }
    const words = ['full', '--from', `sqlite:${good}`, '--to', 'postgresql://me@127.0.0.1:1/app']
    const said = await longhaul(words, { env, cwd: '/', ...owner })
    assertTold(said, 2, [/cannot be written/, /LONGHAUL_HOME/])
  })

  test('a source that somebody else owns is read without a trace, or refused', asNobody, async t => {
    const env = await readerFor(t)
    const target = await world.target()
    const look = (source: string) =>
      longhaul(['validate', '--from', `sqlite:${source}`, '--to', target.url], { env, cwd: '/', ...owner })

    const still = lent(world.source(NOTES))
    const wal = lent(walSource())
    for (const source of [still, wal]) {
      const before = imprint(source)
      const said = await look(source)
      assert.equal(said.status, 0, said.all)
      assert.deepEqual(imprint(source), before)
    }
    chmodSync(still, 0o600)
    assertTold(await look(still), 3, [/permission|EACCES|may not/i, /app\.db/])
  })

  const mount = isRoot && canMount()
  const skip = mount ? {} : { skip: 'mounting a small file system needs root and the right to mount' }
  test('LONGHAUL_HOME on a disk that the snapshot does not fit on', skip, async t => {
    const home = smallDisk(24)
    t.after(() => unmount(home))
    const large = world.source(db => {
      db.exec('CREATE TABLE big (id INTEGER PRIMARY KEY, b BLOB)')
      const insert = db.prepare('INSERT INTO big VALUES (?, randomblob(1000000))')
      for (let i = 0; i < 40; i++) insert.run(i)
    })
    const target = await world.target()
    const env = { ...world.stack.env, LONGHAUL_HOME: home }
    const said = await longhaul(['full', '--from', `sqlite:${large}`, '--to', target.url], { env })
    assertTold(said, 3, [/the snapshot needs \d+ MiB, and \d+ MiB are free/, /LONGHAUL_HOME/])
    assert.deepEqual(await objectsOf(target.url), ['schema public'])
  })

  test('LONGHAUL_HOME on a disk that is full', skip, async t => {
    const home = smallDisk(1)
    t.after(() => unmount(home))
    try {
      writeFileSync(join(home, 'others'), Buffer.alloc(2_000_000))
    } catch {}
    const words = ['full', '--from', `sqlite:${good}`, '--to', 'postgresql://me@127.0.0.1:1/app']
    const said = await longhaul(words, { env: { ...world.stack.env, LONGHAUL_HOME: home } })
    assertTold(said, 1, [/disk is full/, /LONGHAUL_HOME/])
  })
})

function smallDisk(mebibytes: number): string {
  const place = mkdtempSync(join(world.folder, 'disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', place], { stdio: 'pipe' })
  return place
}

function unmount(place: string): void {
  execFileSync('umount', ['-l', place])
}

function canMount(): boolean {
  try {
    unmount(smallDisk(1))
    return true
  } catch {
    return false
  }
}
