/** The fingerprint of a table: what changes it, and what does not. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { connect } from '../../../sessions/connect.ts'
import { catalogDifferences, catalogOf } from '../../../stores/postgres/catalog.ts'
import { fingerprintTable } from '../../../stores/postgres/fingerprint.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'

let postgres: ScratchPostgres
let client: pg.Client

before(async () => {
  postgres = await startPostgres()
  client = await openSession()
})
after(async () => {
  await client?.end()
  await postgres?.stop()
})

const openSession = (): Promise<pg.Client> =>
  connect(
    { kind: 'postgres', connection: postgres.url, schema: 'public' },
    { home: '/nowhere', env: {}, application: 'test' },
  )

const of = (name: string) => fingerprintTable(client, { schema: 'public', name })

/** A table of these rows; returns its fingerprint. */
async function rows(name: string, columns: string, values: string) {
  await client.query(`DROP TABLE IF EXISTS public.${name}; CREATE TABLE public.${name} (${columns})`)
  if (values) await client.query(`INSERT INTO public.${name} VALUES ${values}`)
  return of(name)
}

test('the order of rows does not matter, how often one is there does', async () => {
  const one = await rows('a', 'x int, y text', `(1, 'a'), (2, NULL), (2, NULL)`)
  assert.deepEqual(await rows('b', 'x int, y text', `(2, NULL), (1, 'a'), (2, NULL)`), one)
  const others = [
    await rows('b', 'x int, y text', `(1, 'a'), (2, NULL)`),
    await rows('b', 'x int, y text', `(1, 'a'), (1, 'a'), (2, NULL)`),
    await rows('b', 'x int, y text', `(1, 'a'), (2, ''), (2, NULL)`),
    await rows('b', 'x int, y text', `(1, NULL), (2, 'a'), (2, NULL)`),
    await rows('b', 'x int, y text', ''),
  ]
  assert.equal(new Set([one, ...others].map(({ digest }) => digest)).size, 1 + others.length)
  assert.deepEqual(others.at(-1), { rows: 0, digest: '0'.repeat(32) })
})

test('it does not depend on the settings of the database, and sees the last digit', async () => {
  const values = `(0.1::float8 + 0.2, '2024-05-06 07:08:09.123456+02', '1 day 2 hours', '\\xdead')`
  const columns = 'f float8, t timestamptz, i interval, b bytea'
  const one = await rows('a', columns, values)
  const name = new URL(postgres.url).pathname.slice(1)
  await client.query(`ALTER DATABASE "${name}" SET extra_float_digits = 0; ALTER DATABASE "${name}" SET TimeZone = 'Asia/Tokyo';
    ALTER DATABASE "${name}" SET DateStyle = 'German'; ALTER DATABASE "${name}" SET bytea_output = escape`)
  await client.end()
  client = await openSession()
  assert.deepEqual(await of('a'), one)
  assert.notEqual((await rows('a', columns, values.replace('0.2', '0.2000000000000001'))).digest, one.digest)
})

test('long texts and blobs count to their last byte, also under a domain', async () => {
  await client.query('DROP TABLE IF EXISTS public.a; CREATE DOMAIN public.note AS text')
  const long = (last: string) =>
    rows(
      'a',
      'n public.note, b bytea',
      `(repeat('x', 3000000) || '${last}', decode(repeat('00', 2000000) || '0${last}', 'hex'))`,
    )
  const one = await long('1')
  assert.deepEqual(await long('1'), one)
  assert.notEqual((await long('2')).digest, one.digest)
})

test('rows of tables that inherit are theirs; those of partitions are the whole', async () => {
  await client.query(`DROP TABLE IF EXISTS public.a; CREATE TABLE public.a (x int);
    CREATE TABLE public.child () INHERITS (public.a);
    INSERT INTO public.a VALUES (1); INSERT INTO public.child VALUES (2);
    CREATE TABLE public.parts (x int) PARTITION BY LIST (x);
    CREATE TABLE public.part PARTITION OF public.parts DEFAULT;
    INSERT INTO public.parts VALUES (3), (4)`)
  assert.equal((await of('a')).rows, 1)
  assert.equal((await of('parts')).rows, 2)
})

test('what changed of a catalog is named', async () => {
  await client.query(`CREATE TABLE public.c (id serial PRIMARY KEY, name varchar(9) CHECK (name IN ('a', 'b')));
    CREATE INDEX by_name ON public.c (name)`)
  const place = { schema: 'public', name: 'c' }
  const before = await catalogOf(client, place)
  assert.deepEqual(catalogDifferences(before, await catalogOf(client, place)), [])
  await client.query(`ALTER TABLE public.c ALTER name SET NOT NULL; DROP INDEX public.by_name;
    GRANT SELECT ON public.c TO pg_monitor; COMMENT ON TABLE public.c IS 'new'; SELECT nextval('public.c_id_seq');
    ALTER TABLE public.c ENABLE ROW LEVEL SECURITY`)
  const lines = catalogDifferences(before, await catalogOf(client, place))
  for (const pattern of [
    /^columns: now name .* NOT NULL/,
    /^indexes: no longer .*by_name/,
    /^grants: now SELECT to pg_monitor/,
    /^comments: now new/,
    /^sequences: now public.c_id_seq of id: 1/,
    /^table: now row security/,
  ])
    assert.ok(
      lines.some(line => pattern.test(line)),
      `${pattern} in ${lines.join('\n')}`,
    )
})
