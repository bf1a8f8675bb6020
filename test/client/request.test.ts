import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPlanFile } from '../../client/plan-files.ts'
import { type MigrationOptions, prepareRun } from '../../client/request.ts'
import { keepSecret } from '../../client/secrets.ts'
import type { PostgresEndpoint } from '../../model/endpoint.ts'
import { scratchFolder } from './run-cli.ts'

const here = { host: 'h', resolve: (path: string) => `/data/${path}` }
const BASE = { from: 'sqlite:My App.db', to: 'postgresql://me@localhost/app' }
const prepare = (options: MigrationOptions = {}) => prepareRun({ ...BASE, ...options }, 'full', here)

test('a run is called after its source and its request', () => {
  const { name, requestHash } = prepare()
  assert.equal(name, `my-app-${requestHash.slice(0, 6)}`)
  assert.equal(prepare({ id: 'nightly' }).name, 'nightly')
})

test('the same words give the same run; speed, consent and the words for the report do not make another', () => {
  const { requestHash } = prepare()
  assert.equal(prepare().requestHash, requestHash)
  assert.equal(prepare({ how: { lanes: 7 } }).requestHash, requestHash)
  assert.equal(prepare({ accept: ['all-listed'] }).requestHash, requestHash)
  assert.equal(prepare({ reason: 'move', operator: 'ana' }).requestHash, requestHash)
  assert.notEqual(prepare({ tables: ['users'] }).requestHash, requestHash)
  assert.notEqual(prepare({ ifExists: 'use' }).requestHash, requestHash)
  assert.notEqual(prepare({ to: 'postgresql://me@localhost/other' }).requestHash, requestHash)
})

test('a preflight is never taken for the migration', () => {
  assert.equal(prepareRun(BASE, 'preflight', here).name, `${prepare().name}.preflight`)
})

test('a plan file says what flags leave out; its name and comments do not make another run', () => {
  const folder = scratchFolder()
  const text =
    'version: 1\nsource: sqlite:a.db\ntarget: prod\nschema: app\nif_exists: use\ntables:\n  users: { target: people }\n'
  const read = (name: string, content: string) => {
    writeFileSync(join(folder, name), content)
    return prepareRun({ file: readPlanFile(join(folder, name)), types: 'declared' }, 'full', here)
  }
  const one = read('one.yaml', text)
  assert.deepEqual(one.request.target, { kind: 'postgres', connection: 'prod', schema: 'app' })
  assert.equal(one.request.ifExists, 'use')
  assert.equal(one.request.types, 'declared')
  assert.equal(read('two.yaml', `# another\n\n${text}`).requestHash, one.requestHash)
  assert.notEqual(read('three.yaml', text.replace('people', 'persons')).requestHash, one.requestHash)
})

test('a password is in no part of the request', () => {
  const prepared = prepare({ to: 'postgresql://me:s3cret@127.0.0.1:5432/app?schema=x' })
  const { secrets, ...rest } = prepared
  assert.doesNotMatch(JSON.stringify(rest), /s3cret/)
  assert.deepEqual(
    secrets?.map(({ connection }) => connection),
    [(prepared.request.target as PostgresEndpoint).connection],
  )
})

test('a password for several servers is kept where all of them are this machine', () => {
  const home = scratchFolder()
  const around = { env: {}, home, here, say: () => {} }
  const secretOf = (hosts: string) => prepare({ to: `postgresql://me:s3cret@${hosts}/app` }).secrets![0]!
  keepSecret(secretOf('127.0.0.1:1,localhost:2'), around)
  assert.throws(
    () => keepSecret(secretOf('127.0.0.1:1,db.example:2'), around),
    /does not belong on a command line/,
  )
})

test('a password for this machine is kept for the worker, readable by its owner alone, with a hint', () => {
  const home = scratchFolder()
  const said: string[] = []
  const around = { env: {}, home, here, say: (line: string) => void said.push(line) }
  for (const host of ['localhost', '127.0.0.1', '[::1]', '%2Ftmp']) {
    const { secrets } = prepare({ to: `postgresql://me:s3cret@${host}/app` })
    keepSecret(secrets![0]!, around)
  }
  const file = join(home, 'connections.json')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(
    JSON.parse(readFileSync(file, 'utf8'))['postgresql://me@localhost/app'],
    'postgresql://me:s3cret@localhost/app',
  )
  assert.match(said[0]!, /history/)
  assert.doesNotMatch(said.join(), /s3cret/)
})

test('a host in the query decides, since the driver follows it', () => {
  const around = { env: {}, home: scratchFolder(), here, say: () => {} }
  const { secrets } = prepare({ to: 'postgresql://me:s3cret@localhost/app?host=db.example.com' })
  assert.throws(() => keepSecret(secrets![0]!, around), /another host/)
})

test('what becomes of keys that are there is said where rows go beside others, and from SQLite to PostgreSQL', () => {
  const byKey = { onConflict: 'skip' } as const
  assert.equal(prepare({ ...byKey, ifExists: 'append' }).request.onConflict, 'skip')
  assert.throws(() => prepare({ ...byKey, ifExists: 'use' }), /--conflict/)
  for (const to of ['postgresql://me@localhost/other', 'sqlite:copy.db'])
    for (const options of [byKey, { ifExists: 'upsert' } as const])
      assert.throws(() => prepare({ from: BASE.to, to, ...options }), /only from SQLite to PostgreSQL/)
})

test('files are laid down first, and how they are read goes with them', () => {
  const { request } = prepare({ from: 'csv:in', files: { delimiter: ';', encoding: 'iso-8859-1' } })
  const of = {
    ...{ kind: 'files', format: 'csv', path: '/data/in', host: 'h' },
    options: { delimiter: ';', encoding: 'iso-8859-1' },
  }
  assert.deepEqual(request.source, { kind: 'staged', path: '/data/in', host: 'h', of })
})

test('by way of files: these are the source, and the database is what they are written from', () => {
  const { request } = prepare({ via: 'xlsx:out', files: { per: 'dictionaries' } })
  const files = {
    ...{ kind: 'files', format: 'xlsx', path: '/data/out', host: 'h' },
    options: { per: 'dictionaries', dated: true },
  }
  assert.deepEqual(request.source, { kind: 'staged', path: '/data/out', host: 'h', of: files })
  assert.deepEqual(request.via, {
    source: { kind: 'sqlite', path: '/data/My App.db', host: 'h' },
    target: files,
  })
})

test('a password of the server for archives is kept, and is no part of the request', () => {
  const url = 'postgresql://me:geheim@localhost/postgres'
  const { request, secrets } = prepare({ from: 'dump:a.dump', files: { scratch: url } })
  assert.ok(!JSON.stringify(request).includes('geheim'))
  assert.deepEqual(secrets, [{ connection: 'postgresql://me@localhost/postgres', url }])
})

test('PostgreSQL into files goes by way of the stage', () => {
  const { request } = prepareRun({ from: 'postgresql://me@localhost/app', to: 'csv:out' }, 'full', here)
  assert.equal(request.source.kind, 'staged')
})
