/** What the trials of this folder share: a PostgreSQL and a stack of their own, and a look at the worker. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import Database from 'better-sqlite3'
import { longhaul, type Said } from '../test/end-to-end/cli.ts'
import { type PostgresOptions, type ScratchPostgres, startPostgres } from '../test/support/postgres.ts'
import { type ScratchStack, startStack } from '../test/support/temporal.ts'
import { type HistorySize, historySizes } from './history.ts'

export interface Scene {
  server: ScratchPostgres
  stack: ScratchStack
  /** Runs a command beside the stack to its end. */
  run(words: string[]): Promise<Said>
  /** Makes a SQLite database; returns its path. */
  source(name: string, fill: (db: Database.Database) => void): string
  histories(run?: string): Promise<HistorySize[]>
}

/** Gives `work` a scene, and clears it away whatever happens. */
export async function withScene(
  work: (scene: Scene) => Promise<void>,
  options: PostgresOptions = {},
): Promise<void> {
  const [server, stack] = await Promise.all([startPostgres({ ...options, own: true }), startStack()])
  const connection = await Connection.connect({ address: stack.address })
  try {
    await work({
      ...{ server, stack },
      run: words => longhaul(words, { env: stack.env }),
      source: (name, fill) => makeSource(join(stack.home, `${name}.db`), fill),
      histories: run => historySizes(new Client({ connection }), run),
    })
  } finally {
    await connection.close()
    await Promise.all([server.stop(), stack.stop()])
  }
}

function makeSource(path: string, fill: (db: Database.Database) => void): string {
  const db = new Database(path)
  db.transaction(() => fill(db))()
  db.close()
  return path
}

/** A process as the system sees it now. */
export interface ProcessFigures {
  /** Resident memory now and at most, MB. */
  mb: number
  mostMb: number
  files: number
  /** Sockets among the files. */
  sockets: number
  threads: number
}

export function processFigures(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
  const open = readdirSync(`/proc/${pid}/fd`).map(fd => linkOf(`/proc/${pid}/fd/${fd}`))
  return {
    ...{ mb: Math.round(field('VmRSS') / 1024), mostMb: Math.round(field('VmHWM') / 1024) },
    ...{ files: open.length, sockets: open.filter(to => to.startsWith('socket:')).length },
    threads: field('Threads'),
  }
}

/** A file may be closed between the listing and the look. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
