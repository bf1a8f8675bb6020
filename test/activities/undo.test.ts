/** Two attempts to take the same run back: each object goes once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import { undoAll } from '../../activities/undo.ts'
import { type ObjectRow, readObjects } from '../../ledger/reader.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { openWorkshop, type Run } from './whole-run.ts'

const workshop = await openWorkshop()

const undo = ({ client, run }: Run, objects: readonly ObjectRow[]) =>
  new MockActivityEnvironment().run(() =>
    undoAll({ client, ledger: OWN_SCHEMA, run, leave: () => false, guard: async () => {} }, objects),
  )

test('an attempt that slept does not drop the old table that another one has put back', async () => {
  const run = await workshop.begin(
    `CREATE TABLE note (id bigint PRIMARY KEY, body text); INSERT INTO note VALUES (100, 'theirs')`,
    `CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO note VALUES (1, 'a')`,
    { ifExists: 'replace' },
  )
  await run.whole()
  const objects = await readObjects(run.client, OWN_SCHEMA, run.run, true)
  await undo(run, objects)
  assert.deepEqual(await run.rows('SELECT id::int, body FROM note'), [[100, 'theirs']])
  assert.deepEqual(await undo(run, objects), [])
  assert.deepEqual(await run.rows('SELECT id::int, body FROM note'), [[100, 'theirs']])
})
