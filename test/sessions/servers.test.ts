/** Several servers in one connection: which are named, and which will do. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { parseEndpoint } from '../../model/endpoint.ts'
import { parsePostgresUrl, postgresUrlText } from '../../model/postgres-url.ts'
import { libpqAccess } from '../../sessions/libpq.ts'
import { resolve } from '../../sessions/resolve.ts'
import { unfit } from '../../sessions/servers.ts'
import { startPostgres } from '../support/postgres.ts'
import { session } from '../support/session.ts'
import { scratchHome } from '../support/temporal.ts'

const home = scratchHome()
after(() => home.stop())
const lookup = (env: NodeJS.ProcessEnv = {}) => ({ home: home.home, env: { HOME: home.home, ...env } })
const endpoint = (connection: string) => ({ kind: 'postgres' as const, connection, schema: 'public' })
const servers = (url: string, env?: NodeJS.ProcessEnv) =>
  resolve(endpoint(url), lookup(env)).servers.map(({ host, port }) => `${host} ${port}`)

test("libpq's rules for hosts and ports", () => {
  assert.deepEqual(servers('postgresql://u@h1:5433,h2/db'), ['h1 5433', 'h2 5432'])
  assert.deepEqual(servers('postgresql://u@[::1]:1,[fe80::2]:2/db'), ['::1 1', 'fe80::2 2'])
  assert.deepEqual(servers('postgresql:///db?host=a,b,/run&port=7'), ['a 7', 'b 7', '/run 7'])
  assert.deepEqual(servers('postgresql://u@/db?host=a,b&port=1,2'), ['a 1', 'b 2'])
  assert.deepEqual(servers('postgresql:///db', { PGHOST: 'x,y', PGPORT: '8,9' }), ['x 8', 'y 9'])
  assert.throws(() => servers('postgresql:///db?host=a,b,c&port=1,2'), /3 host\(s\) and 2 ports/)
  assert.throws(() => servers('postgresql://u@a,b:99999/db'), /port is no number/)
  assert.throws(
    () => servers('postgresql://u@a,b/db?target_session_attrs=best'),
    /target_session_attrs is none of/,
  )
})

test('an endpoint with several hosts holds no password, and reads the same again', () => {
  const url = 'postgres://ann:p%40ss@h1:1,h2:2/app?schema=x&target_session_attrs=read-write'
  const { endpoint, secretUrl } = parseEndpoint(url, { host: 'here', resolve: path => path })
  assert.deepEqual(endpoint, {
    kind: 'postgres',
    connection: 'postgresql://ann@h1:1,h2:2/app?target_session_attrs=read-write',
    schema: 'x',
  })
  assert.match(secretUrl!, /^postgresql:\/\/ann:p%40ss@h1:1,h2:2\/app/)
  for (const text of ['postgresql://u@h:1/d?a=b', 'postgresql:///d', 'postgresql://u@[::1]:5/d', secretUrl!])
    assert.equal(postgresUrlText(parsePostgresUrl(text)!), text)
})

test('programs of PostgreSQL get all of them, each with its password', () => {
  const { env, forget } = libpqAccess(endpoint('postgresql://u@h1:1,h2:2/db?target_session_attrs=primary'), {
    ...lookup({ PGPASSWORD: 'secret' }),
    ...{ application: 'a', folder: `${home.home}/programs` },
  })
  const { PGHOST, PGPORT, PGTARGETSESSIONATTRS } = env
  assert.deepEqual(
    { PGHOST, PGPORT, PGTARGETSESSIONATTRS },
    {
      ...{ PGHOST: 'h1,h2', PGPORT: '1,2', PGTARGETSESSIONATTRS: 'primary' },
    },
  )
  forget()
})

test('which servers will do', () => {
  const [primary, standby, frozen] = [
    { recovering: false, readOnly: false },
    { recovering: true, readOnly: true },
    { recovering: false, readOnly: true },
  ]
  const fit = (wanted: Parameters<typeof unfit>[1]) =>
    [primary, standby, frozen].map(stance => unfit(stance, wanted) === undefined)
  assert.deepEqual(fit('any'), [true, true, true])
  assert.deepEqual(fit('read-write'), [true, false, false])
  assert.deepEqual(fit('read-only'), [false, true, true])
  assert.deepEqual(fit('primary'), [true, false, true])
  assert.deepEqual(fit('standby'), [false, true, false])
})

test('the first that will do is taken; where none will, each is named with its reason', async () => {
  const postgres = await startPostgres()
  try {
    const { username, password, host, pathname } = new URL(postgres.url)
    const url = (hosts: string, wanted: string) =>
      `postgresql://${username}:${password}@${hosts}${pathname}?target_session_attrs=${wanted}`
    const client = await session(url(`127.0.0.1:1,${host}`, 'read-write'))
    await client.end()
    const reader = await session(url(`127.0.0.1:1,${host}`, 'prefer-standby'))
    await reader.end()
    await assert.rejects(session(url(`127.0.0.1:1,${host}`, 'standby')), (error: Error) => {
      assert.match(error.message, /none of 2 servers will do \(standby\)/)
      assert.match(error.message, /127\.0\.0\.1:1 .*connection refused/)
      assert.match(error.message, /is no standby/)
      assert.ok(!error.message.includes(password))
      return true
    })
  } finally {
    await postgres.stop()
  }
})
