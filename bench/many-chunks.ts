/**
 * Very many chunks of next to nothing (a row each), end to end: what a chunk costs the worker, PostgreSQL and Temporal
 * by itself, whether that grows with the number of chunks, and how large the ledger gets.
 *
 *     node bench/many-chunks.ts [CHUNKS=100000] [LANES=4] [--old-snapshot]
 *
 * PostgreSQL works without fsync: two commits a chunk would measure the disk.
 *
 * With `--old-snapshot` another session keeps a snapshot open meanwhile, as a long query or a dump does: nothing that is
 * done can be cleared away then.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import pg from 'pg'
import { runningServer } from '../worker/temporal-process.ts'
import { sizeLines } from './history.ts'
import { type Cpu, Meter } from './meter.ts'
import { processFigures, type Scene, withScene } from './scene.ts'

const [CHUNKS = 100_000, LANES = 4] = process.argv.slice(2).map(Number).filter(Number.isFinite)
const OLD_SNAPSHOT = process.argv.includes('--old-snapshot')
/** So long that the table is no small one: those have one lane. */
const NOTE = 'a note that is there to be long, and says nothing more'

await withScene(trial)

async function trial(scene: Scene): Promise<void> {
  const { stack, server, run, source, histories } = scene
  const plan = join(stack.home, 'plan.json')
  writeFileSync(plan, JSON.stringify({ version: 1, how: { chunk_rows: 1, chunk_bytes: 4096, lanes: LANES } }))
  const words = ['full', '--from', `sqlite:${source('chunks', fill)}`, '--to', server.url]
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  if (OLD_SNAPSHOT) await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT txid_current()')
  const meter = measured(scene)
  const sizes: Size[] = []
  const look = setInterval(
    () => sizes.push({ at: Date.now(), mb: processFigures(stack.worker.pid!).mb }),
    1000,
  )
  const ended = await run([...words, '--plan', plan, '--id', 'chunks', '--yes'])
  meter.stop()
  clearInterval(look)
  if (OLD_SNAPSHOT) await client.query('COMMIT')
  console.log(
    `${CHUNKS} chunks, ${LANES} lanes${OLD_SNAPSHOT ? ', an old snapshot' : ''}: status ${ended.status}`,
  )
  if (ended.status !== 0) return client.end().then(() => console.log(ended.all.slice(-3000)))
  console.log(ended.err.match(/.*: done.*/g)?.join('\n'))
  await tellTenths(client, meter, sizes)
  await tellLedger(client)
  console.log('all of it, seconds of processor', meter.used())
  console.log('worker', processFigures(stack.worker.pid!))
  for (const line of sizeLines(await histories('chunks'))) console.log(line)
  await client.end()
}

function fill(db: Database.Database): void {
  db.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, note TEXT)')
  const insert = db.prepare('INSERT INTO item VALUES (?, ?, ?)')
  for (let id = 1; id <= CHUNKS; id++) insert.run(id, `item ${id}`, NOTE)
}

function measured({ stack, server }: Scene): Meter {
  return new Meter({
    command: () => [],
    worker: () => [stack.worker.pid!],
    temporal: () => [runningServer(stack.home)?.pid ?? 0],
    postgres: () => [server.cluster!.pid()],
  })
}

/** The curve: each tenth of the chunks in the order in which they were done. */
async function tellTenths(client: pg.Client, meter: Meter, sizes: readonly Size[]): Promise<void> {
  const { rows } = await client.query<Tenth>(
    `WITH chunks AS (
       SELECT claimed_at, done_at, ntile(10) OVER (ORDER BY done_at) AS tenth,
              claimed_at - lag(done_at) OVER (PARTITION BY owner ORDER BY done_at) AS between
         FROM longhaul.chunk WHERE done)
     SELECT tenth, count(*)::int AS chunks,
            extract(epoch FROM min(claimed_at))::float8 * 1000 AS from,
            extract(epoch FROM max(done_at))::float8 * 1000 AS to,
            extract(epoch FROM avg(done_at - claimed_at))::float8 * 1000 AS inside,
            extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY between))::float8 * 1000 AS between
       FROM chunks GROUP BY tenth ORDER BY tenth`,
  )
  for (const { tenth, chunks, from, to, inside, between } of rows) {
    const cpu = meter.between(from, to)
    const each = (group: keyof Cpu) => `${((cpu[group] / chunks) * 1000).toFixed(2)}`
    const most = Math.max(...sizes.filter(({ at }) => at >= from && at <= to).map(({ mb }) => mb))
    console.log(
      `tenth ${tenth}: ${Math.round((chunks / (to - from)) * 1000)} chunks/s; a chunk: ms of processor ` +
        `worker ${each('worker')}, PostgreSQL ${each('postgres')}, Temporal ${each('temporal')}; ` +
        `${inside.toFixed(1)} ms from claim to end, ${between.toFixed(1)} ms to the next claim; ` +
        `worker ${most} MB`,
    )
  }
}

/** Resident memory of the worker. */
interface Size {
  at: number
  mb: number
}

interface Tenth {
  tenth: number
  chunks: number
  from: number
  to: number
  inside: number
  between: number
}

async function tellLedger(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `SELECT relname AS name, pg_relation_size(oid)::int / 1024 AS kb,
            pg_relation_size(oid)::int / ${CHUNKS} AS bytes_a_chunk
       FROM pg_class WHERE relnamespace = 'longhaul'::regnamespace AND relname LIKE 'chunk%'`,
  )
  for (const { name, kb, bytes_a_chunk } of rows)
    console.log(`${name}: ${kb} KB, ${bytes_a_chunk} bytes a chunk`)
}
