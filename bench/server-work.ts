/**
 * What a run costs the disk of the target: write-ahead log by what it is of, checkpoints, sizes; then how fast indexes
 * are built on what was copied, and where their sorts spill.
 *
 *     node bench/server-work.ts FILE [MAX_WAL_SIZE=1GB]     a source, as bench/make-source.ts makes it
 *
 * Seconds are of the processor of PostgreSQL, as its own trace of sorts says.
 */
import { resolve } from 'node:path'
import pg from 'pg'
import { Meter } from './meter.ts'
import { withScene } from './scene.ts'

const [file = '', maxWalSize = '1GB'] = process.argv.slice(2)
const SETTINGS = {
  ...{ fsync: 'on', max_wal_size: maxWalSize },
  // So that all of it is still there to be looked at.
  wal_keep_size: '100GB',
}

await withScene(
  async ({ run, server, stack }) => {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query('CREATE EXTENSION pg_walinspect')
    await client.query('CHECKPOINT')
    const before = await stand(client)
    const meter = new Meter({
      command: () => [],
      worker: () => [stack.worker.pid!],
      temporal: () => [],
      postgres: () => [server.cluster!.pid()],
    })
    const ended = await run(['full', '--from', `sqlite:${resolve(file)}`, '--to', server.url, '--id', 'wal'])
    if (ended.status !== 0) console.log(ended.all.slice(-3000))
    console.log(ended.err.match(/.*: done.*/g)?.join('\n'))
    meter.stop()
    console.log('all of it, seconds of processor', meter.used())
    await tellSteps(client, meter)
    await tellWal(client, before)
    await tellSizes(client)
    for (const memory of ['64MB', '256MB', '1GB'])
      for (const columns of ['id', 'entity_type, entity_id', 'entity_id'])
        await tellIndex(client, memory, columns)
    await client.end()
  },
  { settings: SETTINGS },
)

interface Stand {
  lsn: string
  timed: number
  asked: number
}

async function stand(client: pg.Client): Promise<Stand> {
  const { rows } = await client.query(
    `SELECT pg_current_wal_lsn() AS lsn, checkpoints_timed::int AS timed, checkpoints_req::int AS asked
       FROM pg_stat_bgwriter`,
  )
  return rows[0]
}

async function tellSteps(client: pg.Client, meter: Meter): Promise<void> {
  const { rows } = await client.query(
    `SELECT name, extract(epoch FROM started_at)::float8 * 1000 AS from, extract(epoch FROM lead(started_at) OVER (ORDER BY started_at))::float8 * 1000 AS to
       FROM longhaul.step ORDER BY started_at`,
  )
  for (const { name, from, to } of rows) {
    if (to === null) continue
    const { worker, postgres } = meter.between(from, to)
    console.log(
      `${name}: seconds of processor: worker ${worker.toFixed(1)}, PostgreSQL ${postgres.toFixed(1)}`,
    )
  }
}

async function tellWal(client: pg.Client, { lsn, timed, asked }: Stand): Promise<void> {
  const now = await stand(client)
  console.log(
    `max_wal_size ${maxWalSize}: ${now.asked - asked} checkpoints for the log, ${now.timed - timed} for the time`,
  )
  const { rows } = await client.query(
    `SELECT "resource_manager/record_type" AS kind, count::int AS records,
            round(combined_size / 1e6)::int AS mb, round(fpi_size / 1e6)::int AS pages
       FROM pg_get_wal_stats($1, $2) WHERE combined_size > 1e6 ORDER BY combined_size DESC`,
    [lsn, now.lsn],
  )
  for (const { kind, records, mb, pages } of rows)
    console.log(`log of ${kind}: ${mb} MB in ${records} records, ${pages} MB of it whole pages`)
}

async function tellSizes(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `SELECT n.nspname AS schema, round(sum(pg_table_size(c.oid)) / 1e6)::int AS tables,
            round(sum(pg_indexes_size(c.oid)) / 1e6)::int AS indexes, sum(c.reltuples)::int AS rows
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('public', 'longhaul') AND c.relkind = 'r' GROUP BY n.nspname`,
  )
  for (const { schema, tables, indexes, rows: all } of rows)
    console.log(`schema ${schema}: tables ${tables} MB, indexes ${indexes} MB, some ${all} rows`)
}

/** One index more on the largest table. */
async function tellIndex(client: pg.Client, memory: string, columns: string): Promise<void> {
  const said: string[] = []
  const hear = (notice: { message?: string | undefined }) => void said.push(notice.message ?? '')
  await client.query(
    `SET maintenance_work_mem = '${memory}'; SET max_parallel_maintenance_workers = 0;
     SET client_min_messages = log; SET trace_sort = on`,
  )
  client.on('notice', hear)
  await client.query(`CREATE INDEX one_more ON audit_logs (${columns})`)
  client.off('notice', hear)
  const { rows } = await client.query(
    `SELECT reltuples::int AS rows, round(pg_relation_size('one_more') / 1e6)::int AS mb FROM pg_class WHERE relname = 'audit_logs'`,
  )
  await client.query('DROP INDEX one_more; RESET client_min_messages')
  const end = said.findLast(line => / sort ended/.test(line)) ?? said.at(-1)
  console.log(`index on ${columns}, ${rows[0].rows} rows, ${rows[0].mb} MB, memory ${memory}: ${end}`)
}
