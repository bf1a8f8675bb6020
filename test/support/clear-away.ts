/** Ends and deletes what tests make. Nothing here fails because it was done already. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { commandLine, isAlive, markOf } from '../../home/process.ts'
import { liveUsers, lockStack, readStack } from '../../home/stack.ts'
import { runningServer } from '../../worker/temporal-process.ts'

export type Thing =
  /** A PostgreSQL server: its data folder is `data` in this folder. */
  | { kind: 'postgres'; folder: string }
  /** A PgBouncer: its process id is in `pid` in this folder. */
  | { kind: 'pool'; folder: string }
  /** A database on somebody else's server. The URL is in the variable, as argv can be seen by all. */
  | { kind: 'database'; variable: string; name: string }
  /** A LONGHAUL_HOME, with whatever runs in it. */
  | { kind: 'home'; folder: string }

export async function clearAway(thing: Thing): Promise<void> {
  if (thing.kind === 'database') return dropDatabase(process.env[thing.variable]!, thing.name)
  if (thing.kind === 'postgres') await endNoted(thing.folder, join('data', 'postmaster.pid'), 'SIGQUIT')
  else if (thing.kind === 'pool') await endNoted(thing.folder, 'pid', 'SIGTERM')
  else await endStack(thing.folder)
  rmSync(thing.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/** SIGQUIT is PostgreSQL's immediate shutdown: its children end with it, which they do not after SIGKILL. */
async function endNoted(folder: string, name: string, signal: NodeJS.Signals): Promise<void> {
  const file = join(folder, name)
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : 0
  if (pid > 0 && commandLine(pid).includes(folder)) await end(pid, signal)
}

/**
 * Commands and worker first, as they would start the server again; once more until the lock is ours, as
 * one of them may have been starting.
 */
async function endStack(home: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const stack = readStack(home)
    for (const pid of liveUsers(home)) await end(pid, 'SIGKILL')
    if (stack) await end(stack.pid, 'SIGKILL')
    const server = runningServer(home)
    if (server) await end(server.pid, 'SIGKILL')
    const unlock = lockStack(home)
    unlock?.()
    if (unlock && !runningServer(home)) return
    await sleep(200)
  }
}

/** Ends a process, but not the test that asked for the cleaning. */
async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  const mark = markOf(pid)
  if (!mark || pid === process.ppid) return
  process.kill(pid, signal)
  for (let waited = 0; isAlive(mark) && waited < 5000; waited += 50) await sleep(50)
  if (isAlive(mark)) process.kill(pid, 'SIGKILL')
}

async function dropDatabase(server: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`)
  } finally {
    await client.end()
  }
}
