/** Many effects in one transaction: each is made once, each failure is its own, and a fenced run makes none. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import type pg from 'pg'
import { applyAll, tryAll } from '../../activities/effects-together.ts'
import { type Target, withTarget } from '../../activities/target.ts'
import { undoAll } from '../../activities/undo.ts'
import { readObjects } from '../../ledger/reader.ts'
import { fenceOff } from '../../ledger/runs.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { Failure } from '../../model/failure.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { Effect } from '../../stores/postgres/ddl.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { registeredRun } from './registered-run.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-effects-'))
let postgres: ScratchPostgres
let client: pg.Client

before(async () => {
  postgres = await startPostgres()
})

after(async () => {
  await client?.end()
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

/** A registered run in a database of its own. */
async function begin(): Promise<RunPlace> {
  await client?.end()
  const run = await registeredRun(postgres, home)
  client = run.client
  return run.place
}

const act = <T>(place: RunPlace, work: (target: Target) => Promise<T>): Promise<T> =>
  new MockActivityEnvironment().run(() => withTarget(home, place, work))

const made = (name: string, type = 'int'): Effect => ({
  object: { kind: 'table', table: name, name },
  sql: [`CREATE TABLE public."${name}" (a ${type})`],
  undo: [`DROP TABLE public."${name}"`],
})
const many = (count: number, broken: readonly number[] = []) =>
  Array.from({ length: count }, (_, i) => made(`t${i}`, broken.includes(i) ? 'no_such_type' : 'int'))

async function tables(): Promise<number> {
  const { rows } = await client.query(`SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'`)
  return rows[0].n
}

test('what fails among many is named, all others are made, and a second time none is', async () => {
  const place = await begin()
  const effects = many(230, [0, 57, 58, 229])
  const failures = await act(place, target => tryAll(target, effects))
  assert.equal(failures.length, 4)
  assert.match(failures[1]!, /"t57".*no_such_type/)
  assert.equal(await tables(), 226)
  const objects = await readObjects(client, OWN_SCHEMA, place.run)
  assert.deepEqual(
    objects.filter(({ done }) => !done).map(({ name, error }) => [name, error !== undefined]),
    ['t0', 't57', 't58', 't229'].map(name => [name, true]),
  )
  // In the order of making, so that the undo goes the other way round.
  assert.deepEqual(
    objects.map(({ name }) => name),
    effects.map(({ object }) => object.name),
  )
  assert.equal((await act(place, target => tryAll(target, effects))).length, 4)
  assert.equal(await tables(), 226)
})

test('where all have to be made the first that fails stops, by its name', async () => {
  const place = await begin()
  await assert.rejects(
    act(place, target => applyAll(target, many(150, [120]))),
    (error: unknown) => error instanceof Failure && /t120/.test(error.message),
  )
  assert.equal(await tables(), 120)
  await act(place, target => applyAll(target, many(150)))
  assert.equal(await tables(), 150)
})

test('the same object twice is made once', async () => {
  const place = await begin()
  await act(place, target => applyAll(target, [made('a'), made('b'), made('a')]))
  assert.equal(await tables(), 2)
})

test('a run that somebody else has taken over makes nothing', async () => {
  const place = await begin()
  await act(place, target => applyAll(target, many(2)))
  await fenceOff(client, OWN_SCHEMA, place.run, 'running')
  for (const make of [applyAll, tryAll])
    await assert.rejects(
      act<unknown>(place, target => make(target, many(5))),
      (error: unknown) => error instanceof Failure && error.code === 'fenced',
    )
  assert.equal(await tables(), 2)
})

test('taken back together; what somebody has dropped is told, what stands in the way stops it', async () => {
  const place = await begin()
  await act(place, target => applyAll(target, many(120)))
  await client.query('DROP TABLE public.t7; CREATE VIEW public.v AS SELECT a FROM public.t110')
  const undo = async () => {
    const objects = await readObjects(client, OWN_SCHEMA, place.run, true)
    return act(place, target =>
      undoAll(
        {
          client: target.client,
          ledger: target.ledger,
          run: place.run,
          guard: async () => {},
          leave: () => false,
        },
        objects,
      ),
    )
  }
  await assert.rejects(undo(), (error: unknown) => error instanceof Failure && /t110/.test(error.message))
  await client.query('DROP VIEW public.v')
  assert.deepEqual(
    (await undo()).map(({ name }) => name),
    ['t7'],
  )
  assert.equal(await tables(), 0)
  assert.deepEqual(await readObjects(client, OWN_SCHEMA, place.run), [])
})
