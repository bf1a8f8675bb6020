/** Sizes and indexes of tables as the server has them. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { standingOf } from '../../../stores/postgres/standing.ts'
import { startPostgres } from '../../support/postgres.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

async function database(sql: string) {
  const url = await postgres.createDatabase()
  const open = async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    after(() => client.end().catch(() => {}))
    return client
  }
  const client = await open()
  await client.query(sql)
  return { client, open }
}

test('indexes with their parts, constraints that nobody checked, and partitions counted together', async () => {
  const { client } = await database(`
    CREATE TABLE "odd "" name" (id int PRIMARY KEY, word text CHECK (word <> ''));
    INSERT INTO "odd "" name" SELECT n, 'w' FROM generate_series(1, 1000) AS n;
    CREATE UNIQUE INDEX lower_word ON "odd "" name" (lower(word) DESC, id) INCLUDE (word) WHERE id > 17;
    ALTER TABLE "odd "" name" ADD CONSTRAINT short CHECK (length(word) < 9) NOT VALID;
    CREATE TABLE parted (id int) PARTITION BY RANGE (id);
    CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10);
    INSERT INTO parted VALUES (1);
    CREATE VIEW v AS SELECT 1`)
  const names = ['odd " name', 'parted', 'v', 'absent'].map(name => ({ schema: 'public', name }))
  const standing = await standingOf(client, names)
  assert.deepEqual(
    standing?.tables.map(({ name }) => name),
    ['odd " name', 'parted'],
  )
  const [odd, parted] = standing!.tables
  assert.deepEqual(
    odd?.indexes.map(({ bytes: _, ...index }) => index),
    [
      {
        ...{ name: 'lower_word', method: 'btree', keys: ['lower(word)', 'id'] },
        ...{ where: 'id > 17', unique: true, valid: true },
      },
      { name: 'odd " name_pkey', method: 'btree', keys: ['id'], unique: true, valid: true },
    ],
  )
  assert.deepEqual(odd?.notValid, [{ kind: 'check', name: 'short' }])
  assert.ok(odd!.bytes > odd!.indexBytes && odd!.indexBytes > 0)
  assert.ok(parted!.bytes >= 8192)
  assert.ok(standing!.databaseBytes > odd!.bytes)
})

test('a table that somebody alters is waited for no longer than a moment', async () => {
  const { client, open } = await database('CREATE TABLE t (id int PRIMARY KEY)')
  const other = await open()
  await other.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE')
  assert.equal(await standingOf(client, [{ schema: 'public', name: 't' }]), undefined)
  await other.query('ROLLBACK')
  assert.equal((await standingOf(client, [{ schema: 'public', name: 't' }]))?.tables.length, 1)
})
