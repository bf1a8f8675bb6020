import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import pg from 'pg'
import type { TablePlan } from '../../../../model/plan.ts'
import { digestCarried, transfer } from '../../../../stores/postgres/carry/transfer.ts'
import { startPostgres } from '../../../support/postgres.ts'

const server = await startPostgres()
const opened: pg.Client[] = []
after(async () => {
  await Promise.all(opened.map(client => client.end().catch(() => {})))
  await server.stop()
})

async function session(url = server.url): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  // A source that is not read to its end is cut off.
  client.on('error', () => {})
  await client.connect()
  opened.push(client)
  return client
}

const table = (name: string, columns: string[], format?: 'text'): TablePlan => ({
  ...{ name, origin: { schema: 'here', name }, target: { schema: 'there', name }, action: 'create' },
  columns: columns.map(column => ({
    ...{
      name: column,
      target: column,
      type: { kind: 'native', name: 'text' },
      notNull: false,
      wide: false,
      why: '',
    },
  })),
  ...{
    access: { by: 'whole' },
    key: [],
    uniques: [],
    checks: [],
    indexes: [],
    statistics: [],
    foreignKeys: [],
  },
  ...(format && { format }),
  ...{ rows: 0, bytes: 0, sourceSql: '' },
})

const [source, target] = await Promise.all([session(), session()])
await source.query(`
  CREATE SCHEMA here; CREATE SCHEMA there;
  CREATE TYPE here.mood AS ENUM ('sad'); CREATE TYPE there.mood AS ENUM ('glad', 'sad');
  CREATE TABLE here.large (id integer, b bytea, t text);
  CREATE TABLE here.bare (); CREATE TABLE here.moods (m here.mood[]); CREATE TABLE here.empty (id integer);
  INSERT INTO here.large VALUES (1, NULL, 'ü'), (3, '', repeat('z', 100000));
  INSERT INTO here.large SELECT 2, decode(repeat(md5('x'), 400000), 'hex'), repeat('ü', 3000000);
  INSERT INTO here.bare DEFAULT VALUES; INSERT INTO here.bare DEFAULT VALUES;
  INSERT INTO here.moods VALUES ('{sad,NULL}'), (NULL);
  CREATE TABLE there.large (LIKE here.large); CREATE TABLE there.bare (); CREATE TABLE there.empty (id integer CHECK (id > 0));
  CREATE TABLE there.moods (m there.mood[])`)

const { signal } = new AbortController()
const options = { where: 'true', progress: () => {}, signal, pace: <F>(frames: AsyncIterable<F>) => frames }
const move = (plan: TablePlan, given = {}) => transfer({ source, target }, plan, { ...options, ...given })
const rowsOf = async (place: string) =>
  (await target.query({ text: `SELECT t::text FROM ${place} AS t ORDER BY 1`, rowMode: 'array' })).rows

suite('rows from server to server', () => {
  const large = table('large', ['id', 'b', 't'])

  test('as binary and as text, with rows that no window holds', async () => {
    for (const plan of [large, { ...large, format: 'text' as const }]) {
      await target.query('TRUNCATE there.large')
      const moved = await move(plan)
      assert.equal(moved.rows, 3)
      assert.ok((await digestCarried(target, plan, () => {})).equals(moved.digest))
      assert.deepEqual(await rowsOf('there.large'), await rowsOf('here.large'))
    }
  })

  test('rows without columns, no rows, and types whose numbers are others there', async () => {
    assert.equal((await move(table('bare', []))).rows, 2)
    assert.equal((await move(table('empty', ['id']))).rows, 0)
    assert.equal((await move(table('moods', ['m'], 'text'))).rows, 2)
    assert.deepEqual(await rowsOf('there.moods'), await rowsOf('here.moods'))
    assert.equal((await rowsOf('there.bare')).length, 2)
  })

  test('a changed row gives another digest, and a part of the rows that of the part', async () => {
    const part = { ...large, target: { schema: 'here', name: 'large' } }
    const some = await digestCarried(target, part, () => {}, 't.id < 3')
    assert.equal(some.count, 2)
    await target.query("UPDATE there.large SET t = 'u' WHERE id = 1")
    assert.ok(!(await digestCarried(target, large, () => {}, 't.id < 3')).equals(some))
  })

  test('what the target refuses leaves its session as it was', async () => {
    await source.query('INSERT INTO here.empty VALUES (0)')
    const failing = transfer({ source: await session(), target }, table('empty', ['id']), options)
    await assert.rejects(failing, /table empty/)
    assert.deepEqual((await target.query('SELECT 1 AS one')).rows, [{ one: 1 }])
  })

  test('a value that names what the target does not have is told without it', async () => {
    await source.query(`CREATE TABLE here.secret (); CREATE TABLE here.names (k regclass);
                        INSERT INTO here.names VALUES ('here.secret')`)
    const other = await session(await server.createDatabase())
    await other.query('CREATE SCHEMA there; CREATE TABLE there.names (k regclass)')
    const named = transfer({ source, target: other }, table('names', ['k'], 'text'), options)
    await assert.rejects(
      named,
      error => /names something/.test(String(error)) && !/secret/.test(String(error)),
    )
  })

  test('what is told to stop stops in the middle of a row', async () => {
    const stop = new AbortController()
    const pace = async function* <F>(frames: AsyncIterable<F>) {
      let no = 0
      for await (const frame of frames) {
        if (++no === 2) stop.abort(new Error('told to'))
        yield frame
      }
    }
    const stopped = transfer({ source: await session(), target }, large, {
      ...options,
      signal: stop.signal,
      pace,
    })
    await assert.rejects(stopped, /told to/)
    assert.deepEqual((await target.query('SELECT 1 AS one')).rows, [{ one: 1 }])
  })
})
