/** Orders and events in the ledger: what stands there is the latest of the execution that owns the run. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { addChunks, type Claimed, claimChunk } from '../../ledger/claims.ts'
import { type Note, readControl, writeNote } from '../../ledger/control.ts'
import { makeOnce } from '../../ledger/objects.ts'
import { keep } from '../../ledger/quarantine.ts'
import { readEvents, readOrders, readSteps } from '../../ledger/reader.ts'
import { fenceOff, getRun, type RunToken, register, setState, setStep } from '../../ledger/runs.ts'
import { createLedger, OWN_SCHEMA } from '../../ledger/schema.ts'
import { makeTogether } from '../../ledger/together.ts'
import { NO_ORDERS, type OperatorEvent, type Orders } from '../../model/control.ts'
import { Failure } from '../../model/failure.ts'
import { tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'

let postgres: ScratchPostgres
let client: pg.Client
let other: pg.Client

before(async () => {
  postgres = await startPostgres()
  client = new pg.Client({ connectionString: postgres.url })
  other = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await other.connect()
  await createLedger(client, OWN_SCHEMA)
})

after(async () => {
  await client?.end()
  await other?.end()
  await postgres?.stop()
})

let attempt = 0

async function begin(
  run: string = randomUUID(),
  name = `t_${run.slice(0, 8)}`,
): Promise<RunToken & { table: string }> {
  const tables = [tablePlan(name, [], { access: { by: 'rowid', name: 'id' }, rows: 30 })]
  const plan = { hash: 'h', findings: [], how: {}, what: { tables } } as never
  const token = await register(client, OWN_SCHEMA, {
    ...{ run, name, plan, requestHash: 'r', fingerprint: 'f', source: '/s', host: 'h', home: '/h' },
    ...{ database: 'd', takenAt: '2026-01-01T00:00:00Z', attempt: ++attempt, adopt: false },
  })
  await addChunks(client, OWN_SCHEMA, token, name, [[10], [20]])
  return { ...token, table: name }
}

const note = (token: RunToken, no: number, orders: Partial<Orders>, more: Partial<Note> = {}) =>
  writeNote(client, OWN_SCHEMA, token, {
    ...{ no, state: 'running', events: [] },
    orders: { ...NO_ORDERS, ...orders },
    ...more,
  })
const claim = (token: RunToken & { table: string }, revision?: number): Promise<Claimed> =>
  claimChunk(client, OWN_SCHEMA, token, {
    ...{ table: token.table, owner: 'a', sweep: true },
    ...(revision !== undefined && { revision }),
  })
const hasCode = (code: string) => (error: unknown) => error instanceof Failure && error.code === code
const stateOf = async ({ run }: RunToken) => (await getRun(client, OWN_SCHEMA, run))?.state
const event = (kind: OperatorEvent['kind'], more: Partial<OperatorEvent> = {}): OperatorEvent => ({
  at: '2026-02-03T04:05:06.789Z',
  kind,
  ...more,
})

test('a claim tells the orders, and newer ones than the lane knows give it none', async () => {
  const token = await begin()
  assert.deepEqual((await claim(token)).orders, NO_ORDERS)
  await note(token, 1, { revision: 4, rowsPerSecond: 10 })
  const next = await claim(token)
  assert.deepEqual([next.claim?.no, next.orders.rowsPerSecond, next.lanes], [1, 10, 1])
  assert.equal((await claim(token, 4)).claim?.no, 1)
  const late = await claim(token, 3)
  assert.deepEqual([late.claim, 'why' in late && late.why], [undefined, 'newer'])
})

test('under a pause nothing is claimed, whoever asks and for what', async () => {
  const token = await begin()
  const object = { kind: 'index', table: token.table, name: 'i', undo: [] }
  const nothing = async () => {}
  for (const state of ['paused', 'waiting'] as const) {
    await note(token, attempt++, { revision: attempt, paused: state === 'paused' }, { state })
    await assert.rejects(claim(token), hasCode('paused'))
    await assert.rejects(makeOnce(client, OWN_SCHEMA, token, object, nothing, nothing), hasCode('paused'))
    await assert.rejects(
      makeTogether(client, OWN_SCHEMA, token, [object], nothing, nothing),
      hasCode('paused'),
    )
  }
  // A lane that was at work is told that it ends, as under any other order.
  const told = await claim(token, 0)
  assert.equal('why' in told && told.why, 'newer')
  await note(token, attempt++, { revision: attempt })
  assert.equal(await makeOnce(client, OWN_SCHEMA, token, object, nothing, nothing), true)
})

test('an object that was claimed before the pause is made', async () => {
  const token = await begin()
  const object = { kind: 'index', table: token.table, name: 'i', undo: [] }
  const made = await makeOnce(
    other,
    OWN_SCHEMA,
    token,
    object,
    async () => {},
    async () => {
      await note(token, 1, { revision: 1, paused: true }, { state: 'paused' })
    },
  )
  assert.equal(made, true)
})

test('a note waits for no chunk that is being written', async () => {
  const token = await begin()
  const kept = {
    kind: 'quarantined',
    key: 'k',
    column: 'c',
    reason: 'r',
    original: Buffer.from('{}'),
  } as const
  await other.query('BEGIN')
  await keep(other, OWN_SCHEMA, token.run, { table: token.table, no: 1 }, [kept], 0)
  await client.query(`SET lock_timeout = '1s'`)
  await note(token, 1, { revision: 1, paused: true }, { state: 'paused' })
  await client.query('RESET lock_timeout')
  await other.query('ROLLBACK')
  assert.equal(await stateOf(token), 'paused')
})

test('a note that comes late changes nothing, and the same one twice is one', async () => {
  const token = await begin()
  await note(token, 2, { revision: 2, paused: true }, { state: 'paused', events: [event('pause')] })
  await note(token, 1, { revision: 1 }, { state: 'running', events: [] })
  await note(token, 2, { revision: 2, paused: true }, { state: 'paused', events: [event('pause')] })
  assert.equal(await stateOf(token), 'paused')
  assert.equal((await readOrders(client, OWN_SCHEMA, token.run))?.revision, 2)
  assert.deepEqual(await readEvents(client, OWN_SCHEMA, token.run), [event('pause')])
})

test('events of all executions are kept in their order, orders only of the one that owns the run', async () => {
  const token = await begin()
  const first = event('skip', { object: 'a table', by: 'ann', comment: 'no need', detail: 'left out' })
  await note(token, 1, { revision: 1, skippedTables: [token.table] }, { events: [first] })
  const again = await begin(token.run, token.table)
  assert.equal(await readOrders(client, OWN_SCHEMA, token.run), undefined)
  assert.equal((await claim(again)).claim?.no, 1)
  await assert.rejects(note(token, 9, { revision: 9, paused: true }), hasCode('fenced'))
  await note(again, 1, { revision: 1 }, { events: [event('throttle')] })
  assert.deepEqual(await readEvents(client, OWN_SCHEMA, token.run), [first, event('throttle')])
})

test('what comes after the end leaves the end as it is, but its events are kept', async () => {
  const token = await begin()
  await setState(client, OWN_SCHEMA, token, 'done')
  await note(token, 1, { revision: 1 }, { events: [event('resume')] })
  assert.equal(await stateOf(token), 'done')
  assert.equal((await readEvents(client, OWN_SCHEMA, token.run)).length, 1)
  await fenceOff(client, OWN_SCHEMA, token.run, 'rolling back')
  await assert.rejects(note(token, 2, { revision: 2 }), hasCode('fenced'))
  await assert.rejects(readControl(client, OWN_SCHEMA, token, 0), hasCode('fenced'))
})

test('a limit is shared by the lanes that are at work, and those that have died do not count', async () => {
  const token = await begin()
  await note(token, 1, { revision: 1, rowsPerSecond: 10 })
  await claim(token)
  const next = await claimChunk(other, OWN_SCHEMA, token, { table: token.table, owner: 'b', sweep: false })
  assert.deepEqual([next.claim?.no, next.lanes], [2, 2])
  await client.query(
    `UPDATE longhaul.chunk SET backend_start = backend_start - interval '1 day' WHERE run_id = $1 AND no = 1`,
    [token.run],
  )
  const { rows } = await other.query('SELECT pg_backend_pid() AS pid')
  assert.equal((await readControl(client, OWN_SCHEMA, token, rows[0].pid)).lanes, 1)
})

test('steps of a run that is somebody else’s are not recorded', async () => {
  const token = await begin()
  await setStep(client, OWN_SCHEMA, token, 'copy', 'running')
  await begin(token.run, token.table)
  await setStep(client, OWN_SCHEMA, token, 'copy', 'failed')
  const [step] = await readSteps(client, OWN_SCHEMA, token.run)
  assert.equal(step?.state, 'running')
})

test('a run that is being taken back is not taken over any more, not even by its own later attempt', async () => {
  const token = await begin()
  await fenceOff(client, OWN_SCHEMA, token.run, 'rolling back')
  await assert.rejects(begin(token.run, token.table), hasCode('refused'))
  assert.equal(await stateOf(token), 'rolling back')
})

test('a note does not wait for ever behind somebody who holds the run', async () => {
  const token = await begin()
  await other.query('BEGIN')
  await other.query('UPDATE longhaul.run SET message = message WHERE id = $1', [token.run])
  await assert.rejects(note(token, 1, { revision: 1 }), { code: '55P03' })
  await other.query('ROLLBACK')
  await note(token, 1, { revision: 1 })
})
