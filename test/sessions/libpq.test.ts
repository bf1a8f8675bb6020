/** The password of a program of PostgreSQL: in a file of its owner alone, and not for longer than it takes. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { saveConnection } from '../../home/connections.ts'
import { libpqAccess } from '../../sessions/libpq.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-libpq-'))
after(() => rmSync(home, { recursive: true, force: true }))

test('what a killed attempt has left is gone with the next one', () => {
  saveConnection('db', 'postgresql://me:can%3Aary@127.0.0.1/app', home)
  const folder = join(home, 'backup')
  const access = () =>
    libpqAccess(
      { kind: 'postgres', connection: 'db', schema: 'public' },
      { home, env: { PGPASSWORD: 'canary', PATH: '/bin' }, application: 'a', folder },
    )
  const killed = access()
  const next = access()
  assert.notEqual(killed.env.PGPASSFILE, next.env.PGPASSFILE)
  assert.equal(readFileSync(next.env.PGPASSFILE!, 'utf8'), '*:*:*:*:can\\:ary\n')
  assert.equal(statSync(next.env.PGPASSFILE!).mode & 0o777, 0o600)
  assert.equal(readdirSync(folder).length, 1)
  assert.doesNotMatch(JSON.stringify(next.env), /ary/)
  next.forget()
  assert.deepEqual(readdirSync(folder), [])
})
