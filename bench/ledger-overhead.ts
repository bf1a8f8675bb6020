/**
 * What the ledger and heartbeats cost: the same million rows copied by one lane as a run does it, and bare: one COPY
 * in one transaction, in a thread as well, with the digest of the rows and without it. Rounds are interleaved.
 * Usage: NODE_COMPILE_CACHE=FOLDER node bench/ledger-overhead.ts [rounds] [rows]
 * The cache lets threads start as fast as those of a build: from source they take five times as long.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { MockActivityEnvironment } from '@temporalio/testing'
import Database from 'better-sqlite3'
import pg from 'pg'
import { pino } from 'pino'
import { snapshotPath } from '../activities/artifacts.ts'
import { type Copied, copyChunks } from '../activities/copy-chunks.ts'
import { planChunks } from '../activities/plan-chunks.ts'
import { makeFolder, runFolder } from '../home/home.ts'
import type { TablePlan } from '../model/plan.ts'
import { digestFor } from '../stores/digest/digester.ts'
import { rawDigester } from '../stores/digest/raw.ts'
import { copyIn } from '../stores/postgres/copy-in.ts'
import { heardBy } from '../stores/raw-row.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import { registeredRun } from '../test/activities/registered-run.ts'
import { columnPlan, tablePlan } from '../test/support/plans.ts'
import { startPostgres } from '../test/support/postgres.ts'

interface Bare {
  url: string
  snapshot: string
  table: TablePlan
  digest: boolean
}

/** What a plan says that says nothing of chunks. */
const CHUNK_ROWS = 100_000
const [rounds, rows] = [Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 1_000_000)]

async function copyBare({ url, snapshot, table, digest }: Bare): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const source = openSqlite(snapshot)
  const raw = source.readRaw(table, {})
  if (!raw) throw new Error('a run copies this table from bytes, and here there are none')
  const add = rawDigester(digestFor(table, 'source'), table, raw.places)
  await client.query('BEGIN')
  await copyIn(client, table, digest ? heardBy(raw, add) : raw, () => {})
  await client.query('COMMIT')
  source.close()
  await client.end()
}

const inThread = (data: Bare) =>
  new Promise<void>((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    })
    thread.once('error', reject)
    thread.once('message', () => resolve())
  })

const TABLE: TablePlan = tablePlan(
  'item',
  [
    columnPlan('id', { kind: 'integer', bits: 64 }),
    columnPlan('name', { kind: 'text' }),
    columnPlan('price', { kind: 'float', bits: 64 }),
    columnPlan('note', { kind: 'text' }),
  ],
  {
    access: { by: 'rowid', name: 'id' },
    key: ['id'],
    ...{ rows, bytes: rows * 80, largestRow: 200 },
  },
)

function fill(path: string): void {
  const db = new Database(path)
  db.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, note TEXT)')
  const insert = db.prepare('INSERT INTO item VALUES (?, ?, ?, ?)')
  db.transaction(() => {
    for (let id = 1; id <= rows; id++)
      insert.run(id, `item ${id % 9973}`, id / 7, id % 3 === 0 ? null : `a note on ${id}, of some length`)
  })()
  db.close()
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const seconds = async (work: () => Promise<unknown>) => {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

async function main(): Promise<void> {
  const postgres = await startPostgres({ own: true, settings: { fsync: 'on' } })
  const home = mkdtempSync(join(tmpdir(), 'longhaul-bench-'))
  const snapshot = join(home, 'item.db')
  fill(snapshot)
  const create = 'CREATE TABLE public.item (id bigint, name text, price float8, note text)'
  let [beats, chunks] = [0, 0]
  const parts = {
    planning: [] as number[],
    around: [] as number[],
    claims: [] as number[],
    chunks: [] as number[],
  }
  const bare = async (digest: boolean) => {
    const url = await postgres.createDatabase()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(create)
    await client.end()
    return seconds(() => inThread({ url, snapshot, table: TABLE, digest }))
  }
  const asRun = async () => {
    const { client, place } = await registeredRun(postgres, home, [TABLE], create, {
      chunkRows: CHUNK_ROWS,
      chunkBytes: 64 * 1024 * 1024,
    })
    makeFolder(runFolder(place.run, home))
    const path = snapshotPath(home, place.run)
    new Database(snapshot).exec(`VACUUM INTO '${path}'`).close()
    const work = { home, host: 'here', log: pino({ level: 'silent' }) }
    const environment = new MockActivityEnvironment()
    environment.on('heartbeat', () => beats++)
    const planning = await seconds(() => environment.run(() => planChunks(work, { place, tables: ['item'] })))
    const lane = { place, tables: ['item'], owner: 'item/0', sweep: true }
    const copy = (): Promise<Copied> => environment.run(() => copyChunks(work, lane))
    const copying = await seconds(async () => {
      while ((await copy()).more);
    })
    const { rows: sums } = await client.query(
      `SELECT count(*)::int AS chunks, extract(epoch FROM sum(done_at - claimed_at))::float8 AS inside,
              extract(epoch FROM max(done_at) - min(claimed_at))::float8 AS span FROM longhaul.chunk`,
    )
    chunks = sums[0].chunks
    parts.planning.push(planning)
    parts.around.push(copying - sums[0].span)
    parts.claims.push(sums[0].span - sums[0].inside)
    parts.chunks.push(sums[0].inside)
    await client.end()
    rmSync(path)
    return planning + copying
  }
  const variants = { bare: () => bare(false), digested: () => bare(true), run: asRun }
  const times = { bare: [] as number[], digested: [] as number[], run: [] as number[] }
  const names = Object.keys(variants) as (keyof typeof variants)[]
  for (const name of names) await variants[name]()
  beats = 0
  for (let round = 0; round < rounds; round++)
    for (const name of names) times[name].push(await variants[name]())
  console.log(`${rows} rows, ${rounds} rounds after one to warm up, ${chunks} chunks, fsync on`)
  for (const name of names) {
    const all = times[name].map(time => time.toFixed(2)).join(' ')
    console.log(
      `${name.padEnd(9)} median ${median(times[name]).toFixed(2)} s, least ${Math.min(...times[name]).toFixed(2)} s (${all})`,
    )
  }
  const ratio = (a: number[], b: number[]) =>
    `${(median(a) / median(b)).toFixed(3)}, of the least ${(Math.min(...a) / Math.min(...b)).toFixed(3)}`
  console.log(`run / digested: ${ratio(times.run, times.digested)} (ledger, heartbeats and a second session)`)
  console.log(`digested / bare: ${ratio(times.digested, times.bare)} (the digest of all rows)`)
  console.log(`run / bare: ${ratio(times.run, times.bare)}`)
  const part = (name: keyof typeof parts) => median(parts[name]).toFixed(2)
  console.log(
    `of a run: ${part('planning')} s planning chunks, ${part('around')} s threads and sessions, ` +
      `${part('chunks')} s in chunks, ${part('claims')} s from each commit to the next claim`,
  )
  console.log(`heartbeats before throttling: ${(beats / rounds).toFixed(0)} a run`)
  await postgres.stop()
  rmSync(home, { recursive: true, force: true })
}

if (isMainThread) await main()
else {
  await copyBare(workerData as Bare)
  parentPort!.postMessage('done')
}
