import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isAlive, markOf } from '../../home/process.ts'
import { liveUsers, lockStack, readStack, registerUser, removeStack, writeStack } from '../../home/stack.ts'

const PLACE = { address: '127.0.0.1:1', namespace: 'default', ui: 'http://127.0.0.1:2' }
let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'longhaul-stack-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

test('a stack is found while its process lives, and not when its pid went to another', () => {
  assert.equal(readStack(home), undefined)
  writeStack(PLACE, home)
  const stack = readStack(home)
  assert.equal(stack?.pid, process.pid)
  assert.deepEqual({ ...stack, ...PLACE }, stack)
  assert.equal(statSync(join(home, 'stack.json')).mode & 0o777, 0o600)

  writeFileSync(join(home, 'stack.json'), JSON.stringify({ ...stack, pidStart: 'another' }))
  assert.equal(readStack(home), undefined)

  writeStack(PLACE, home)
  removeStack(home)
  assert.equal(readStack(home), undefined)
})

test('a user counts until it releases, or dies', async () => {
  const release = registerUser(home)
  const again = registerUser(home)
  const child = startChild(`
    import { registerUser } from ${source('home/stack.ts')}
    registerUser(${JSON.stringify(home)})
  `)
  await once(child.stdout, 'data')
  assert.deepEqual(new Set(liveUsers(home)), new Set([process.pid, child.pid]))

  child.kill('SIGKILL')
  await once(child, 'exit')
  release()
  assert.deepEqual(liveUsers(home), [process.pid])
  again()
  assert.deepEqual(liveUsers(home), [])
  assert.deepEqual(readdirSync(join(home, 'users')), [])
})

test('one process has the lock, until it is killed', async () => {
  const child = startChild(`
    import { lockStack } from ${source('home/stack.ts')}
    globalThis.unlock = lockStack(${JSON.stringify(home)})
  `)
  await once(child.stdout, 'data')
  assert.equal(lockStack(home), undefined)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const unlock = lockStack(home)
  assert.ok(unlock)
  assert.equal(lockStack(home), undefined)
  unlock()
  lockStack(home)!()
})

test('a process that has ended has no mark, also before its parent took notice', async () => {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  const mark = markOf(child.pid!)
  assert.ok(mark && isAlive(mark))
  await once(child, 'exit')
  assert.equal(isAlive(mark), false)
  assert.equal(markOf(child.pid!), undefined)
})

const source = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../${path}`, import.meta.url)))

/** A process that does as told, says so, and stays. */
function startChild(script: string) {
  const words = ['--input-type=module', '-e', `${script}; console.log('done'); setInterval(() => {}, 1000)`]
  return spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
}
