/** Reading a target back takes no memory that grows with it: what came over the socket is given back on the way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { digestTarget } from '../../../stores/digest/target.ts'
import { startPostgres } from '../../support/postgres.ts'
import { tableOf } from './tables.ts'

const MB = 1_000_000

test('80 MB are digested with less than 32 MB of buffers', async () => {
  const server = await startPostgres()
  const client = new pg.Client(server.url)
  try {
    await client.connect()
    await client.query(`
      CREATE TABLE sample AS SELECT i AS id, repeat(md5(i::text), 32) AS words FROM generate_series(1, 80000) i`)
    const table = tableOf({ id: { kind: 'integer', bits: 32 }, words: { kind: 'text' } }, ['id'])
    let most = 0
    const heard = () => {
      most = Math.max(most, process.memoryUsage().arrayBuffers)
    }
    assert.equal((await digestTarget(client, table, heard)).count, 80_000)
    assert.ok(most < 32 * MB, `${most / MB} MB`)
  } finally {
    await client.end()
    await server.stop()
  }
})
