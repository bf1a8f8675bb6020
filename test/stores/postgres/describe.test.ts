import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { describeTarget } from '../../../stores/postgres/describe.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

let postgres: ScratchPostgres
let client: pg.Client
before(async () => {
  postgres = await startPostgres({ own: true })
  client = await session(postgres.url)
})
after(async () => {
  await client?.end()
  await postgres?.stop()
})

test('a schema that is not there', async () => {
  const found = await describeTarget(client, 'nowhere')
  assert.deepEqual(found.schema, { name: 'nowhere', exists: false, canCreate: false })
  assert.deepEqual(found.tables, [])
  assert.match(found.engine, /^PostgreSQL \d+/)
})

test('tables with all that hangs on them', async () => {
  await client.query(`
    CREATE SCHEMA app; CREATE SCHEMA elsewhere; CREATE TYPE app.mood AS ENUM ('ok'); CREATE DOMAIN app.text AS text;
    CREATE TABLE app.users (
      id serial PRIMARY KEY, mail text UNIQUE, mood app.mood, tags text[], fake app.text, ts timestamp(3),
      c char(3), twice int GENERATED ALWAYS AS (2) STORED, k bigint GENERATED ALWAYS AS IDENTITY);
    CREATE UNIQUE INDEX partly ON app.users (mood) WHERE mood = 'ok';
    CREATE TABLE app.bare (); CREATE TABLE app.empty (a int); INSERT INTO app.empty VALUES (1); DELETE FROM app.empty;
    CREATE TABLE elsewhere.orders (id int, owner int CONSTRAINT orders_owner REFERENCES app.users);
    CREATE VIEW elsewhere.mails AS SELECT mail FROM app.users;
    INSERT INTO app.users (mail) VALUES ('x')`)
  const { tables, relations } = await describeTarget(client, 'app')
  assert.deepEqual(
    tables.map(({ name, hasRows }) => [name, hasRows]),
    [
      ['bare', false],
      ['empty', false],
      ['users', true],
    ],
  )
  const users = tables[2]!
  assert.deepEqual(
    users.columns.filter(({ type }) => type).map(({ name }) => name),
    ['id', 'mail', 'mood', 'twice', 'k'],
  )
  assert.deepEqual(users.uniques, [['mail']])
  assert.deepEqual(users.referencedBy, [{ schema: 'elsewhere', table: 'orders', name: 'orders_owner' }])
  assert.deepEqual(users.views, [{ schema: 'elsewhere', name: 'mails' }])
  assert.equal(users.columns.find(({ name }) => name === 'id')?.sequence, 'app.users_id_seq')
  assert.equal(users.columns.find(({ name }) => name === 'twice')?.generated, true)
  assert.equal(users.columns.find(({ name }) => name === 'k')?.identity, 'always')
  assert.ok(relations.some(({ name, kind }) => name === 'partly' && kind === 'index'))
})

test('who writes is named, also to a role that may see little', async () => {
  await client.query('CREATE ROLE little; GRANT USAGE ON SCHEMA app TO little')
  const [idle, writing, asLittle] = [
    await session(postgres.url),
    await session(postgres.url),
    await session(postgres.url),
  ]
  await idle.query('BEGIN; SELECT FROM app.users')
  await writing.query(`BEGIN; INSERT INTO app.users (mail) VALUES ('y')`)
  const pidOf = async (c: pg.Client) => (await c.query('SELECT pg_backend_pid() AS pid')).rows[0].pid
  const seen = (await describeTarget(client, 'app')).writers.map(({ pid }) => pid)
  assert.deepEqual(seen.toSorted(), [await pidOf(idle), await pidOf(writing)].toSorted())
  await asLittle.query('SET ROLE little')
  const found = await describeTarget(asLittle, 'app')
  assert.deepEqual([found.role, found.canCreateSchema, found.schema.canCreate], ['little', false, false])
  const writer = await pidOf(writing)
  assert.ok(found.writers.some(({ pid }) => pid === writer))
  assert.equal(found.tables.find(({ name }) => name === 'users')?.hasRows, true)
  await Promise.all([idle, writing, asLittle].map(c => c.end()))
})

test('what a role may do with tables, and whether it can keep a ledger', async () => {
  await client.query(`
    CREATE SCHEMA rights; CREATE TABLE rights.mine (a int); CREATE TABLE rights.given (a int); CREATE TABLE rights.theirs ();
    CREATE ROLE owners; CREATE ROLE loader IN ROLE owners; GRANT USAGE ON SCHEMA rights TO loader;
    GRANT CREATE ON SCHEMA rights TO owners; ALTER TABLE rights.mine OWNER TO owners; REVOKE CREATE ON SCHEMA rights FROM owners;
    GRANT SELECT, INSERT ON rights.given TO loader;
    CREATE FUNCTION rights.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER fires BEFORE INSERT ON rights.given EXECUTE FUNCTION rights.f();
    CREATE TRIGGER off BEFORE INSERT ON rights.given EXECUTE FUNCTION rights.f();
    ALTER TABLE rights.given DISABLE TRIGGER off`)
  const loader = await session(postgres.url)
  await loader.query('SET ROLE loader')
  const found = await describeTarget(loader, 'rights')
  assert.deepEqual(Object.fromEntries(found.tables.map(({ name, rights }) => [name, rights])), {
    mine: { owns: true, select: true, insert: true, update: true, remove: true, delete: true },
    given: { owns: false, select: true, insert: true, update: false, remove: false, delete: false },
    theirs: { owns: false, select: false, insert: false, update: false, remove: false, delete: false },
  })
  assert.deepEqual(found.tables.find(({ name }) => name === 'given')?.triggers, ['fires'])
  assert.equal(found.takesLedger, false)
  await client.query('GRANT CREATE ON SCHEMA rights TO loader')
  assert.equal((await describeTarget(loader, 'rights')).takesLedger, true)
  await loader.end()
})

test('a role without pg_control_system still tells databases apart', async () => {
  await client.query('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public')
  const limited = await session(postgres.url)
  await limited.query('SET ROLE little')
  const [one, two] = [await describeTarget(limited, 'app'), await describeTarget(limited, 'app')]
  assert.match(one.identity.systemIdentifier, /^unread-/)
  assert.deepEqual(one.identity, two.identity)
  const elsewhere = await session(await postgres.createDatabase())
  assert.notEqual((await describeTarget(elsewhere, 'app')).identity.databaseOid, one.identity.databaseOid)
  await Promise.all([limited, elsewhere].map(c => c.end()))
})

test('2,000 tables', async t => {
  await client.query('CREATE SCHEMA many')
  await client.query(`DO $$ BEGIN FOR i IN 1..2000 LOOP
    EXECUTE format('CREATE TABLE many.t%s (id int PRIMARY KEY, v text UNIQUE)', i);
    IF i % 2 = 0 THEN EXECUTE format('INSERT INTO many.t%s VALUES (1)', i); END IF;
    IF i % 100 = 0 THEN COMMIT; END IF;
  END LOOP; END $$`)
  const start = performance.now()
  const { tables } = await describeTarget(client, 'many')
  t.diagnostic(`${Math.round(performance.now() - start)} ms`)
  assert.equal(tables.length, 2000)
  assert.equal(tables.filter(({ hasRows }) => hasRows).length, 1000)
})
