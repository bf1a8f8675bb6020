/** An attempt whose run was taken over meanwhile: what it found out is not written any more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateTables } from '../../activities/validate-tables.ts'
import { fenceOff } from '../../ledger/runs.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { Failure } from '../../model/failure.ts'
import { openWorkshop } from './whole-run.ts'

const workshop = await openWorkshop()

test('a verdict that comes late does not stand in place of the one of the owner', async () => {
  const run = await workshop.begin(
    '',
    `CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2)`,
  )
  await run.plan()
  const place = await run.open()
  await run.rest(place)
  const verdict = () => run.rows('SELECT verdict, counted::int FROM longhaul.table_run')
  assert.deepEqual(await verdict(), [['equal', 2]])
  await fenceOff(run.client, OWN_SCHEMA, run.run, 'running')
  await run.client.query('DELETE FROM t WHERE id = 2')
  await assert.rejects(
    run.act(validateTables, { place, tables: ['t'] }),
    (error: unknown) => error instanceof Failure && error.code === 'fenced',
  )
  assert.deepEqual(await verdict(), [['equal', 2]])
})
