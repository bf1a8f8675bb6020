/** The safety check of a run whose chunks come in meanwhile: what it counts belongs together. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRollback } from '../../activities/check-rollback.ts'
import { until } from '../scenarios/until.ts'
import { openWorkshop } from './whole-run.ts'

const workshop = await openWorkshop()

test('a chunk that is committed in the midst of it is the run’s own', async () => {
  const run = await workshop.begin(
    `CREATE TABLE note (id bigint PRIMARY KEY, body text); INSERT INTO note VALUES (100, 'theirs')`,
    `CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO note VALUES (1, 'a'), (2, 'b')`,
    { ifExists: 'append' },
  )
  await run.whole()
  await run.client.query('BEGIN; LOCK TABLE note')
  const check = run.act(checkRollback, {
    ...{ run: run.run, target: run.request.target },
    scope: { kind: 'all' },
  })
  await until('the check at the table', async () => {
    const waiting = await run.rows(`SELECT FROM pg_locks WHERE relation = 'note'::regclass AND NOT granted`)
    return waiting[0]
  })
  await run.client.query(`INSERT INTO note VALUES (3, 'c')`)
  await run.client.query(
    `INSERT INTO longhaul.chunk (run_id, table_name, no, done, rows_read, rows_written, written_by)
     VALUES ('${run.run}', 'note', 2, true, 1, 1, ARRAY[pg_current_xact_id()])`,
  )
  await run.client.query('COMMIT')
  const { refusals, tables } = await check
  assert.deepEqual(refusals, [])
  assert.deepEqual(
    tables.map(({ written, rows, before, goes }) => ({ written, rows, before, goes })),
    [{ written: 3, rows: 4, before: 1, goes: 3 }],
  )
})
