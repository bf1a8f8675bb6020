/**
 * What the stories of one file share: a PostgreSQL of their own, a running stack (as after `longhaul up`), a
 * folder for files. Everything is gone afterwards.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after } from 'node:test'
import Database from 'better-sqlite3'
import pg from 'pg'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { type ScratchStack, startStack } from '../support/temporal.ts'
import { longhaul, type Said } from './cli.ts'

export interface World {
  server: ScratchPostgres
  stack: ScratchStack
  /** For the files of the stories. */
  folder: string
  /** Runs a command beside the stack; `env` goes over its environment. */
  run(words: string[], env?: NodeJS.ProcessEnv): Promise<Said>
  /** Makes a SQLite database in a folder of its own; returns its path. */
  source(content: string | ((db: Database.Database) => void)): string
  /** Makes an empty database in the server, with whatever the statements say. */
  target(sql?: string): Promise<Target>
}

export interface Target {
  url: string
  /** Rows of a statement, each an array of its cells. */
  rows(sql: string, values?: unknown[]): Promise<unknown[][]>
}

export async function openWorld(): Promise<World> {
  const [server, stack] = await Promise.all([startPostgres({ own: true }), startStack()])
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-story-'))
  after(async () => {
    await Promise.all([server.stop(), stack.stop()])
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    ...{ server, stack, folder },
    run: (words, env = {}) => longhaul(words, { env: { ...stack.env, ...env }, cwd: folder }),
    source: content => makeSource(folder, content),
    target: sql => makeTarget(server, sql),
  }
}

function makeSource(folder: string, content: string | ((db: Database.Database) => void)): string {
  const path = join(mkdtempSync(join(folder, 'source-')), 'app.db')
  const db = new Database(path)
  // As SQLite's own shell has it: real databases hold rows that break their foreign keys.
  db.pragma('foreign_keys = OFF')
  if (typeof content === 'string') db.exec(content)
  else content(db)
  db.close()
  return path
}

async function makeTarget(server: ScratchPostgres, sql = ''): Promise<Target> {
  const url = await server.createDatabase()
  const target = { url, rows: (text: string, values?: unknown[]) => query(url, text, values) }
  if (sql) await query(url, sql)
  return target
}

/** One statement in a session of its own; several without values. */
export async function query(url: string, text: string, values?: unknown[]): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const result = await client.query({ text, rowMode: 'array', ...(values && { values }) })
    return Array.isArray(result) ? result.at(-1).rows : result.rows
  } finally {
    await client.end()
  }
}

/** Every relation, schema and function that is not PostgreSQL's own, as one sorted list. */
export async function objectsOf(url: string): Promise<string[]> {
  const rows = await query(
    url,
    `SELECT 'schema ' || nspname AS name FROM pg_namespace
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
     UNION ALL
     SELECT relkind::text || ' ' || relnamespace::regnamespace::text || '.' || relname FROM pg_class
      WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
     ORDER BY 1`,
  )
  return rows.map(([name]) => String(name))
}

/** The bytes of a file and the names beside it: what must not change where only reading is allowed. */
export function imprint(path: string): { hash: string; beside: string[] } {
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex')
  return { hash, beside: readdirSync(dirname(path)).filter(name => name.startsWith(basename(path))) }
}
