import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { markOf } from '../../home/process.ts'
import { Failure } from '../../model/failure.ts'
import { temporalBinary } from '../../worker/temporal-binary.ts'
import { startTemporalServer } from '../../worker/temporal-server.ts'
import { scratchHome } from '../support/temporal.ts'

const scratch = scratchHome()
const { home } = scratch
const binary = () => temporalBinary()
let first: Awaited<ReturnType<typeof startTemporalServer>>

before(async () => {
  first = await startTemporalServer({ home, binary })
})
after(() => scratch.stop())

test('it listens on loopback, and its files are private', async () => {
  assert.match(first.address, /^127\.0\.0\.1:\d+$/)
  const page = await fetch(first.ui)
  assert.equal(page.status, 200)
  const folder = join(home, 'temporal')
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  for (const name of readdirSync(folder)) {
    // The server's journal comes and goes.
    const file = statSync(join(folder, name), { throwIfNoEntry: false })
    if (file && name !== 'server.pid') assert.equal(file.mode & 0o077, 0, name)
  }
})

test('killed, it comes back on its port with the state it had', async () => {
  await inTemporal(first.address, client =>
    client.workflow.start('waits-for-ever', { taskQueue: 'nobody', workflowId: 'kept' }),
  )
  const killed = first.pid()
  process.kill(killed, 'SIGKILL')
  const status = await eventually(() =>
    inTemporal(
      first.address,
      async client => (await client.workflow.getHandle('kept').describe()).status.name,
    ),
  )
  assert.equal(status, 'RUNNING')
  assert.notEqual(first.pid(), killed)
})

test('one that a killed worker left behind is adopted, and ended in the end', async () => {
  await first.stop()
  assert.equal(markOf(first.pid()), undefined)

  const left = await startAndDie(home)
  assert.ok(markOf(left.pid))
  const adopted = await startTemporalServer({
    home,
    binary: () => assert.fail('must not start a second one'),
  })
  assert.equal(adopted.pid(), left.pid)
  assert.equal(adopted.address, first.address)
  await adopted.stop()
  assert.equal(markOf(left.pid), undefined)
})

test('an adopted one that dies is started again', async () => {
  const left = await startAndDie(home)
  const adopted = await startTemporalServer({ home, binary })
  process.kill(left.pid, 'SIGKILL')
  await eventually(() => inTemporal(adopted.address, client => client.workflow.getHandle('kept').describe()))
  assert.notEqual(adopted.pid(), left.pid)
  await adopted.stop()
})

test('when somebody else has its port, it takes another and keeps its state', async () => {
  const [host, port] = first.address.split(':')
  const squatter = createServer().listen(Number(port), host)
  await once(squatter, 'listening')
  const moved = await startTemporalServer({ home, binary })
  assert.notEqual(moved.address, first.address)
  await inTemporal(moved.address, client => client.workflow.getHandle('kept').describe())
  await moved.stop()
  squatter.close()
})

test('a server that dies at once again and again is given up, with its last words', async t => {
  const other = scratchHome()
  t.after(() => other.stop())
  const broken = join(other.home, 'broken')
  writeFileSync(broken, '#!/bin/sh\necho no room on this machine >&2\nexit 1\n')
  chmodSync(broken, 0o700)
  await assert.rejects(
    startTemporalServer({ home: other.home, binary: async () => broken }),
    (error: unknown) =>
      error instanceof Failure && error.code === 'no-server' && /no room/.test(error.message),
  )
})

test('a broken binary in the cache is noticed and thrown away, and everything tried is named', async t => {
  const other = scratchHome()
  t.after(() => other.stop())
  const cached = join(other.home, 'longhaul', 'bin', 'temporal')
  mkdirSync(join(cached, '..'), { recursive: true })
  writeFileSync(cached, '', { mode: 0o700 })
  // Nothing listens on port 9, so this is a machine without a way out.
  const env = { PATH: other.home, XDG_CACHE_HOME: other.home, HTTPS_PROXY: 'http://127.0.0.1:9' }
  const all = /PATH \(not there\).*cached binary \(.*broken\).*download by the Temporal SDK \(.*go install \(/
  await assert.rejects(temporalBinary({ env }), all)
  assert.throws(() => readFileSync(cached), /ENOENT/)
})

async function inTemporal<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: 2000 })
  try {
    return await use(new Client({ connection }))
  } finally {
    await connection.close()
  }
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 15_000; ; await sleep(100)) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > end) throw error
    }
  }
}

/** Starts the server from a process that is killed then. */
async function startAndDie(where: string): Promise<{ pid: number }> {
  const source = (path: string) =>
    JSON.stringify(fileURLToPath(new URL(`../../worker/${path}`, import.meta.url)))
  const script = `
    import { temporalBinary } from ${source('temporal-binary.ts')}
    import { startTemporalServer } from ${source('temporal-server.ts')}
    const server = await startTemporalServer({ home: ${JSON.stringify(where)}, binary: () => temporalBinary() })
    process.stdout.write(JSON.stringify({ pid: server.pid() }), () => process.kill(process.pid, 'SIGKILL'))
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout, 'data')
  await once(child, 'exit')
  return JSON.parse(String(said)) as { pid: number }
}
