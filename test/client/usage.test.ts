import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { longhaul, scratchFolder } from './run-cli.ts'

const home = scratchFolder()
const TO = 'postgresql://me@localhost:1/app'
const FROM = 'sqlite:app.db'

/** Each gets one message, its status, nothing on standard output and no stack trace. */
const CASES: { words: string[]; status?: number; says: RegExp[]; env?: NodeJS.ProcessEnv }[] = [
  { words: ['ful'], says: [/unknown command 'ful'/, /Did you mean full\?/] },
  { words: ['full', '--tabels', 'users'], says: [/unknown option '--tabels'/, /Did you mean --tables\?/] },
  { words: ['full', '--from', FROM, '--sqlite', 'b.db'], says: [/cannot be used with option '--sqlite/] },
  {
    words: ['full', '--from', FROM, '--to', TO, '--if-exists', 'maybe'],
    says: [/refuse, use, append, replace/],
  },
  { words: ['full', '--to', TO], says: [/--from: the source is missing/, /--from sqlite:app\.db/] },
  { words: ['full', '--from', FROM], says: [/--to: the target is missing/] },
  { words: ['full', '--from', 'mysql://db/app', '--to', TO], says: [/"mysql:" is no kind of endpoint/] },
  {
    words: ['export', '--from', FROM, '--to', 'dump:app.dump'],
    says: [/--to: archives of pg_dump are read and not written/],
  },
  {
    words: ['full', '--from', FROM, '--to', TO, '--via', 'sqlite:between.db'],
    says: [/--via: the way goes over a folder of files/, /xlsx:FOLDER/],
  },
  {
    words: ['full', '--from', 'csv:in/', '--to', TO, '--via', 'xlsx:out/'],
    says: [/--via: files lie between two databases/],
  },
  {
    words: ['import', '--from', 'dump:app.dump', '--to', 'sqlite:app.db', '--scratch', 'sqlite:s.db'],
    says: [/--scratch: archives are restored into PostgreSQL/],
  },
  { words: ['export', '--from', FROM, '--to', 'out', '--format', 'dump'], says: [/Allowed choices/] },
  { words: ['import', '--from', 'csv:a.csv', '--to', TO, '--delimiter', ';;'], says: [/one character/] },
  { words: ['full', '--from', 'sqlite:', '--to', TO], says: [/sqlite: needs a path/] },
  { words: ['full', '--from', TO, '--to', TO], says: [/source and target are the same/] },
  { words: ['full', '--from', FROM, '--to', FROM], says: [/SQLite is copied into SQLite/] },
  {
    words: ['full', '--from', TO, '--to', FROM, '--types', 'optimized'],
    says: [/--types optimized: only from SQLite or files to PostgreSQL/],
  },
  { words: ['check', '--from', TO, '--to', FROM, '--sample', '3'], says: [/--where and --sample: only/] },
  {
    words: ['full', '--from', FROM, '--to', TO, '--strict'],
    says: [/--strict: only where SQLite is the target/],
  },
  { words: ['full', '--from', FROM, '--to', 'postgresql://me@host:port/app'], says: [/URL cannot be read/] },
  {
    words: ['full', '--from', FROM, '--to', TO, '--id', 'My Run'],
    says: [/--id: the name of a run has small letters/],
  },
  { words: ['full', '--plan', 'no-such.yaml'], says: [/plan no-such\.yaml: there is no such file/] },
  { words: ['start'], says: [/missing required argument 'plan'/] },
  { words: ['status'], says: [/--postgres: the target is missing/] },
  { words: ['status', '--postgres', FROM], says: [/only a PostgreSQL target has a ledger/] },
  {
    words: ['status', '--postgres', 'nowhere'],
    status: 3,
    says: [/knows no connection/, /LONGHAUL_CONNECTION_NOWHERE/],
  },
  {
    words: ['status', '--postgres', TO],
    status: 1,
    says: [/nothing listens there/, /Check that the server runs/],
  },
  { words: ['report', 'nothing'], says: [/no report of it/] },
  { words: ['worker'], status: 5, says: [/no Temporal server to join/, /longhaul up/] },
  {
    words: ['full', '--from', FROM, '--to', TO, '--detach'],
    status: 5,
    says: [/no stack is running/, /longhaul up/],
  },
  { words: ['up'], env: { TEMPORAL_ADDRESS: 'localhost:1' }, says: [/names a Temporal cluster/] },
]

for (const { words, status = 2, says, env } of CASES) {
  test(`longhaul ${words.join(' ')}: status ${status}`, () => {
    const said = longhaul(home, words, env)
    assert.equal(said.status, status, said.stderr)
    assert.equal(said.stdout, '')
    for (const words of says) assert.match(said.stderr, words)
    assert.doesNotMatch(said.stderr, /^\s+at /m)
  })
}

test('nothing that is refused at the edge leaves anything in the state folder', () => {
  assert.deepEqual(existsSync(home) ? readdirSync(home) : [], [])
})

test('a server that nobody runs: status 5 and the settings to look at', () => {
  const said = longhaul(home, ['list'], { TEMPORAL_ADDRESS: '127.0.0.1:1' })
  assert.equal(said.status, 5)
  assert.match(said.stderr, /Temporal server at 127\.0\.0\.1:1/)
  assert.match(said.stderr, /Check TEMPORAL_ADDRESS/)
})

test('a password for another host is refused, and shown nowhere', () => {
  for (const words of [
    ['full', '--from', FROM, '--to'],
    ['status', '--postgres'],
  ]) {
    const said = longhaul(home, [...words, 'postgresql://me:s3cret@db.example.com/app'])
    assert.equal(said.status, 2)
    for (const way of [
      /connections\.json/,
      /LONGHAUL_CONNECTION_/,
      /PGPASSFILE/,
      /PGPASSWORD/,
      /PGSERVICE/,
    ]) {
      assert.match(said.stderr, way)
    }
    assert.doesNotMatch(said.stderr + said.stdout, /s3cret/)
  }
})

test('a plan file with three mistakes gets all of them told, with lines and remedies', () => {
  const file = join(scratchFolder(), 'plan.yaml')
  writeFileSync(file, 'version: 1\nsorce: sqlite:app.db\ntypes: guessed\nhow:\n  lanes: none\n')
  const said = longhaul(home, ['start', file])
  assert.equal(said.status, 2)
  assert.match(said.stderr, /3 mistakes/)
  for (const line of [2, 3, 5]) assert.match(said.stderr, new RegExp(`plan\\.yaml:${line}:`))
  assert.match(said.stderr, /Did you mean source\?/)
})

test('a plan document that was changed by hand is refused', () => {
  const file = join(scratchFolder(), 'plan.json')
  const source = { kind: 'sqlite', path: '/app.db', host: 'test-host' }
  const target = { kind: 'postgres', connection: TO, schema: 'public' }
  const plan = { what: { version: 1, tables: [] }, how: {}, findings: [], hash: '0'.repeat(64) }
  writeFileSync(file, JSON.stringify({ longhaul: 'plan', name: 'a', request: { source, target }, plan }))
  const said = longhaul(home, ['start', file])
  assert.equal(said.status, 2)
  assert.match(said.stderr, /was changed after it was made/)
})

test('with --json a mistake is one JSON document on standard output', () => {
  const unknown = longhaul(home, ['full', '--tabels', 'users', '--json'])
  assert.equal(unknown.status, 2)
  assert.equal(JSON.parse(unknown.stdout).error.code, 'usage')
  const missing = longhaul(home, ['full', '--json'])
  assert.deepEqual(Object.keys(JSON.parse(missing.stdout)), ['error', 'exit'])
  assert.equal(JSON.parse(missing.stdout).exit, 2)
})

test('control characters in what the user wrote are not sent to the terminal', () => {
  const said = longhaul(home, ['report', 'a\x1b[2Jb'])
  assert.equal(said.status, 2)
  assert.ok(!said.stderr.includes('\x1b'))
  assert.match(said.stderr, /a\\u001b\[2Jb/)
})
