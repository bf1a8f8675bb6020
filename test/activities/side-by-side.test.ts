/** Several sessions of one activity, and the one that watches them. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { finishTables } from '../../activities/finish-tables.ts'
import { openMonitor } from '../../activities/monitor.ts'
import { sideBySide } from '../../activities/side-by-side.ts'
import { type Target, withTarget } from '../../activities/target.ts'
import { watched } from '../../activities/watch.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { IndexPlan } from '../../model/plan.ts'
import { until } from '../scenarios/until.ts'
import { columnPlan, tablePlan } from '../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { copiedAndFinished, type RegisteredRun, registeredRun } from './registered-run.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-beside-'))
const log = pino({ level: 'silent' })
let postgres: ScratchPostgres
let run: RegisteredRun

const index = (name: string, column: string, unique = false): IndexPlan => ({
  ...{ name, unique, parts: [{ column, descending: false }] },
})
const table = tablePlan(
  't',
  [columnPlan('a', { kind: 'integer', bits: 32 }), columnPlan('b', { kind: 'integer', bits: 32 })],
  {
    ...{ bytes: 1e9, rows: 1e6, primaryKey: { name: 't_pkey', columns: ['a'] } },
    indexes: [index('t_one', 'b', true), index('t_two', 'b'), index('t_three', 'a'), index('t_four', 'a')],
  },
)

before(async () => {
  postgres = await startPostgres()
  run = await registeredRun(
    postgres,
    home,
    [table],
    'CREATE TABLE t (a int, b int); INSERT INTO t SELECT i, i / 2 FROM generate_series(1, 100) AS i',
    { tables: 2, lanes: 2 },
  )
  await copiedAndFinished(run)
})

after(async () => {
  await run?.client.end()
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

const act = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work)
const onTarget = <T>(work: (target: Target) => Promise<T>): Promise<T> =>
  act(() => withTarget(home, run.place, work))

async function sessions(application: string): Promise<number[]> {
  const { rows } = await run.client.query(
    'SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()',
    [application],
  )
  return rows.map(({ pid }) => pid)
}
/** The server needs a moment to see that the other side has gone. */
const gone = (application: string) =>
  until(`the end of ${application}`, async () =>
    (await sessions(application)).length === 0 ? true : undefined,
  )

/** Resolves for all once as many have come. */
function meeting(expected: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let come = 0
  return () => {
    if (++come === expected) resolve()
    return promise
  }
}

test('two tasks at a time, each with a session of its own; all failures are told', async () => {
  const meet = meeting(2)
  const pids = new Set<number>()
  const failures = await onTarget(target =>
    sideBySide(target, {
      ...{ home, place: run.place, sessions: 2, tasks: [1, 2, 3, 4] },
      work: async (own, task) => {
        const { rows } = await own.client.query('SELECT pg_backend_pid() AS pid')
        assert.equal(rows[0].pid, own.me.pid)
        pids.add(own.me.pid)
        if (task <= 2) await meet()
        return [`task ${task}`]
      },
    }),
  )
  assert.deepEqual(failures.sort(), ['task 1', 'task 2', 'task 3', 'task 4'])
  assert.equal(pids.size, 2)
  await gone(`longhaul ${run.place.run}`)
  await gone('longhaul watch')
})

test('without another session to be had it goes on with one', async () => {
  const target = { ...run.place.target, connection: 'postgresql://nobody@127.0.0.1:1/nowhere' }
  const nowhere: RunPlace = { ...run.place, target }
  const done = await onTarget(target =>
    sideBySide(target, {
      ...{ home, place: nowhere, sessions: 3, tasks: ['a', 'b', 'c'] },
      work: async (_, task) => [task],
    }),
  )
  assert.deepEqual(done.sort(), ['a', 'b', 'c'])
})

test('one that throws is heard when the others are at their ends, and nothing is begun after it', async () => {
  const begun: number[] = []
  const ended: number[] = []
  const meet = meeting(2)
  await assert.rejects(
    onTarget(target =>
      sideBySide(target, {
        ...{ home, place: run.place, sessions: 2, tasks: [1, 2, 3] },
        work: async (own, task) => {
          begun.push(task)
          await meet()
          if (task === 1) throw new Error('the first')
          await own.client.query('SELECT pg_sleep(0.05)')
          ended.push(task)
          return []
        },
      }),
    ),
    /the first/,
  )
  assert.deepEqual(begun.sort(), [1, 2])
  assert.deepEqual(ended, [2])
})

test('indexes of a large table: the failure of one is its own, and a second time all is there', async () => {
  for (const round of [1, 2]) {
    const failures = await act(() =>
      finishTables({ home, host: 'here', log }, { place: run.place, tables: ['t'] }),
    )
    assert.equal(failures.length, 1, `round ${round}: ${failures}`)
    assert.match(failures[0]!, /index "t_one" of table "t".*23505/)
    const { rows } = await run.client.query(
      `SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid ORDER BY 1`,
    )
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['t_four', 't_pkey', 't_three', 't_two'],
    )
  }
})

test('what watches at the same time shares a session, which is replaced when it is lost and ends with the last', async () => {
  const meet = meeting(3)
  const one = () =>
    onTarget(target =>
      watched(home, run.place, target.me, async () => {
        await meet()
        return (await sessions('longhaul watch')).length
      }),
    )
  assert.deepEqual(await Promise.all([one(), one(), one()]), [1, 1, 1])
  await gone('longhaul watch')

  const monitor = await openMonitor(home, run.place)
  const pid = async () =>
    (await monitor.ask(client => client.query('SELECT pg_backend_pid() AS pid'))).rows[0].pid
  const first = await pid()
  await run.client.query('SELECT pg_terminate_backend($1)', [first])
  const second = await until('another session', () => pid().catch(() => undefined))
  assert.notEqual(second, first)
  await monitor.close()
  await gone('longhaul watch')
})

test('a cancel ends the statements of all sessions', async () => {
  const environment = new MockActivityEnvironment()
  const ended = environment.run(() =>
    withTarget(home, run.place, target =>
      watched(home, run.place, target.me, () =>
        sideBySide(target, {
          ...{ home, place: run.place, sessions: 2, tasks: [1, 2, 3] },
          work: async own => {
            await own.client.query('SELECT pg_sleep(3600)')
            return []
          },
        }),
      ),
    ),
  )
  const heard = assert.rejects(ended, /cancelled/)
  await until('two that sleep', async () => {
    const { rows } = await run.client.query(
      `SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(3600%'`,
    )
    return rows.length === 2 ? true : undefined
  })
  environment.cancel()
  await heard
  await gone(`longhaul ${run.place.run}`)
})
