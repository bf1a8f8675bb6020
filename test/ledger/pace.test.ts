/** Rows over time out of a ledger: nothing is lost on the way, and each row lies where its chunk was. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from 'pg'
import { addChunks } from '../../ledger/claims.ts'
import { readPace } from '../../ledger/pace.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { registeredRun } from '../activities/registered-run.ts'
import { tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'

let postgres: ScratchPostgres
const clients: Client[] = []
const home = mkdtempSync(join(tmpdir(), 'longhaul-pace-'))

before(async () => {
  postgres = await startPostgres()
})

after(async () => {
  for (const client of clients) await client.end()
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

/** A run with one chunk for each stretch of seconds; those with rows are done. */
async function ledger(chunks: [from: number, to: number, rows: number][]) {
  const table = tablePlan('t', [], { access: { by: 'rowid', name: 'id' }, rows: chunks.length, bytes: 1 })
  const { client, token } = await registeredRun(postgres, home, [table])
  clients.push(client)
  await addChunks(
    client,
    OWN_SCHEMA,
    token,
    't',
    chunks.slice(1).map((_, i) => [i + 1]),
  )
  for (const [i, [from, to, rows]] of chunks.entries())
    await client.query(
      `UPDATE longhaul.chunk SET done = $4 > 0, rows_written = $4, bytes = $4 * 10,
              claimed_at = timestamptz '2026-01-31 12:00:00Z' + $2 * interval '1 s',
              done_at = timestamptz '2026-01-31 12:00:00Z' + $3 * interval '1 s'
        WHERE no = $1`,
      [i + 1, from, to, rows],
    )
  return { client, run: token.run }
}

test('rows of a chunk are spread over its time; gaps have none', async () => {
  const { client, run } = await ledger([
    [0, 2, 200],
    [1, 3, 300],
    [8, 10, 1000],
    [20, 90, 0],
  ])
  const pace = await readPace(client, OWN_SCHEMA, run, 10)
  assert.deepEqual(pace, {
    began: new Date('2026-01-31T12:00:00Z'),
    secondsPerPoint: 1,
    rows: [100, 250, 150, 0, 0, 0, 0, 0, 500, 500],
    bytes: [1000, 2500, 1500, 0, 0, 0, 0, 0, 5000, 5000],
  })
})

test('a chunk that took no time, the only one, and none at all', async () => {
  const only = await ledger([[5, 5, 70]])
  const pace = await readPace(only.client, OWN_SCHEMA, only.run, 4)
  assert.deepEqual(pace?.rows, [70, 0, 0, 0])
  const none = await ledger([[0, 1, 0]])
  assert.equal(await readPace(none.client, OWN_SCHEMA, none.run, 4), undefined)
})
