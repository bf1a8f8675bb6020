/**
 * The worker process. `node worker/main.ts` joins the Temporal cluster of the usual client environment;
 * with `--embedded` it finds or starts the server of this state folder first. Forked by a command, it
 * reports by `StackMessage`s and ends when that command is gone and nobody else uses the stack.
 */
import { flushCompileCache } from 'node:module'
import type { Logger } from 'pino'
import { collectAll } from '../home/collect.ts'
import { homeFolder, makeFolder } from '../home/home.ts'
import { liveUsers, type StackPlace } from '../home/stack.ts'
import { EXIT, exitOf, Failure, type FailureFacts } from '../model/failure.ts'
import { connect, joinCluster } from './connect.ts'
import { embeddedStack, type OwnStack } from './embedded.ts'
import { isWanted, orphaned, signalled, tell, unused, wasForked, withoutStack } from './lifetime.ts'
import { installRuntime, openLog } from './log.ts'
import { type RunningWorker, runWorker } from './worker.ts'

process.umask(0o077)
const home = makeFolder(homeFolder())
const log = openLog(home, !wasForked)
const ended = signalled()
const alone = orphaned()

try {
  installRuntime(log)
  await (process.argv.includes('--embedded') ? serveEmbedded() : serveCluster())
  process.exit(EXIT.complete)
} catch (error) {
  process.exit(await report(error, log))
}

/** Runs workers on a server that others look after. */
async function serveCluster(): Promise<void> {
  const { connection, address, namespace } = await joinCluster(say)
  const worker = await runWorker({ connection, namespace, home, log })
  await ready({ address, namespace })
  await lifeOf(worker, [ended, alone])
  await connection.close()
}

/** Runs the stack of this home. While another process does, this one stands by to take over. */
async function serveEmbedded(): Promise<void> {
  for (;;) {
    const stack = await embeddedStack({ home, say, wanted: () => isWanted(home) })
    if (!stack) return
    if ('server' in stack) return runStack(stack)
    await ready(stack)
    const over = Promise.race([ended, alone]).then(() => true)
    if (await Promise.race([over, withoutStack(home).then(() => false)])) return
  }
}

async function runStack(stack: OwnStack): Promise<void> {
  try {
    const { address, namespace, ui } = stack.server
    const connection = await connect({ address })
    const worker = await runWorker({ connection, namespace, home, log })
    stack.announce()
    await ready({ address, namespace, ui })
    await lifeOf(worker, [ended, nobodyLeft(stack), stack.server.failed])
    await connection.close()
  } finally {
    await stack.close()
  }
}

/** The stack takes its record away before it looks for users; see `home/stack.ts` for why. */
async function nobodyLeft(stack: OwnStack): Promise<void> {
  await alone
  for (;;) {
    await unused(home)
    stack.withdraw()
    if (liveUsers(home).length === 0) return
    stack.announce()
  }
}

/** Runs until one of the ends comes, then lets the activities finish. */
async function lifeOf(worker: RunningWorker, ends: Promise<void>[]): Promise<void> {
  const end = Promise.race(ends).finally(worker.shutdown)
  await Promise.all([worker.done, Promise.race([end, worker.done])])
}

async function ready(place: StackPlace): Promise<void> {
  log.info(place, 'worker ready')
  await tell({ type: 'ready', ...place })
  settleDown()
}

/** Gives back what only the start needed, 16 MB, and keeps what was compiled: a worker that is killed would keep nothing. */
function settleDown(): void {
  flushCompileCache()
  collectAll()
}

function say(line: string): void {
  log.info(line)
  void tell({ type: 'say', line })
}

async function report(error: unknown, to: Logger): Promise<number> {
  const facts: FailureFacts =
    error instanceof Failure ? error.facts : { code: 'internal', message: (error as Error).message }
  to.error({ err: error }, 'worker failed')
  await tell({ type: 'failed', facts })
  if (!wasForked) console.error(new Failure(facts).message)
  return exitOf(facts.code)
}
