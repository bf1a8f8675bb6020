/** Who may write: the claims of the ledger on a real PostgreSQL. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import pg from 'pg'
import {
  addChunks,
  type ChunkOutcome,
  claimChunk,
  notChunked,
  openChunks,
  settleChunks,
} from '../../ledger/claims.ts'
import { makeOnce } from '../../ledger/objects.ts'
import { readObjects, readTables } from '../../ledger/reader.ts'
import { fenceOff, forgetRun, getRun, type RunToken, register, setState } from '../../ledger/runs.ts'
import { choosePlace, createLedger, findLedger, isCurrent, OWN_SCHEMA, placeIn } from '../../ledger/schema.ts'
import { inTransaction } from '../../ledger/transaction.ts'
import { Failure } from '../../model/failure.ts'
import type { Plan } from '../../model/plan.ts'
import { tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'

let postgres: ScratchPostgres
let one: pg.Client
let two: pg.Client

before(async () => {
  postgres = await startPostgres()
  one = await open()
  two = await open()
  await createLedger(one, OWN_SCHEMA)
})

after(async () => {
  await one?.end()
  await two?.end()
  await postgres?.stop()
})

async function open(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: postgres.url })
  client.on('error', () => {})
  await client.connect()
  return client
}

const table = (name: string) =>
  tablePlan(name, [], { access: { by: 'rowid', name: 'id' }, rows: 30, bytes: 300 })

/** A registered run over one table of its own, in three chunks. */
async function begin(): Promise<{ token: RunToken; name: string }> {
  const name = `t_${randomUUID().slice(0, 8)}`
  const token = await register(one, OWN_SCHEMA, registration(randomUUID(), name))
  await addChunks(one, OWN_SCHEMA, token, name, [[10], [20]])
  return { token, name }
}

let attempts = 0

function registration(run: string, name: string, attempt = ++attempts) {
  const plan = { hash: 'h', findings: [], how: {}, what: { tables: [table(name)] } } as unknown as Plan
  return {
    run,
    name,
    plan,
    requestHash: 'r',
    fingerprint: 'f',
    source: '/s.db',
    host: 'here',
    home: '/h',
    database: 'd',
    takenAt: '2026-01-01T00:00:00Z',
    attempt,
    adopt: false,
  }
}

const outcome: ChunkOutcome = {
  ...{ read: 10, written: 10, quarantined: 0, altered: 0 },
  ...{ bytes: 100, digest: Buffer.alloc(4) },
}

/** The next chunk of a table for a lane, if there is one. */
async function claim(client: pg.Client, token: RunToken, table: string, owner: string, sweep: boolean) {
  return (await claimChunk(client, OWN_SCHEMA, token, { table, owner, sweep })).claim
}

const hasCode = (code: string) => (error: unknown) => error instanceof Failure && error.code === code

test('chunks are written once, with open ends', async () => {
  const { token, name } = await begin()
  await addChunks(two, OWN_SCHEMA, token, name, [[5]])
  assert.deepEqual(await notChunked(one, OWN_SCHEMA, token.run, [name]), [])
  const claims = [
    await claim(one, token, name, 'a', false),
    await claim(one, token, name, 'b', false),
    await claim(one, token, name, 'c', false),
  ]
  assert.deepEqual(
    claims.map(c => [c?.after, c?.upTo]),
    [
      [undefined, [10]],
      [[10], [20]],
      [[20], undefined],
    ],
  )
  assert.equal(await claim(one, token, name, 'd', false), undefined)
})

test('a lane gets its own unfinished chunk again, a sweep gets anyone’s, with the session to be ended', async () => {
  const { token, name } = await begin()
  const first = await claim(one, token, name, 'a', false)
  const again = await claim(two, token, name, 'a', false)
  assert.equal(again?.no, first?.no)
  const { rows } = await one.query('SELECT pg_backend_pid() AS pid')
  assert.equal(again?.previous?.pid, rows[0].pid)
  const swept = await claim(one, token, name, 'z', true)
  assert.equal(swept?.no, first?.no)
})

test('only the newest claim settles a chunk, and only once', async () => {
  const { token, name } = await begin()
  const stale = (await claim(one, token, name, 'a', false))!
  const fresh = (await claim(two, token, name, 'a', false))!
  const settle = (client: pg.Client, claim: typeof stale) =>
    inTransaction(client, () => settleChunks(client, OWN_SCHEMA, token, [{ claim, outcome }]))
  await assert.rejects(settle(one, stale), hasCode('fenced'))
  await settle(two, fresh)
  await assert.rejects(settle(two, fresh), hasCode('fenced'))
  assert.equal((await openChunks(one, OWN_SCHEMA, token.run, [name])).get(name), 2)
})

test('a stalled attempt does not block its successor', async () => {
  const { token, name } = await begin()
  const stale = (await claim(one, token, name, 'a', false))!
  await one.query('BEGIN')
  await one.query(`CREATE TABLE IF NOT EXISTS stalled_${name} (n int)`)
  const fresh = (await claim(two, token, name, 'a', false))!
  await inTransaction(two, () => settleChunks(two, OWN_SCHEMA, token, [{ claim: fresh, outcome }]))
  await assert.rejects(settleChunks(one, OWN_SCHEMA, token, [{ claim: stale, outcome }]), hasCode('fenced'))
  await one.query('ROLLBACK')
})

test('after a takeover of the run nothing of the older epoch is written', async () => {
  const { token, name } = await begin()
  const mine = (await claim(one, token, name, 'a', false))!
  const newer = await register(two, OWN_SCHEMA, registration(token.run, name))
  await assert.rejects(settleChunks(one, OWN_SCHEMA, token, [{ claim: mine, outcome }]), hasCode('fenced'))
  await assert.rejects(claim(one, token, name, 'a', false), hasCode('fenced'))
  assert.ok(await claim(two, newer, name, 'a', false))
  await fenceOff(two, OWN_SCHEMA, token.run, 'rolling back')
  await assert.rejects(claim(two, newer, name, 'a', true), hasCode('fenced'))
})

test('an attempt that slept does not take a run back from the one after it', async () => {
  const { token, name } = await begin()
  await register(two, OWN_SCHEMA, registration(token.run, name, 1000))
  await assert.rejects(register(one, OWN_SCHEMA, registration(token.run, name, 999)), hasCode('fenced'))
  await register(one, OWN_SCHEMA, { ...registration(token.run, name, 999), adopt: true })
})

test('an object is made once; what throws leaves nothing, and its record stays open', async () => {
  const { token } = await begin()
  const object = { kind: 'index', table: 't', name: `i_${randomUUID()}`, undo: ['DROP INDEX i'] }
  const make = (client: pg.Client, work: () => Promise<void>) =>
    makeOnce(client, OWN_SCHEMA, token, object, async () => {}, work)
  await assert.rejects(
    make(one, async () => {
      await one.query('CREATE TABLE half_made (n int)')
      throw new Error('no')
    }),
  )
  const { rows } = await one.query(`SELECT to_regclass('half_made') IS NULL AS gone`)
  assert.equal(rows[0].gone, true)
  let made = 0
  const count = async () => void made++
  assert.equal(await make(two, count), true)
  assert.equal(await make(one, count), false)
  assert.equal(made, 1)
  const [record] = await readObjects(one, OWN_SCHEMA, token.run)
  assert.deepEqual([record?.done, record?.undo], [true, ['DROP INDEX i']])
})

test('an unfinished run keeps others off its tables, a finished one does not', async () => {
  const { token, name } = await begin()
  await assert.rejects(register(two, OWN_SCHEMA, registration(randomUUID(), name)), hasCode('refused'))
  await setState(one, OWN_SCHEMA, token, 'done', { verdict: 'equal' })
  await register(two, OWN_SCHEMA, registration(randomUUID(), name))
})

test('what a run has written can be read, and the run forgotten', async () => {
  const { token, name } = await begin()
  const mine = (await claim(one, token, name, 'a', false))!
  await inTransaction(one, () => settleChunks(one, OWN_SCHEMA, token, [{ claim: mine, outcome }]))
  const [row] = await readTables(one, OWN_SCHEMA, token.run)
  assert.deepEqual(
    [row?.name, row?.state, row?.expected, row?.written, row?.chunks, row?.chunksDone],
    [name, 'copying', 30, 10, 3, 1],
  )
  await forgetRun(one, OWN_SCHEMA, token.run)
  assert.equal(await getRun(one, OWN_SCHEMA, token.run), undefined)
})

test('made by many at once the ledger is there once, in its schema or with a prefix', async () => {
  const url = await postgres.createDatabase()
  const clients = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      return client
    }),
  )
  await Promise.all(clients.map(client => createLedger(client, placeIn('public'))))
  assert.deepEqual(await findLedger(clients[0]!, 'public'), placeIn('public'))
  await Promise.all(clients.map(client => createLedger(client, OWN_SCHEMA)))
  assert.deepEqual(await findLedger(clients[0]!, 'public'), OWN_SCHEMA)
  await Promise.all(clients.map(client => client.end()))
})

test('a ledger that belongs to another role is none, and the next one gets tables with a prefix', async () => {
  const url = new URL(await postgres.createDatabase())
  const owner = new pg.Client({ connectionString: url.href })
  await owner.connect()
  await createLedger(owner, OWN_SCHEMA)
  const role = `second_${randomUUID().slice(0, 8)}`
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE SCHEMA app AUTHORIZATION ${role}`)
  url.username = role
  url.password = 'x'
  const second = new pg.Client({ connectionString: url.href })
  await second.connect()
  assert.equal(await findLedger(second, 'app'), undefined)
  assert.deepEqual(await choosePlace(second, 'app'), placeIn('app'))
  await createLedger(second, placeIn('app'))
  assert.deepEqual(await findLedger(second, 'app'), placeIn('app'))
  await second.end()
  await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  await owner.end()
})

test('a ledger that an earlier version made is brought up to this one, with what it holds', async () => {
  const { token } = await begin()
  await one.query('DROP TABLE longhaul.quarantine')
  assert.equal(await isCurrent(one, OWN_SCHEMA), false)
  await createLedger(one, OWN_SCHEMA)
  assert.equal(await isCurrent(one, OWN_SCHEMA), true)
  assert.equal((await getRun(one, OWN_SCHEMA, token.run))?.id, token.run)
})
