/** A ledger of very many chunks: claims and readers cost what they cost with few. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { addChunks, type ChunkOutcome, type Claimant, claimChunk, settleChunks } from '../../ledger/claims.ts'
import { readDigests } from '../../ledger/reader.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { inTransaction } from '../../ledger/transaction.ts'
import { type RegisteredRun, registeredRun } from '../activities/registered-run.ts'
import { tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'

const CHUNKS = 1500
const WHOLE = tablePlan('t', [], { access: { by: 'rowid', name: 'id' }, rows: CHUNKS, bytes: 10 * CHUNKS })

let postgres: ScratchPostgres
const home = mkdtempSync(join(tmpdir(), 'longhaul-many-chunks-'))

before(async () => {
  postgres = await startPostgres()
})

after(async () => {
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

async function begin(chunks: number): Promise<RegisteredRun> {
  const run = await registeredRun(postgres, home, [WHOLE])
  const bounds = Array.from({ length: chunks - 1 }, (_, i) => [i + 1])
  await addChunks(run.client, OWN_SCHEMA, run.token, 't', bounds)
  return run
}

/** A session beside the run's own, in its database. */
async function another({ client }: RegisteredRun): Promise<pg.Client> {
  const { rows } = await client.query('SELECT current_database() AS name')
  const url = new URL(postgres.url)
  url.pathname = `/${rows[0].name}`
  const session = new pg.Client({ connectionString: url.href })
  await session.connect()
  return session
}

const OUTCOME: ChunkOutcome = {
  ...{ read: 1, written: 1, quarantined: 0, altered: 0 },
  ...{ bytes: 10, digest: Buffer.alloc(1540) },
}

const next = (client: pg.Client, { token }: RegisteredRun, more: Partial<Claimant> = {}) =>
  claimChunk(client, OWN_SCHEMA, token, { table: 't', owner: 't/0', sweep: true, ...more })

/** Claims and settles so many, as a lane does; gives the last one's number. */
async function copy(client: pg.Client, run: RegisteredRun, chunks: number, last?: number) {
  let no = last
  for (let i = 0; i < chunks; i++) {
    const { claim } = await next(client, run, no === undefined ? {} : { last: no })
    assert.ok(claim)
    no = claim.no
    await inTransaction(client, () =>
      settleChunks(client, OWN_SCHEMA, run.token, [{ claim, outcome: OUTCOME }]),
    )
  }
  return no!
}

test('a lane goes on after its last chunk, and looks before it when none is left there', async () => {
  const run = await begin(4)
  const { client } = run
  const at = async (last?: number) =>
    (await next(client, run, { sweep: false, ...(last !== undefined && { last }) })).claim?.no
  await next(client, run, { owner: 't/1', sweep: false })
  assert.equal(await at(), 2)
  await client.query(`UPDATE longhaul.chunk SET done = true WHERE no = 2`)
  assert.equal(await at(2), 3)
  await client.query(`UPDATE longhaul.chunk SET done = true WHERE no IN (3, 4)`)
  await client.query(`UPDATE longhaul.chunk SET owner = NULL WHERE no = 1`)
  assert.equal(await at(4), 1)
  await client.query(`UPDATE longhaul.chunk SET done = true`)
  assert.deepEqual(await at(4), undefined)
  await client.end()
})

test('a claim reads a few blocks, also where an old snapshot keeps all that is done in the index', async () => {
  const run = await begin(CHUNKS)
  const [old, first, lane, looker] = [
    await another(run),
    await another(run),
    await another(run),
    await another(run),
  ]
  await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_xact_id()')
  const last = await copy(first, run, CHUNKS - 60)
  await gone(looker, run.client, first)
  const before = await blocksRead(looker)
  await copy(lane, run, 50, last)
  await gone(looker, lane)
  const each = ((await blocksRead(looker)) - before) / 50
  assert.ok(each < 200, `${each} blocks a chunk`)
  await old.end()
  await copy(looker, run, 10)
  assert.equal((await next(looker, run)).claim, undefined)
  let digests = 0
  for await (const { length } of readDigests(looker, OWN_SCHEMA, run.token.run, 't')) digests += length / 1540
  assert.equal(digests, CHUNKS)
  await looker.end()
})

/** Ends sessions; what they have read is counted by then. */
async function gone(looker: pg.Client, ...sessions: pg.Client[]): Promise<void> {
  const pids: number[] = []
  for (const session of sessions) {
    pids.push((await session.query('SELECT pg_backend_pid() AS pid')).rows[0].pid)
    await session.end()
  }
  const look = () => looker.query('SELECT FROM pg_stat_activity WHERE pid = ANY ($1)', [pids])
  while ((await look()).rowCount !== 0) await pause(10)
}

async function blocksRead(client: pg.Client): Promise<number> {
  await client.query('SELECT pg_stat_clear_snapshot()')
  const { rows } = await client.query(
    `SELECT (heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::int AS n
       FROM pg_statio_all_tables WHERE relid = 'longhaul.chunk'::regclass`,
  )
  return rows[0].n
}
