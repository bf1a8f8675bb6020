import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Failure, type FailureCode } from '../../model/failure.ts'
import { connect } from '../../sessions/connect.ts'
import { resolve } from '../../sessions/resolve.ts'
import { identify, terminate } from '../../stores/postgres/backend.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { session } from '../support/session.ts'

let postgres: ScratchPostgres
let folder: string
let bare: string
let password: string
before(async () => {
  postgres = await startPostgres({ own: true })
  folder = mkdtempSync(join(tmpdir(), 'longhaul-connect-'))
  const url = new URL(postgres.url)
  password = decodeURIComponent(url.password)
  url.password = ''
  bare = url.href
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await postgres?.stop()
})

const at = (change: (url: URL) => void, from = postgres.url) => {
  const url = new URL(from)
  change(url)
  return url.href
}

async function fails(
  url: string,
  code: FailureCode,
  says: RegExp,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  await assert.rejects(session(url, env), (error: unknown) => {
    assert.ok(error instanceof Failure, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, says)
    assert.ok(error.facts.remedy)
    assert.ok(!`${error.stack}`.includes(password))
    return true
  })
}

async function works(url: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const client = await session(url, env)
  await client.end()
}

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

test('what a session is like', async () => {
  const client = await session(postgres.url, {
    PGOPTIONS: '-c synchronous_commit=off -c statement_timeout=5s',
  })
  const show = async (name: string) =>
    (await client.query(`SELECT current_setting('${name}') AS v`)).rows[0].v
  assert.equal(await show('search_path'), 'pg_catalog')
  assert.equal(await show('TimeZone'), 'UTC')
  assert.equal(await show('synchronous_commit'), 'on')
  assert.equal(await show('statement_timeout'), '0')
  assert.equal(await show('application_name'), 'longhaul test')
  assert.equal(await show('session_replication_role'), 'origin')
  await client.end()
})

test('a stronger synchronous_commit is not lowered', async () => {
  const client = await session(postgres.url, { PGOPTIONS: '-c synchronous_commit=remote_apply' })
  const { rows } = await client.query('SHOW synchronous_commit')
  assert.equal(rows[0].synchronous_commit, 'remote_apply')
  await client.end()
})

test('passwords from the environment, a password file and a service', async () => {
  const { hostname, port, username, pathname } = new URL(postgres.url)
  await works(bare, { PGPASSWORD: password })
  const escaped = password.replace(/[\\:]/g, '\\$&')
  await works(bare, {
    PGPASSFILE: file('pass', `# one\nother:1:a:b:c\n${hostname}:*:*:${username}:${escaped}\n`),
  })
  const service = `[other]\nhost=x\n[mine]\nhost=${hostname}\nport=${port}\nuser=${username}\npassword=${password}\n`
  const PGSERVICEFILE = file('service', service)
  await works(`postgresql://${pathname}?service=mine`, { PGSERVICEFILE })
  await works(`postgresql://${pathname}`, { PGSERVICEFILE, PGSERVICE: 'mine' })
  await fails('postgresql:///?service=none', 'target', /no service file/, { PGSERVICEFILE })
  await fails(bare, 'target', /others can read it/, { PGPASSFILE: file('open', '*:*:*:*:x', 0o644) })
})

test('connections by name', async () => {
  const env = { LONGHAUL_CONNECTION_MY_APP: postgres.url }
  const endpoint = { kind: 'postgres' as const, connection: 'my-app', schema: 'public' }
  const client = await connect(endpoint, { home: folder, env, application: 'longhaul test' })
  await client.end()
  assert.throws(
    () => resolve({ ...endpoint, connection: 'nobody' }, { home: folder, env }),
    /knows no connection.*NOBODY/,
  )
  assert.ok(!JSON.stringify(resolve(endpoint, { home: folder, env })).includes(password))
})

test('each refusal in its own words', async () => {
  await fails(
    at(u => (u.password = 'wrong')),
    'target',
    /password authentication failed.*Check the password/,
  )
  await fails(bare, 'target', /asks for a password and none is known/)
  await fails(
    at(u => (u.pathname = '/nowhere')),
    'target',
    /database "nowhere" does not exist/,
  )
  await fails(
    at(u => (u.username = 'nobody_here')),
    'target',
    /password authentication failed/,
  )
  await fails(
    at(u => (u.port = '1')),
    'unavailable',
    /connection refused/,
  )
  await fails('postgresql:///x?host=/nonexistent', 'unavailable', /no socket of a server/)
  await fails(
    at(u => u.searchParams.set('sslmode', 'require')),
    'target',
    /speaks no TLS/,
  )
  await fails(
    at(u => u.searchParams.set('sslmode', 'verify-full')),
    'target',
    /needs a root certificate/,
  )
  await fails(
    at(u => u.searchParams.set('sslmode', 'maybe')),
    'target',
    /none of disable/,
  )
  await fails(
    at(u => u.searchParams.set('channel_binding', 'require')),
    'target',
    /channel binding/,
  )
  await fails(
    at(u => u.searchParams.set('colour', 'red')),
    'target',
    /parameter colour/,
  )
  await fails('not-a-known-name', 'target', /knows no connection/)
})

test('a server that takes a connection and says nothing', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  await fails(`postgresql://a@127.0.0.1:${port}/b?connect_timeout=1`, 'unavailable', /did not answer in time/)
  silent.close()
})

test('too many connections are worth another attempt', async () => {
  const client = await session(postgres.url)
  const role = "CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 1"
  await client.query(role)
  const url = at(u => Object.assign(u, { username: 'few', password: 'few' }))
  const first = await session(url)
  await fails(url, 'busy', /too many connections/)
  await first.end()
  await client.end()
})

test('a session that the server ends while idle fails on its next query, not the process', async () => {
  const [idle, other] = [await session(postgres.url), await session(postgres.url)]
  await terminate(other, await identify(idle))
  await assert.rejects(idle.query('SELECT 1'))
  await idle.end().catch(() => {})
  await other.end()
})
