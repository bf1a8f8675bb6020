/**
 * Files out and in, as whole runs beside a script with the libraries alone (`peers/files.ts`): one table of ten columns in SQLite into
 * each format, and from there into a new SQLite database. longhaul reads each file again and compares every cell, keeps a record
 * and finds types; the script does none of it. The peak is that of longhaul's worker over all that it has done before.
 *
 *     node bench/files.ts [ROWS=1000000] [ROUNDS=3] [ROWS_XLSX=200000]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { LONGHAUL } from '../test/end-to-end/cli.ts'
import { memoryOf, resetMost } from './processes.ts'
import { startTrialStack } from './stack.ts'
import { spread } from './statistics.ts'

const ROWS = Number(process.argv[2] ?? 1_000_000)
const ROUNDS = Number(process.argv[3] ?? 3)
const ROWS_XLSX = Number(process.argv[4] ?? 200_000)
const PEER = new URL('./peers/files.ts', import.meta.url).pathname

const stack = await startTrialStack({})
const folder = mkdtempSync(join(tmpdir(), 'longhaul-files-'))
try {
  for (const [format, rows] of [
    ['csv', ROWS],
    ['jsonl', ROWS],
    ['xlsx', ROWS_XLSX],
  ] as const)
    await trial(format, rows)
} finally {
  await stack.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** Both ways of one format, longhaul and the script in turn. */
async function trial(format: string, rows: number): Promise<void> {
  const source = makeSource(rows)
  const figures = new Map<string, { seconds: number[]; peak: number }>()
  for (let round = 1; round <= ROUNDS; round++) {
    const out = join(folder, `${format}-${round}`)
    const file = join(folder, `peer-${round}.${format}`)
    const [to, peerTo] = [join(folder, 'in.db'), join(folder, 'peer.db')]
    await timed(figures, 'longhaul out', () =>
      longhaul(['export', '--from', `sqlite:${source}`, '--to', `${format}:${out}`]),
    )
    await timed(figures, 'script out', () => script('out', format, source, file))
    // Without what longhaul has noted beside them: types are to be found out.
    for (const name of readdirSync(out))
      if (name.endsWith('.json') && format !== 'json') rmSync(join(out, name))
    await timed(figures, 'longhaul in', () =>
      longhaul(['import', '--from', `${format}:${file}`, '--to', `sqlite:${to}`]),
    )
    await timed(figures, 'script in', () => script('in', format, peerTo, file))
    for (const path of [out, file, to, peerTo]) rmSync(path, { recursive: true, force: true })
  }
  for (const [name, { seconds, peak }] of figures) {
    const { median, least, most } = spread(seconds)
    const pace = Math.round(rows / median / 1000)
    console.log(
      `${format}, ${rows} rows, ${name}: ${median.toFixed(1)} s (${least.toFixed(1)} to ${most.toFixed(1)}), ${pace}k rows/s, peak ${Math.round(peak / 1024 / 1024)} MiB`,
    )
  }
  rmSync(source)
}

/** @param play gives the peak of resident memory, bytes */
async function timed(
  figures: Map<string, { seconds: number[]; peak: number }>,
  name: string,
  play: () => Promise<number>,
): Promise<void> {
  const began = performance.now()
  const peak = await play()
  const found = figures.get(name) ?? { seconds: [], peak: 0 }
  found.seconds.push((performance.now() - began) / 1000)
  figures.set(name, { ...found, peak: Math.max(found.peak, peak) })
}

async function longhaul(words: string[]): Promise<number> {
  resetMost(stack.worker)
  await said(process.execPath, [LONGHAUL, ...words, '--json', '--quiet', '--yes'], stack.env)
  return memoryOf(stack.worker).most
}

async function script(...words: string[]): Promise<number> {
  const out = await said(process.execPath, [PEER, ...words])
  return (JSON.parse(out) as { peak: number }).peak
}

function makeSource(rows: number): string {
  const path = join(folder, 'source.db')
  const db = new Database(path)
  db.exec(`
    CREATE TABLE sale (
      id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, sku TEXT NOT NULL, title TEXT, quantity INTEGER, price REAL,
      paid BOOLEAN, sold_on DATE, seen_at TIMESTAMP, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO sale SELECT i, i * 7 % 100003, printf('%08d', i % 50021), 'Title of no. ' || i, i % 13, i / 8.0, i % 2,
      date('2020-01-01', (i % 1500) || ' days'), datetime('2020-01-01', (i % 900000) || ' seconds'),
      CASE WHEN i % 5 = 0 THEN NULL WHEN i % 7 = 0 THEN 'a "quoted", text' ELSE 'note ' || i END FROM n`)
  db.close()
  return path
}

/** Standard output. @throws Error with the end of what it said where the status is not 0 */
async function said(program: string, words: string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', chunk => (out += chunk))
  child.stderr.setEncoding('utf8').on('data', chunk => (err += chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${`${out}\n${err}`.slice(-1500)}`)
  return out
}
