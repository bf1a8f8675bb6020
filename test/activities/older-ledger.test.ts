/** A ledger that version 3 made: commands read it as it is, and its runs go on under this version. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { noteOrders } from '../../activities/note-orders.ts'
import { readEvents, readFigures, readOrders, readRates, readSteps, readTables } from '../../ledger/reader.ts'
import { getRun } from '../../ledger/runs.ts'
import { createLedger, findLedger, isCurrent, OWN_SCHEMA } from '../../ledger/schema.ts'
import { NO_ORDERS } from '../../model/control.ts'
import { Failure } from '../../model/failure.ts'
import { type LaneWorld, ROWS, startLanes } from './lanes.ts'

let world: LaneWorld

before(async () => {
  world = await startLanes()
})

after(() => world?.stop())

const VERSION_3 = readFileSync(new URL('../ledger/version-3.sql', import.meta.url), 'utf8')

/** Puts the ledger's records into one that the older statements make. */
async function makeOlder(client: pg.Client): Promise<void> {
  await client.query(`ALTER SCHEMA longhaul RENAME TO newer; ${VERSION_3}`)
  for (const table of ['run', 'step', 'table_run', 'chunk', 'quarantine']) {
    const { rows } = await client.query(
      `SELECT string_agg(quote_ident(attname), ', ') AS columns FROM pg_attribute
        WHERE attrelid = $1::regclass AND attnum > 0`,
      [`longhaul.${table}`],
    )
    await client.query(
      `INSERT INTO longhaul.${table} (${rows[0].columns}) SELECT ${rows[0].columns} FROM newer.${table}`,
    )
  }
  await client.query('DROP SCHEMA newer CASCADE; UPDATE longhaul.run SET version = 3')
}

test('a run that version 3 began is read without a change, and goes on', async () => {
  const run = await world.begin()
  const gate = await run.hold('t', 350)
  const lane = run.copy('t/0')
  await gate.arrival()
  await run.order({ paused: true }, 'paused')
  await gate.release()
  await lane
  await run.client.query(`UPDATE longhaul.run SET state = 'running'`)
  await makeOlder(run.client)

  const { client, place } = run
  await client.query('SET default_transaction_read_only = on')
  assert.deepEqual(await findLedger(client, 'public'), OWN_SCHEMA)
  assert.equal((await getRun(client, OWN_SCHEMA, place.run))?.state, 'running')
  const [table] = await readTables(client, OWN_SCHEMA, place.run)
  assert.deepEqual([table?.state, table?.written, table?.chunksDone], ['copying', 400, 4])
  assert.equal((await readFigures(client, OWN_SCHEMA, place.run, ['t']))[0]?.written, 400)
  assert.ok((await readRates(client, OWN_SCHEMA, place.run)).get('t')! > 0)
  assert.equal((await readSteps(client, OWN_SCHEMA, place.run)).length, 2)
  assert.equal(await readOrders(client, OWN_SCHEMA, place.run), undefined)
  assert.deepEqual(await readEvents(client, OWN_SCHEMA, place.run), [])
  assert.equal(await isCurrent(client, OWN_SCHEMA), false)
  await client.query('SET default_transaction_read_only = off')

  const { more, total } = await run.copy('t/0')
  assert.deepEqual([more, total], [false, ROWS])
  assert.equal(await isCurrent(client, OWN_SCHEMA), true)
  assert.equal((await run.ids('t')).length, ROWS)
  const { rows } = await client.query(
    'SELECT count(*) FILTER (WHERE written_by IS NULL)::int AS before FROM longhaul.chunk',
  )
  assert.equal(rows[0].before, 4)
})

test('orders can be given to a run that version 3 began', async () => {
  const run = await world.begin()
  await makeOlder(run.client)
  const { place } = run
  const orders = { ...NO_ORDERS, paused: true, revision: 1 }
  await run.act(noteOrders, { place, no: 1, orders, state: 'paused', events: [] })
  assert.deepEqual(await readOrders(run.client, OWN_SCHEMA, place.run), orders)
  await assert.rejects(
    run.copy('t/0'),
    (error: unknown) => error instanceof Failure && error.code === 'paused',
  )
})

test('a session in the midst of a commit does not hold up for long who brings the ledger up to date', async () => {
  const run = await world.begin()
  await makeOlder(run.client)
  await run.client.query('BEGIN; UPDATE longhaul.chunk SET rows_read = 0 WHERE no = 1')
  await assert.rejects(
    run.copy('t/0'),
    (error: unknown) => error instanceof Failure && error.code === 'unavailable',
  )
  await run.client.query('ROLLBACK')
  await createLedger(run.client, OWN_SCHEMA)
  assert.equal((await run.copy('t/0')).total, ROWS)
})
