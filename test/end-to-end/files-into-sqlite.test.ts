/** Files → SQLite: archives of pg_dump by way of a scratch database, rows among those of others, and the way back. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { onPath } from '../../worker/executable.ts'
import { postgresBinaries } from '../support/postgres-binaries.ts'
import { openWorld, query } from './world.ts'

const world = await openWorld()
/** Of an installation of PostgreSQL; the package for tests has none. */
const binaries = await postgresBinaries()
const psql = existsSync(join(binaries, 'psql')) ? join(binaries, 'psql') : onPath('psql')
const pgDump = existsSync(join(binaries, 'pg_dump')) ? join(binaries, 'pg_dump') : onPath('pg_dump')
const newFolder = () => mkdtempSync(join(world.folder, 'files-'))

function asked(path: string, sql: string): unknown[] {
  const db = new Database(path)
  try {
    return db.prepare(sql).raw().safeIntegers().all()
  } finally {
    db.close()
  }
}

const scratchDatabases = (url: string) =>
  query(url, `SELECT datname FROM pg_database WHERE datname LIKE 'longhaul_scratch%'`)

test('an archive of pg_dump becomes a SQLite file, and its scratch database is gone afterwards', {
  skip: !pgDump,
}, async () => {
  const { url } = await world.target(`
    CREATE TABLE customer (id serial PRIMARY KEY, name text NOT NULL, price numeric(12,2), at timestamptz);
    INSERT INTO customer (name, price, at) SELECT 'n' || i, i * 1.25, timestamptz '2020-01-01 00:00+02' + i * interval '1 h'
      FROM generate_series(1, 500) AS i;
    CREATE TABLE purchase (id uuid PRIMARY KEY, customer integer REFERENCES customer (id));
    INSERT INTO purchase SELECT md5(i::text)::uuid, i FROM generate_series(1, 300) AS i;`)
  const folder = newFolder()
  const archive = join(folder, 'shop.dump')
  execFileSync(pgDump!, ['-Fc', `--file=${archive}`, url])
  const path = join(folder, 'shop.db')
  const words = ['full', '--from', `dump:${archive}`, '--to', `sqlite:${path}`, '--yes']
  const ended = await world.run([...words, '--scratch', url, '--id', 'archive'])
  assert.equal(ended.status, 0, ended.all)
  assert.deepEqual(asked(path, 'SELECT count(*), sum(price * 4) FROM customer'), [[500n, 626250]])
  assert.deepEqual(asked(path, 'SELECT count(*) FROM purchase JOIN customer ON customer.id = customer'), [
    [300n],
  ])
  assert.deepEqual(await scratchDatabases(url), [])
  const password = new URL(url).password
  if (password) assert.equal(ended.all.includes(password), false)

  writeFileSync(join(folder, 'half.dump'), readFileSync(archive).subarray(0, 600))
  const half = await world.run([
    ...['full', '--from', `dump:${join(folder, 'half.dump')}`, '--to', `sqlite:${join(folder, 'half.db')}`],
    ...['--yes', '--scratch', url],
  ])
  assert.notEqual(half.status, 0)
  assert.match(half.all, /damaged or cut short|could not restore all of it/)
  assert.equal(existsSync(join(folder, 'half.db')), false)
  assert.deepEqual(await scratchDatabases(url), [])
})

test('rows of files go among those of others by their key, are compared, and are taken back alone', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'users.csv'), 'id,mail,name\n1,a@x,new\n2,b@x,"B, b"\n')
  const path = join(folder, 'app.db')
  const db = new Database(path)
  db.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT UNIQUE, name TEXT, extra DEFAULT 7);
           INSERT INTO users VALUES (1, 'a@x', 'old', 1), (9, 'z@x', 'Z', 2);`)
  db.close()
  const from = ['--from', `csv:${join(folder, 'users.csv')}`, '--to', `sqlite:${path}`]
  const ended = await world.run(['full', ...from, '--if-exists', 'upsert', '--yes', '--id', 'among'])
  assert.equal(ended.status, 0, ended.all)
  const rows = () => asked(path, 'SELECT id, name, extra FROM users ORDER BY id')
  assert.deepEqual(rows(), [
    [1n, 'new', 1n],
    [2n, 'B, b', 7n],
    [9n, 'Z', 2n],
  ])
  asked(path, `INSERT INTO users VALUES (10, 'mine', 'mine', 3) RETURNING id`)
  const back = await world.run(['rollback', 'among', '--yes'])
  assert.equal(back.status, 0, back.all)
  assert.deepEqual(rows(), [
    [1n, 'old', 1n],
    [9n, 'Z', 2n],
    [10n, 'mine', 3n],
  ])
  assert.deepEqual(
    readdirSync(folder).filter(name => name.startsWith('.')),
    [],
  )
})

test('a check tells rows of files from those of a SQLite file', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'points.csv'), 'x,y\n1,1.5\n2,\n')
  const path = join(folder, 'app.db')
  const both = ['--from', `csv:${join(folder, 'points.csv')}`, '--to', `sqlite:${path}`]
  const db = new Database(path)
  db.exec('CREATE TABLE points (x INTEGER, y REAL); INSERT INTO points VALUES (1, 1.25), (2, NULL)')
  db.close()
  const other = await world.run(['check', ...both])
  assert.equal(other.status, 4, other.all)
})

test('psql makes a database of a script for PostgreSQL, and its rows are those of the source', {
  skip: !psql,
}, async () => {
  const path = world.source(`
    CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(50) NOT NULL, ok BOOLEAN, at TIMESTAMP,
      price DECIMAL(10,2), b BLOB, r REAL, j JSON, u UUID);
    CREATE TABLE notes (user INTEGER REFERENCES users(id), text TEXT);
    CREATE VIEW many AS SELECT user, count(*) AS n FROM notes GROUP BY user;
    INSERT INTO users VALUES
      (1, 'a' || char(9, 92) || 'b' || char(13, 10) || 'é', 1, '2024-01-01 10:00:00.5', 12.5, x'00ff', 1e300, '{"a": 1}',
       '00000000-0000-4000-8000-000000000001'),
      (7, char(92) || 'N', 0, NULL, 3, x'', 9e999, NULL, NULL), (8, '', NULL, NULL, NULL, NULL, 0.1, '[]', NULL);
    INSERT INTO notes VALUES (1, char(92) || '.'), (NULL, NULL), (7, 'x');`)
  const script = join(newFolder(), 'app.sql')
  const words = [
    'export',
    '--from',
    `sqlite:${path}`,
    '--to',
    `sql:${script}`,
    '--dialect',
    'postgres',
    '--yes',
  ]
  const ended = await world.run(words)
  assert.equal(ended.status, 0, ended.all)
  const { url, rows } = await world.target()
  execFileSync(psql!, ['--set', 'ON_ERROR_STOP=1', '--quiet', '--output', '/dev/null', '--file', script, url])
  assert.deepEqual(
    await rows(`SELECT id, name, ok, to_char(at, 'HH24:MI:SS.MS'), price, b, r, j, u FROM users ORDER BY id`),
    [
      [
        '1',
        'a\t\\b\r\né',
        true,
        '10:00:00.500',
        '12.50',
        Buffer.from([0, 255]),
        1e300,
        { a: 1 },
        '00000000-0000-4000-8000-000000000001',
      ],
      ['7', '\\N', false, null, '3.00', Buffer.from([]), Number.POSITIVE_INFINITY, null, null],
      ['8', '', null, null, null, null, 0.1, [], null],
    ],
  )
  assert.deepEqual(await rows('SELECT "user", text FROM notes ORDER BY 1'), [
    ['1', '\\.'],
    ['7', 'x'],
    [null, null],
  ])
  assert.deepEqual(await rows(`SELECT n::int FROM many WHERE "user" = 7`), [[1]])
  assert.deepEqual(await rows(`INSERT INTO users (name) VALUES ('next') RETURNING id`), [['9']])
})
