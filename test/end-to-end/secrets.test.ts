/** Passwords and row values stay in the databases, in the artifacts, and in the worker's memory. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { saveConnection } from '../../home/connections.ts'
import { runningServer } from '../../worker/temporal-process.ts'
import { startPostgres } from '../support/postgres.ts'
import { scratchHome, startStack } from '../support/temporal.ts'
import {
  allCommandLines,
  filesBelow,
  findAny,
  histories,
  openToOthers,
  type Place,
  processPlaces,
} from './canary.ts'
import { longhaul, type Said } from './cli.ts'
import { query } from './world.ts'

const PASSWORD = 'Canary/p@ss w0rd+7'
const VALUES = [
  'row-canary-41',
  'key-canary-42',
  'json-canary-43',
  'large-canary-44',
  'check-canary-45',
  '8675309123',
]

const server = await startPostgres({ own: true })
const folder = mkdtempSync(join(tmpdir(), 'longhaul-secrets-'))
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})
await query(server.url, `CREATE ROLE app LOGIN SUPERUSER PASSWORD '${PASSWORD}'`)

/**
 * Every kind of error that PostgreSQL would explain with the values of a row. The ends of a column's numbers are in the assessment, as they
 * decide about types; the canary is none of them.
 */
const source = join(folder, 'app.db')
const db = new Database(source)
db.pragma('foreign_keys = OFF')
db.exec(`
  CREATE TABLE plain (id INTEGER PRIMARY KEY, v TEXT);
  CREATE TABLE doc (k TEXT PRIMARY KEY, body JSON UNIQUE);
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES plain (id));
  CREATE TABLE wide (n SMALLINT, v VARCHAR(5));
  INSERT INTO plain VALUES (1, 'row-canary-41');
  INSERT INTO doc VALUES ('key-canary-42', '{"a": "json-canary-43"}'), ('other', '{"a":"json-canary-43"}');
  INSERT INTO child VALUES (1, 8675309123), (2, 9999999999), (3, 5);
  INSERT INTO wide VALUES (8675309123, 'large-canary-44'), (9999999999, 'check-canary-45'), (5, 'x');`)
db.close()

interface Way {
  /** For the worker and the command. */
  env?: (url: URL) => NodeJS.ProcessEnv
  /** Before the run, in the state folder. */
  prepare?: (home: string, url: URL) => void
  to: (url: URL) => string
  /** Files of the state folder that may hold the password. */
  keeps?: RegExp
}

const bare = (url: URL) => `postgresql://app@${url.host}${url.pathname}`
const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}
const NEVER = /^(?!)/

const WAYS: Record<string, Way> = {
  'in a URL of this machine': { to: url => url.href, keeps: /connections\.json$/ },
  'by PGPASSWORD': { env: () => ({ PGPASSWORD: PASSWORD }), to: bare },
  'by PGPASSFILE': {
    env: url => ({ PGPASSFILE: file('passfile', `${url.hostname}:${url.port}:*:app:${PASSWORD}\n`) }),
    to: bare,
  },
  'by PGSERVICE': {
    env: url => ({
      PGSERVICE: 'canary',
      PGSERVICEFILE: file(
        'services',
        `[canary]\nhost=${url.hostname}\nport=${url.port}\nuser=app\ndbname=${url.pathname.slice(1)}\npassword=${PASSWORD}\n`,
      ),
    }),
    to: () => 'postgresql://',
  },
  'by the name of a connection in the environment': {
    env: url => ({ LONGHAUL_CONNECTION_WAREHOUSE: url.href }),
    to: () => 'warehouse',
  },
  'by the name of a connection in the store': {
    prepare: (home, url) => saveConnection('warehouse', url.href, home),
    to: () => 'warehouse',
    keeps: /connections\.json$/,
  },
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`a password ${name} is nowhere else, and no row value either`, t =>
    story(t, way, name === 'by PGPASSWORD'))
}

/** @param every all ends that a run can have, or a good one alone */
async function story(t: TestContext, way: Way, every: boolean): Promise<void> {
  const { env = () => ({}), prepare, to, keeps = NEVER } = way
  const url = new URL(await server.createDatabase())
  url.username = 'app'
  url.password = encodeURIComponent(PASSWORD)
  const scratch = scratchHome()
  t.after(scratch.stop)
  prepare?.(scratch.home, url)
  const more = env(url)
  const stack = await startStack(scratch, more)
  t.after(stack.stop)
  const run = (words: string[]) => longhaul(words, { env: { ...scratch.env, ...more } })
  const said = await runs(run, to(url), url, every)

  const outputs: Place[] = said.map((s, i) => ({ name: `output ${i}`, bytes: Buffer.from(s.all) }))
  const places = [
    ...outputs,
    ...(await histories(stack.address)),
    ...processPlaces(runningServer(scratch.home)!.pid, 'Temporal server'),
    ...allCommandLines(),
  ]
  assert.ok(places.length > 10)
  assert.deepEqual(findAny([...places, ...filesBelow(scratch.home, keeps)], [PASSWORD]), [])
  assert.deepEqual(
    findAny([...places, ...filesBelow(scratch.home, /snapshot\.db$|\/differences\/[^/]+\.jsonl$/)], VALUES),
    [],
  )
  assert.deepEqual(openToOthers(scratch.home), [])
}

/** Good ends and bad ones: complete, with differences, refused, failed in mid-load, compared, asked about. */
async function runs(
  run: (words: string[]) => Promise<Said>,
  to: string,
  url: URL,
  every: boolean,
): Promise<Said[]> {
  const ends = ['--from', `sqlite:${source}`, '--to', to, '--verbose']
  const said: Said[] = []
  const expect = async (status: number, words: string[]) => {
    const ended = await run(words)
    assert.equal(ended.status, status, ended.all)
    said.push(ended)
  }
  await expect(0, ['full', ...ends, '--tables', 'plain', '--id', 'good'])
  await expect(0, ['status', '--postgres', to, '--json'])
  if (!every) return said
  await expect(4, [
    'full',
    ...ends,
    '--tables',
    'doc,child',
    '--accept',
    'foreign-key-violated',
    '--id',
    'differs',
  ])
  await expect(3, ['full', ...ends, '--tables', 'wide', '--types', 'declared', '--id', 'refused'])
  await query(url.href, `CREATE TABLE wide (n bigint, v text CHECK (v NOT LIKE 'check%'))`)
  await expect(6, ['full', ...ends, '--tables', 'wide', '--if-exists', 'use', '--id', 'fails'])
  await expect(1, ['cancel', 'fails'])
  await expect(4, ['check', ...ends, '--tables', 'plain,wide', '--id', 'compared'])
  await expect(0, ['list', '--json'])
  await expect(0, ['report', 'differs'])
  return said
}

test('a password for a server elsewhere is not taken from a command line, and not repeated', async t => {
  const scratch = scratchHome()
  t.after(scratch.stop)
  const url = `postgresql://app:${encodeURIComponent(PASSWORD)}@db.example.org/app`
  const said = await longhaul(['full', '--from', `sqlite:${source}`, '--to', url], { env: scratch.env })
  assert.equal(said.status, 2, said.all)
  assert.match(said.err, /does not belong on a command line/)
  const output = { name: 'output', bytes: Buffer.from(said.all) }
  assert.deepEqual(findAny([output, ...filesBelow(scratch.home, NEVER)], [PASSWORD]), [])
})

test('the search finds what it looks for, in each form, wherever it begins', () => {
  for (const before of ['', 'a', 'ab', 'abc']) {
    const text = `${before}${PASSWORD} and more`
    const forms = [
      text,
      encodeURIComponent(text),
      Buffer.from(text).toString('base64'),
      Buffer.from(text).toString('hex'),
    ]
    for (const form of forms)
      assert.notDeepEqual(findAny([{ name: form, bytes: Buffer.from(form) }], [PASSWORD]), [], form)
  }
  assert.deepEqual(findAny([{ name: 'source', bytes: readFileSync(source) }], VALUES.slice(0, 1)).length, 3)
})
