/** Views computed by both engines: equal rows have equal digests, and what takes too long is given up. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import type { ViewPlan } from '../../model/plan.ts'
import { digestView, viewColumns } from '../../stores/postgres/views.ts'
import { ViewReader } from '../../stores/sqlite/views.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { database } from './sqlite/files.ts'

let postgres: ScratchPostgres
let client: pg.Client

before(async () => {
  postgres = await startPostgres()
  client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await client.query('SET search_path = pg_catalog')
})

after(async () => {
  await client.end()
  await postgres.stop()
})

const view = (name: string): ViewPlan => ({
  ...{ name, target: { schema: 'public', name } },
  columns: [],
  query: '',
})

async function both(t: Parameters<typeof database>[0], here: string, there: string) {
  await client.query(`DROP VIEW IF EXISTS public.v; CREATE VIEW public.v AS ${there}`)
  const columns = await viewColumns(client, view('v').target)
  const reader = new ViewReader(database(t, `CREATE VIEW v AS ${here}`))
  try {
    const source = await reader.digest({ name: 'v', columns }, 30)
    const target = await digestView(client, view('v'), columns, 30, () => {})
    return { source, target }
  } finally {
    reader.close()
  }
}

test('values of every type, whatever their order', async t => {
  const { source, target } = await both(
    t,
    `SELECT 9223372036854775807 AS i, 0.1 + 0.2 AS f, 'é' AS t, x'00ff' AS b, NULL AS n, 1 AS o, '2024-02-29 10:00:00' AS s
     UNION ALL SELECT -1, -0.0, '', x'', NULL, 0, NULL`,
    `SELECT -1::bigint AS i, 0::float8 AS f, ''::text AS t, ''::bytea AS b, NULL::text AS n, false AS o, NULL::timestamp AS s
     UNION ALL SELECT 9223372036854775807, 0.1::float8 + 0.2::float8, 'é', '\\x00ff', NULL, true, '2024-02-29 10:00:00'`,
  )
  assert.ok(source && 'exact' in source)
  assert.deepEqual(source, target)
  assert.equal(source.rows, 2)
})

test('floats that end in other bits are near, others are not', async t => {
  const near = await both(
    t,
    'SELECT 0.3 AS f, 1e-17 AS z',
    'SELECT 0.1::float8 + 0.2::float8 AS f, 0::float8 AS z',
  )
  assert.ok(near.source && 'exact' in near.source && near.target && 'exact' in near.target)
  assert.notEqual(near.source.exact, near.target.exact)
  assert.equal(near.source.near, near.target.near)
  const far = await both(t, 'SELECT 0.3000001 AS f', 'SELECT 0.3::float8 AS f')
  assert.ok(far.source && 'near' in far.source && far.target && 'near' in far.target)
  assert.notEqual(far.source.near, far.target.near)
})

test('equal rows count each', async t => {
  const { source, target } = await both(
    t,
    `SELECT 'a' AS t UNION ALL SELECT 'a' UNION ALL SELECT 'b'`,
    `SELECT 'a' AS t UNION ALL SELECT 'b' UNION ALL SELECT 'b'`,
  )
  assert.ok(source && 'exact' in source && target && 'exact' in target)
  assert.equal(source.rows, target.rows)
  assert.notEqual(source.exact, target.exact)
})

test('a value that is not of its type in the target, another number of columns, a table that is gone', async t => {
  const unfit = await both(t, `SELECT 'secret' AS i`, 'SELECT 1 AS i')
  assert.match(JSON.stringify(unfit.source), /"unfit":.*column \\"i\\".*not an integer/)
  assert.doesNotMatch(JSON.stringify(unfit.source), /secret/)
  const more = await both(t, 'SELECT 1, 2', 'SELECT 1 AS i')
  assert.deepEqual(more.source, { columns: 2 })
  const gone = await both(t, 'SELECT 1 AS i FROM nowhere', 'SELECT 1 AS i')
  assert.match(JSON.stringify(gone.source), /no such table/)
})

test('what has no end is given up on either side, and the next view is read', async t => {
  const endless =
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 2 FROM n) SELECT count(*) AS i FROM n'
  const columns = [{ name: 'i', type: { kind: 'integer', bits: 64 } as const }]
  const path = database(t, `CREATE VIEW e AS ${endless}; CREATE VIEW v AS SELECT 1 AS i`)
  const reader = new ViewReader(path)
  t.after(() => reader.close())
  assert.equal(await reader.digest({ name: 'e', columns }, 0.3), undefined)
  const next = await reader.digest({ name: 'v', columns }, 30)
  assert.ok(next && 'rows' in next && next.rows === 1)

  await client.query('CREATE VIEW public.e AS SELECT pg_catalog.pg_sleep(3600)::text AS t')
  const text = [{ name: 't', type: { kind: 'text' } as const }]
  assert.equal(await digestView(client, view('e'), text, 0.3, () => {}), undefined)
  await client.query('CREATE VIEW public.after AS SELECT 1 AS i')
  const after = await digestView(client, view('after'), columns, 30, () => {})
  assert.ok(after && 'rows' in after && after.rows === 1)
})
