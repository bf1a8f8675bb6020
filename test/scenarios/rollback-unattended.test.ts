/** A rollback on a cluster without a worker: the command says so, and changes nothing. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { connectionUrl } from '../../home/connections.ts'
import { getRun } from '../../ledger/runs.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import { registeredRun } from '../activities/registered-run.ts'
import { startPostgres } from '../support/postgres.ts'
import { spawnCli } from './cli.ts'
import { startTestCluster } from './cluster.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

test('nobody is there to take it back: status 5, and the run is as it was', async t => {
  const cluster = await startTestCluster(t)
  const { home, env } = cluster.host('here')
  const { client, token, place } = await registeredRun(postgres, home)
  t.after(() => client.end())
  const url = connectionUrl(place.target.connection, home, {})!
  for (const more of [['--yes'], ['--check']]) {
    const words = ['rollback', token.run, '--postgres', url, ...more]
    const { status, out, err } = await spawnCli(words, env).ended
    assert.equal(status, 5, out + err)
    assert.match(err, /no worker is polling/)
  }
  assert.equal((await getRun(client, OWN_SCHEMA, token.run))?.state, 'running')
  const left = []
  for await (const workflow of cluster.client.workflow.list()) left.push(workflow.workflowId)
  assert.deepEqual(left, [])
})
