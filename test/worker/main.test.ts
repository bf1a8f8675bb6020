import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { markOf } from '../../home/process.ts'
import { liveUsers, readStack } from '../../home/stack.ts'
import { runningServer } from '../../worker/temporal-process.ts'
import { until } from '../scenarios/until.ts'
import { type ScratchHome, scratchHome, startStack } from '../support/temporal.ts'

const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

test('a worker that is killed leaves its server to the next one', async t => {
  const stack = await startStack()
  t.after(() => stack.stop())
  const server = runningServer(stack.home)?.pid
  assert.ok(server)
  stack.worker.kill('SIGKILL')
  await once(stack.worker, 'exit')
  assert.equal(readStack(stack.home), undefined)
  assert.equal(runningServer(stack.home)?.pid, server)

  await stack.startWorker()
  assert.equal(readStack(stack.home)?.address, stack.address)
  assert.equal(runningServer(stack.home)?.pid, server)
})

test('a worker whose command is killed ends, and its server with it', async t => {
  const scratch = scratchHome()
  t.after(() => scratch.stop())
  const command = await startCommand(scratch)
  const worker = readStack(scratch.home)!
  const server = runningServer(scratch.home)!
  command.kill('SIGKILL')
  await gone(worker.pid)
  await gone(server.pid)
  assert.equal(readStack(scratch.home), undefined)
})

test('a stack stays while another command uses it, and ends after the last one', async t => {
  const scratch = scratchHome()
  t.after(() => scratch.stop())
  const first = await startCommand(scratch)
  const { pid } = readStack(scratch.home)!
  const second = await startCommand(scratch)
  assert.deepEqual(new Set(liveUsers(scratch.home)), new Set([first.pid, second.pid]))

  first.kill('SIGKILL')
  await once(first, 'exit')
  await sleep(1500)
  assert.equal(readStack(scratch.home)?.pid, pid)
  second.kill('SIGKILL')
  await gone(pid)
  assert.equal(runningServer(scratch.home), undefined)
})

test('of two workers one runs the stack, and the other takes over when it is killed', async t => {
  const scratch = scratchHome()
  t.after(() => scratch.stop())
  const commands = await Promise.all([startCommand(scratch), startCommand(scratch)])
  const first = readStack(scratch.home)!
  process.kill(first.pid, 'SIGKILL')
  const next = await until('another stack', () => {
    const stack = readStack(scratch.home)
    return stack && stack.pid !== first.pid ? stack : undefined
  })
  assert.equal(next.address, first.address)
  for (const command of commands) command.kill('SIGKILL')
  await gone(next.pid)
})

test('with no server to be had it ends with status 5 and says what was tried', async t => {
  const scratch = scratchHome()
  t.after(() => scratch.stop())
  const nowhere = { PATH: scratch.home, XDG_CACHE_HOME: scratch.home, HTTPS_PROXY: 'http://127.0.0.1:9' }
  const worker = spawn(process.execPath, [source('worker/main.ts'), '--embedded'], {
    env: { ...nowhere, LONGHAUL_HOME: scratch.home },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let words = ''
  worker.stderr.on('data', chunk => {
    words += chunk
  })
  const [status] = await once(worker, 'close')
  assert.equal(status, 5)
  assert.match(words, /no Temporal server can be had; tried .* Set TEMPORAL_ADDRESS/)
  assert.equal(words.trim().split('\n').length, 1)
})

/** A command: registers itself, forks a worker, stays when it is ready. */
async function startCommand({ env, home }: ScratchHome) {
  const script = `
    import { registerUser } from ${JSON.stringify(source('home/stack.ts'))}
    import { startWorker } from ${JSON.stringify(source('test/support/temporal.ts'))}
    registerUser(${JSON.stringify(home)})
    await startWorker(process.env)
    console.log('ready')
    setInterval(() => {}, 1000)
  `
  const words = ['--input-type=module', '-e', script]
  const command = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([
    once(command.stdout, 'data'),
    once(command, 'exit').then(() => assert.fail('it ended')),
  ])
  return command
}

const gone = (pid: number) => until(`the end of process ${pid}`, () => (markOf(pid) ? undefined : true))
