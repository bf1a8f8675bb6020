/**
 * A scene for a story about what a run survives: a real PostgreSQL, a SQLite file, a state folder, and the real
 * command line, whose processes (command, worker, Temporal server) can be killed one by one.
 */
import assert from 'node:assert/strict'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { readStack } from '../../home/stack.ts'
import { runningServer } from '../../worker/temporal-process.ts'
import { type PostgresOptions, type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import type { Cluster } from '../support/postgres-cluster.ts'
import { type ScratchHome, scratchHome } from '../support/temporal.ts'
import { type Command, type Ended, spawnCli } from './cli.ts'
import { installGates } from './gate.ts'
import { assertNothingLeft } from './leftovers.ts'
import { makeSource } from './source.ts'
import { assertMigrated } from './verify.ts'

/** Small chunks, two tables side by side, two lanes for the largest. */
const PLAN = 'version: 1\nhow: { chunk_rows: 2000, chunk_bytes: 1048576, tables: 2, lanes: 2 }\n'
const NAME = 'parcels'

/** What the stories of one file share: a server of their own (gates need a superuser) and a source. */
export interface World {
  cluster: Cluster
  scene(t: TestContext): Promise<Scene>
  stop(): Promise<void>
}

/** @param make fills the source that all scenes copy */
export async function startWorld(options: PostgresOptions = {}, make = makeSource): Promise<World> {
  const server = await startPostgres({ ...options, own: true })
  const files = scratchHome()
  const source = join(files.home, 'source.db')
  make(source)
  const stop = async () => {
    await server.stop()
    await files.stop()
  }
  return { cluster: server.cluster!, scene: t => openScene(t, server, source), stop }
}

export interface Scene {
  name: string
  /** The SQLite file; every scene has its own. */
  source: string
  /** The target database, as its superuser. */
  url: string
  /** The role of the migration: no superuser, owner of what it makes. */
  role: string
  /** The target's URL for that role. */
  login: string
  /** A session of the test's own in the target; gates are held by it. */
  client: pg.Client
  home: string
  env: NodeJS.ProcessEnv
  /** Starts `longhaul full` with this scene's source, target and plan. */
  full(flags?: string[], env?: NodeJS.ProcessEnv): Command
  /** Runs any command of longhaul to its end. */
  run(words: string[]): Promise<Ended>
  /** Kills a process of the stack with SIGKILL; gives its process id. */
  kill(which: 'worker' | 'server'): number
  serverPid(): number | undefined
  /** Drops the target and makes an empty one of the same name, with gates. */
  remakeTarget(): Promise<void>
  /** Another state folder. */
  otherHome(): ScratchHome
  /** The same command once more has to end well, with every row in its place and nothing left over. */
  assertEndsWell(ended: Ended): Promise<void>
}

async function openScene(t: TestContext, server: ScratchPostgres, original: string): Promise<Scene> {
  const { home, env, stop } = scratchHome()
  t.after(stop)
  // Not in the state folder, but cleared away like one, also when the test is killed.
  const files = scratchHome()
  t.after(files.stop)
  const source = join(files.home, 'parcels.db')
  copyFileSync(original, source)
  const plan = join(files.home, 'plan.yaml')
  writeFileSync(plan, PLAN)
  const url = await server.createDatabase()
  const { role, login } = await makeRole(url)
  const words = ['--from', `sqlite:${source}`, '--to', login, '--plan', plan, '--id', NAME]
  const scene: Scene = {
    ...{ name: NAME, source, url, home, env, role, login },
    client: await session(t, url),
    full: (flags = [], over = env) => spawnCli(['full', ...words, ...flags], over),
    run: given => spawnCli(given, env).ended,
    kill: which => killed(home, which),
    serverPid: () => runningServer(home)?.pid,
    remakeTarget: async () => {
      await remake(server.cluster!.url, url)
      await mayCreate(scene.url, role)
      scene.client = await session(t, url)
      await installGates(scene.client)
    },
    otherHome: () => {
      const other = scratchHome()
      t.after(other.stop)
      return other
    },
    assertEndsWell: async ended => {
      assert.equal(ended.status, 0, `${ended.err}\n${ended.out}`)
      await assertMigrated(source, scene.client)
      await assertNothingLeft(home, scene.client)
    },
  }
  await installGates(scene.client)
  return scene
}

async function makeRole(url: string): Promise<{ role: string; login: string }> {
  const login = new URL(url)
  const role = `mover_${login.pathname.slice(-8)}`
  await onServer(url, `CREATE ROLE ${role} LOGIN PASSWORD 'moves'`)
  await mayCreate(url, role)
  login.username = role
  login.password = 'moves'
  return { role, login: login.href }
}

async function mayCreate(url: string, role: string): Promise<void> {
  const database = decodeURIComponent(new URL(url).pathname.slice(1))
  await onServer(
    url,
    `GRANT CREATE ON DATABASE "${database}" TO ${role}; GRANT CREATE ON SCHEMA public TO ${role}`,
  )
}

async function onServer(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

/** A session that a crash of the server may end without ending the test. */
export async function session(t: TestContext, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'scenario' })
  client.on('error', () => {})
  await client.connect()
  t.after(() => client.end().catch(() => {}))
  return client
}

function killed(home: string, which: 'worker' | 'server'): number {
  const pid = which === 'worker' ? readStack(home)?.pid : runningServer(home)?.pid
  assert.ok(pid, `there is no ${which}`)
  process.kill(pid, 'SIGKILL')
  return pid
}

async function remake(server: string, url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1))
  await onServer(server, `DROP DATABASE "${name}" WITH (FORCE)`, `CREATE DATABASE "${name}"`)
}

/** How many chunks of a table are committed, and how many there are. */
export async function chunks(client: pg.Client, table: string): Promise<{ done: number; all: number }> {
  const { rows } = await client.query(
    `SELECT count(*) FILTER (WHERE done)::int AS done, count(*)::int AS all
       FROM longhaul.chunk WHERE table_name = $1`,
    [table],
  )
  return rows[0]
}

/** The runs that the target's ledger knows, the oldest first. */
export async function runs(client: pg.Client): Promise<{ id: string; state: string }[]> {
  const { rows } = await client.query('SELECT id, state FROM longhaul.run ORDER BY started_at')
  return rows
}

/** That the copy of a table is in its middle: something is committed, and not everything. */
export async function assertMidCopy(client: pg.Client, table: string): Promise<void> {
  const { done, all } = await chunks(client, table)
  assert.ok(done > 0 && done < all, `${done} of ${all} chunks of ${table} are done`)
}

/** Says in the test's output how long something took that nobody asserts. */
export function stopwatch(t: TestContext, what: string): () => void {
  const began = performance.now()
  return () => t.diagnostic(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
}
