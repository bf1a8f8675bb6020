/** Files, tables and programs for the tests of SQLite. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import type { Failure, FailureCode } from '../../../model/failure.ts'
import type { TablePlan } from '../../../model/plan.ts'
import type { Table } from '../../../model/schema.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'

/** A folder that is gone after the test. */
export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'longhaul-sqlite-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A database with what `sql` makes in it. */
export function database(t: TestContext, sql: string, fill?: (db: Database.Database) => void): string {
  const path = join(folder(t), 'app.db')
  const db = new Database(path)
  db.exec(sql)
  fill?.(db)
  db.close()
  return path
}

/** As the planner would have it, with all columns as text of any kind. */
export function planOf(table: Table, wide: string[] = [], largestRow?: number): TablePlan {
  const columns = table.columns.map(({ name }) =>
    columnPlan(name, { kind: 'text' }, { wide: wide.includes(name) }),
  )
  const { access, sql: sourceSql } = table
  return tablePlan(table.name, columns, {
    ...{ access, sourceSql },
    ...(largestRow !== undefined && { largestRow }),
  })
}

/** What must not change: the database and its side files, but the -shm, where readers keep their marks. */
export function hashes(path: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const side of ['', '-wal', '-journal']) {
    if (existsSync(path + side))
      found[side] = createHash('sha256')
        .update(readFileSync(path + side))
        .digest('hex')
  }
  return found
}

/** Names of the side files that exist. */
export function sidesOf(path: string): string[] {
  return ['-wal', '-shm', '-journal'].filter(side => existsSync(path + side))
}

/** Another program that runs `script` with `db` open on `path`; resolves when it prints. */
export async function program(t: TestContext, path: string, script: string): Promise<ChildProcess> {
  const code = `
    import Database from 'better-sqlite3'
    const db = new Database(process.argv[1])
    const ready = () => process.stdout.write('ready')
    const released = new Promise(resolve => process.stdin.once('data', resolve))
    ${script}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, '--', path], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => void child.kill('SIGKILL'))
  const early = once(child, 'exit').then(() => Promise.reject(new Error('the program ended early')))
  await Promise.race([once(child.stdout!, 'data'), early])
  early.catch(() => undefined)
  return child
}

/** Kills a program as a power cut would. */
export async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** For `assert.throws` and `assert.rejects`. */
export const failure =
  (code: FailureCode, message: RegExp) =>
  (error: unknown): boolean =>
    (error as Failure).code === code && message.test((error as Failure).message)
