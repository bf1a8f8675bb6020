/**
 * PostgreSQL as the source, longhaul beside its peers in turn, on the same rows: PostgreSQL → PostgreSQL beside pgcopydb
 * and pg_dump with pg_restore (two jobs each), PostgreSQL → SQLite beside `psql \copy` into `.import`. longhaul compares
 * every row as well; its peers compare none.
 *
 *     node bench/from-postgres.ts [ROWS=2000000] [ROUNDS=3] [SOURCES]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReportDocument } from '../model/report/document.ts'
import { LONGHAUL } from '../test/end-to-end/cli.ts'
import { type Server, startServer } from './server.ts'
import { describe, type Source, source } from './sources.ts'
import { startTrialStack } from './stack.ts'
import { spread } from './statistics.ts'
import { missing } from './trials/programs.ts'

const ROWS = Number(process.argv[2] ?? 2_000_000)
const ROUNDS = Number(process.argv[3] ?? 3)
const SOURCES = process.argv[4] ?? join(tmpdir(), 'longhaul-sources')

/** One way; gives the seconds of its parts where it knows them. */
interface Way {
  name: string
  to: 'postgres' | 'sqlite'
  run: () => Promise<Record<string, number>>
}

const server = await startServer()
const stack = await startTrialStack(server.env)
const folder = mkdtempSync(join(tmpdir(), 'longhaul-from-postgres-'))
const file = join(folder, 'target.db')
const [from, to] = ['origin', 'trial'].map(server.url) as [string, string]
try {
  mkdirSync(SOURCES, { recursive: true, mode: 0o700 })
  const rows = source('documents', ROWS, SOURCES)
  await server.create('origin')
  await longhaul(['full', '--from', `sqlite:${rows.path}`, '--to', from])
  await server.session('origin', async client => void (await client.query('DROP SCHEMA longhaul CASCADE')))
  await rounds(rows)
} finally {
  await stack.stop()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function rounds(rows: Source): Promise<void> {
  const absent = await missing('pgcopydb')
  if (absent) console.log(`left out: ${absent}`)
  const ways = all(rows).filter(({ name }) => !absent || name !== 'pgcopydb')
  const times = new Map<string, number[]>()
  for (let round = ROUNDS > 1 ? 0 : 1; round <= ROUNDS; round++)
    for (const way of ways) {
      const parts = await played(way, rows)
      const said = Object.entries(parts).map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`)
      console.log(`${round === 0 ? 'warm-up' : `round ${round}`}, ${way.name}: ${said.join(', ')}`)
      if (round === 0) continue
      for (const [name, seconds] of Object.entries(parts)) {
        const key = `${way.name}: ${name}`
        times.set(key, [...(times.get(key) ?? []), seconds])
      }
    }
  for (const [key, seconds] of times) {
    const { median, least, most } = spread(seconds)
    console.log(`${key} ${median.toFixed(2)} s (${least.toFixed(2)} to ${most.toFixed(2)})`)
  }
}

/** @throws Error where not every row is there afterwards */
async function played({ to, run }: Way, rows: Source): Promise<Record<string, number>> {
  await server.drop('trial')
  await server.create('trial')
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  const began = performance.now()
  const parts = await run()
  const whole = (performance.now() - began) / 1000
  const there = to === 'sqlite' ? describe(file).tables : await counted(server, rows)
  for (const { name, rows: wanted } of rows.tables)
    if (there.find(table => table.name === name)?.rows !== wanted)
      throw new Error(`rows of ${name} are missing`)
  return { whole, ...parts }
}

function counted(server: Server, { tables }: Source) {
  return server.session('trial', async client => {
    const found: { name: string; rows: number }[] = []
    for (const { name } of tables) {
      const { rows } = await client.query(`SELECT count(*) AS n FROM public.${name}`)
      found.push({ name, rows: Number(rows[0].n) })
    }
    return found
  })
}

function all(rows: Source): Way[] {
  const program = (name: string) => join(server.binDir, name)
  return [
    {
      name: 'longhaul to postgres',
      to: 'postgres',
      run: () => longhaul(['full', '--from', from, '--to', to]),
    },
    {
      name: 'pgcopydb',
      to: 'postgres',
      run: () =>
        command('pgcopydb', [
          ...['clone', '--source', from, '--target', to, '--dir', join(folder, 'pgcopydb')],
          ...['--table-jobs', '2', '--index-jobs', '2', '--restart', '--no-role-passwords'],
        ]),
    },
    {
      name: 'pg_dump and pg_restore',
      to: 'postgres',
      run: async () => {
        const dump = join(folder, 'dump')
        rmSync(dump, { recursive: true, force: true })
        await command(program('pg_dump'), ['-Fd', '-Z0', '-j2', '-f', dump, from])
        await command(program('pg_restore'), ['-j2', '-d', to, dump])
        return {}
      },
    },
    {
      name: 'longhaul to sqlite',
      to: 'sqlite',
      run: () => longhaul(['full', '--from', from, '--to', `sqlite:${file}`]),
    },
    { name: 'psql into .import', to: 'sqlite', run: () => imported(rows) },
  ]
}

/** What people do by hand: the tables as they were, the rows by CSV, then the indexes. */
async function imported({ path, tables }: Source): Promise<Record<string, number>> {
  const schema = await said('sqlite3', [path, '.schema --nosys'])
  const statements = schema
    .split(/;\n/)
    .map(text => text.trim())
    .filter(Boolean)
  const isTable = (text: string) => text.startsWith('CREATE TABLE')
  const pragmas = 'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;'
  await said('sqlite3', [file, `${pragmas}${statements.filter(isTable).join(';')};`])
  for (const { name, columns } of tables) {
    const list = columns.map(column => column.name).join(', ')
    const copy = `"$PSQL" -qX -d "$FROM" -c '\\copy (SELECT ${list} FROM public.${name}) TO STDOUT CSV'`
    const load = `sqlite3 -csv "$FILE" 'PRAGMA synchronous=NORMAL' '.import /dev/stdin ${name}'`
    await command('bash', ['-e', '-o', 'pipefail', '-c', `${copy} | ${load} > /dev/null`], {
      ...{ PSQL: join(server.binDir, 'psql'), FROM: from, FILE: file },
    })
  }
  await said('sqlite3', [file, `${statements.filter(text => !isTable(text)).join(';')};`])
  return {}
}

/** Runs it to status 0; gives the seconds of its steps. */
async function longhaul(words: string[]): Promise<Record<string, number>> {
  const out = await said(process.execPath, [LONGHAUL, ...words, '--json', '--quiet', '--yes'], stack.env)
  const { result } = JSON.parse(out) as { result: { report: { json: string } } }
  const report = JSON.parse(readFileSync(result.report.json, 'utf8')) as ReportDocument
  const seconds = (name: string) => {
    const step = report.steps.find(one => one.name === name)
    return step?.startedAt && step.endedAt
      ? (Date.parse(step.endedAt) - Date.parse(step.startedAt)) / 1000
      : 0
  }
  return Object.fromEntries(['preflight', 'copy', 'finish', 'validate'].map(name => [name, seconds(name)]))
}

async function command(
  program: string,
  words: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Record<string, number>> {
  await said(program, words, env)
  return {}
}

/** Standard output. @throws Error with the end of what it said where the status is not 0 */
async function said(program: string, words: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(program, words, {
    env: { ...process.env, ...server.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', chunk => (out += chunk))
  child.stderr.setEncoding('utf8').on('data', chunk => (err += chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${`${out}\n${err}`.slice(-1500)}`)
  return out
}
