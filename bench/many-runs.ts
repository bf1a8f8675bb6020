/**
 * Many small runs, some of them at once, through one worker: whether all end well where the server has few
 * connections, and what the worker holds after each (a soak when they come one after the other).
 *
 *     node bench/many-runs.ts [RUNS=20] [AT_ONCE=20] [MAX_CONNECTIONS=20]
 */
import pg from 'pg'
import { connect, startMigration, waitFor } from '../client/index.ts'
import { processFigures, withScene } from './scene.ts'

const [RUNS = 20, AT_ONCE = 20, MAX_CONNECTIONS = 20] = process.argv.slice(2).map(Number)

await withScene(
  async ({ stack, server, source }) => {
    const path = source('small', db => {
      for (const table of ['one', 'two', 'three']) {
        db.exec(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, name TEXT)`)
        const insert = db.prepare(`INSERT INTO ${table} VALUES (?, ?)`)
        for (let i = 1; i <= 2000; i++) insert.run(i, `name ${i}`)
      }
    })
    const longhaul = await connect({ env: stack.env })
    const counter = new pg.Client({ connectionString: server.url })
    await counter.connect()
    let most = 0
    const count = setInterval(async () => {
      const { rows } = await counter.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'longhaul%'`,
      )
      most = Math.max(most, rows[0]?.n ?? 0)
    }, 100)
    console.log('before', processFigures(stack.worker.pid!))
    const began = performance.now()
    const numbers = Array.from({ length: RUNS }, (_, i) => i + 1)
    const urls = new Map<number, string>()
    for (const n of numbers) urls.set(n, await server.createDatabase())
    const lane = async () => {
      for (let n = numbers.shift(); n !== undefined; n = numbers.shift()) {
        const run = await startMigration(longhaul, {
          from: `sqlite:${path}`,
          to: urls.get(n)!,
          id: `run-${n}`,
        })
        const { result, failure } = await waitFor(longhaul, run)
        const at = ((performance.now() - began) / 1000).toFixed(1)
        const { mb, files, sockets, threads } = processFigures(stack.worker.pid!)
        const end = failure ? failure.message : `status ${result.exit}, ${result.rows} rows`
        console.log(
          `${at} s run ${n}: ${end}; worker ${mb} MB, ${files} files, ${sockets} sockets, ${threads} threads`,
        )
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    clearInterval(count)
    const refused = (server.cluster?.log() ?? '')
      .split('\n')
      .filter(line => /too many (clients|connections)|remaining connection slots/.test(line))
    console.log(`most sessions of longhaul at once: ${most}; refused by the server: ${refused.length}`)
    console.log('after', processFigures(stack.worker.pid!))
    await counter.end()
    await longhaul.release()
  },
  { settings: { max_connections: `${MAX_CONNECTIONS}` } },
)
