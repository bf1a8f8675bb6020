import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectionUrl, saveConnection } from '../../home/connections.ts'

const MODULE = new URL('../../home/connections.ts', import.meta.url).href

test('commands that save connections at the same time lose none', async t => {
  const home = mkdtempSync(join(tmpdir(), 'longhaul-connections-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const save = `const { saveConnection } = await import('${MODULE}')
    for (let i = 0; i < 10; i++) saveConnection(process.argv[1] + '-' + i, 'postgresql://h/' + i, process.argv[2])`
  const commands = ['a', 'b', 'c', 'd'].map(name =>
    spawn(process.execPath, ['--input-type=module', '-e', save, '--', name, home], { stdio: 'inherit' }),
  )
  for (const [code] of await Promise.all(commands.map(child => once(child, 'exit')))) assert.equal(code, 0)
  for (const name of ['a', 'b', 'c', 'd'])
    for (let i = 0; i < 10; i++) assert.equal(connectionUrl(`${name}-${i}`, home, {}), `postgresql://h/${i}`)
  assert.equal(statSync(join(home, 'connections.json')).mode & 0o777, 0o600)
})

test('the environment goes before the store', t => {
  const home = mkdtempSync(join(tmpdir(), 'longhaul-connections-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  saveConnection('my-db.1', 'postgresql://stored/', home)
  assert.equal(connectionUrl('my-db.1', home, {}), 'postgresql://stored/')
  const env = { LONGHAUL_CONNECTION_MY_DB_1: 'postgresql://given/' }
  assert.equal(connectionUrl('my-db.1', home, env), 'postgresql://given/')
  assert.equal(connectionUrl('other', home, env), undefined)
})
