/**
 * Random databases: whatever the plan lets through arrives cell by cell, every object is made or named, and what
 * it does not let through is refused in preflight and not in the midst of a copy. `LONGHAUL_TEST_RUNS` says how many.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { connect } from '../../sessions/connect.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { arrives } from './arrives.ts'
import type { Place } from './in-process.ts'
import { anyDatabase } from './random-source.ts'

const RUNS = Number(process.env.LONGHAUL_TEST_RUNS ?? 100)

let server: ScratchPostgres
let place: Place
let folder: string

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'longhaul-random-'))
  server = await startPostgres()
  const target = { kind: 'postgres', connection: server.url, schema: 'random' } as const
  const client = await connect(target, { home: folder, env: process.env, application: 'longhaul test' })
  place = { client, target, home: folder }
})

after(async () => {
  await place?.client.end()
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('random databases arrive cell by cell, and no object vanishes', async () => {
  let arrived = 0
  const property = fc.asyncProperty(anyDatabase, async statements => {
    if (await arrives(place, statements)) arrived++
  })
  // The report of a failure names the seed and the smallest database that was found.
  await fc.assert(property, { numRuns: RUNS })
  assert.ok(arrived > RUNS / 3, `only ${arrived} of ${RUNS} databases could be migrated at all`)
})
