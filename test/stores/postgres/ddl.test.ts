import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import type { LogicalType } from '../../../model/types.ts'
import { moveAside } from '../../../stores/postgres/aside.ts'
import * as ddl from '../../../stores/postgres/ddl.ts'
import { describeTarget } from '../../../stores/postgres/describe.ts'
import { literal } from '../../../stores/postgres/quote.ts'
import { setSequence } from '../../../stores/postgres/sequence.ts'
import { silenceTriggers } from '../../../stores/postgres/triggers.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

const NAME = 'Ünï "quoted" select'
const parent = tablePlan(
  NAME,
  [
    columnPlan('id', { kind: 'integer', bits: 64 }, { notNull: true, identity: { last: '41' } }),
    columnPlan('a "b"', { kind: 'text', maxLength: 20 }, { default: literal("it's \\ here") }),
    columnPlan('n', { kind: 'numeric', precision: 8, scale: 3 }),
    columnPlan('at', { kind: 'timestamp', zone: true }),
  ],
  {
    primaryKey: { columns: ['id'] },
    uniques: [{ name: 'uq "x"', columns: ['a "b"', 'n'] }],
    indexes: [
      {
        name: 'ix; drop',
        unique: true,
        parts: [
          { column: 'at', descending: true },
          { column: 'n', descending: false },
        ],
      },
    ],
    foreignKeys: [
      {
        ...{ name: 'fk', columns: ['n'], onUpdate: 'CASCADE', onDelete: 'SET NULL', deferred: true },
        references: { schema: 'public', table: 'other', columns: ['n'] },
      },
    ],
  },
)

let postgres: ScratchPostgres
let client: pg.Client
before(async () => {
  postgres = await startPostgres()
  client = await session(postgres.url)
})
after(async () => {
  await client?.end()
  await postgres?.stop()
})
beforeEach(async () => {
  await client.query('DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS aside CASCADE; CREATE SCHEMA public')
  await client.query('CREATE TABLE public.other (n numeric(8,3) PRIMARY KEY)')
})

const run = async (statements: string[]) => {
  for (const sql of statements) await client.query(sql)
}
const shape = async () => {
  const { tables, relations } = await describeTarget(client, 'public')
  return { tables, relations }
}
const all = () => [
  ddl.createTable(parent),
  ...ddl.addPrimaryKey(parent),
  ...ddl.addUnique(parent),
  ...parent.indexes.map(index => ddl.createIndex(parent, index)),
  ...parent.foreignKeys.map(key => ddl.addForeignKey(parent, key)),
  ddl.analyze(parent),
]

test('everything of a table is made, taken back and made again', async () => {
  const empty = await shape()
  await run(all().flatMap(({ sql }) => sql))
  const made = await shape()
  const table = made.tables.find(({ name }) => name === NAME)!
  assert.deepEqual(
    table.columns.map(({ name, typeName }) => `${name}: ${typeName}`),
    [...['id: bigint', 'a "b": character varying(20)', 'n: numeric(8,3)', 'at: timestamp with time zone']],
  )
  assert.deepEqual(
    table.columns.map(({ type }) => type),
    parent.columns.map(({ type }) => type),
  )
  assert.deepEqual(table.primaryKey, ['id'])
  assert.equal(table.columns[0]?.identity, 'default')
  assert.deepEqual(table.uniques, [
    ['a "b"', 'n'],
    ['at', 'n'],
  ])
  assert.equal(table.foreignKeys[0]?.references.table, 'other')
  await run(
    all()
      .toReversed()
      .flatMap(({ undo }) => undo),
  )
  assert.deepEqual(await shape(), empty)
  await run(all().flatMap(({ sql }) => sql))
  assert.deepEqual((await shape()).tables.length, made.tables.length)
})

test('a default arrives as the text it was', async () => {
  await run(ddl.createTable(parent).sql)
  const { rows } = await client.query(
    `INSERT INTO public."Ünï ""quoted"" select" (n) VALUES (1) RETURNING "a ""b""" AS v`,
  )
  assert.equal(rows[0].v, "it's \\ here")
})

test('every type has its column', async () => {
  const types: LogicalType[] = [
    ...(['boolean', 'bytes', 'date', 'time', 'uuid', 'inet', 'text', 'numeric'] as const).map(kind => ({
      kind,
    })),
    ...([16, 32, 64] as const).map(bits => ({ kind: 'integer' as const, bits })),
    ...([32, 64] as const).map(bits => ({ kind: 'float' as const, bits })),
    ...[true, false].map(zone => ({ kind: 'timestamp' as const, zone })),
    ...[true, false].map(binary => ({ kind: 'json' as const, binary })),
    { kind: 'numeric', precision: 9, scale: 0 },
  ]
  const typed = tablePlan(
    'typed',
    types.map((type, i) => columnPlan(`c${i}`, type)),
  )
  await run(ddl.createTable(typed).sql)
  const { tables } = await describeTarget(client, 'public')
  const found = tables.find(({ name }) => name === 'typed')!
  assert.deepEqual(
    found.columns.map(({ type }) => type),
    types,
  )
})

const table = '"Ünï ""quoted"" select"'
const nextId = async () =>
  (await client.query(`INSERT INTO public.${table} (n) VALUES (0) RETURNING id`)).rows[0].id

test('an identity goes on after the rows and after the last number given out, never back', async () => {
  await run(ddl.createTable(parent).sql)
  await client.query(`INSERT INTO public.${table} (id) VALUES (7)`)
  const effect = setSequence(parent, parent.columns[0]!)
  await run(effect.sql)
  assert.equal(await nextId(), '42')
  await client.query(`INSERT INTO public.${table} (id) VALUES (1000)`)
  await run(effect.sql)
  assert.equal(await nextId(), '1001')
  await client.query(`DELETE FROM public.${table}`)
  await run(effect.sql)
  assert.equal(await nextId(), '1002')
})

test('a sequence that no row and no record touched begins where it would; negative rows change nothing', async () => {
  const fresh = tablePlan(NAME, [
    columnPlan('id', { kind: 'integer', bits: 64 }, { identity: {} }),
    parent.columns[2]!,
  ])
  await run(ddl.createTable(fresh).sql)
  await client.query(`INSERT INTO public.${table} (id) VALUES (-5)`)
  await run(setSequence(fresh, fresh.columns[0]!).sql)
  assert.equal(await nextId(), '1')
})

test('a default that draws from a sequence of nobody', async () => {
  await client.query(
    `CREATE SEQUENCE public."s q"; CREATE TABLE public.used (id int DEFAULT nextval('public."s q"'))`,
  )
  await client.query('INSERT INTO public.used VALUES (50)')
  const { tables } = await describeTarget(client, 'public')
  const sequence = tables.find(({ name }) => name === 'used')?.columns[0]?.sequence
  assert.equal(sequence, 'public."s q"')
  const used = tablePlan('used', [columnPlan('id', { kind: 'integer', bits: 32 })], { action: 'use' })
  await run(setSequence(used, used.columns[0]!).sql)
  const { rows } = await client.query('INSERT INTO public.used DEFAULT VALUES RETURNING id')
  assert.equal(rows[0].id, 51)
})

test('an old table moves aside with all its names, and comes back as it was', async () => {
  await run(all().flatMap(({ sql }) => sql))
  await client.query(`INSERT INTO public.${table} (id, n) VALUES (3, NULL)`)
  const before = await shape()
  const steps = [ddl.createSchema('aside'), moveAside(parent, 'aside'), ...all()]
  await run(steps.flatMap(({ sql }) => sql))
  assert.equal((await client.query(`SELECT FROM public.${table}`)).rowCount, 0)
  await run(steps.toReversed().flatMap(({ undo }) => undo))
  assert.deepEqual(await shape(), before)
  await run([
    ...ddl.createSchema('aside').sql,
    ...moveAside(parent, 'aside').sql,
    `DROP TABLE aside.${table}`,
  ])
})

test('triggers keep quiet and are as they were afterwards', async () => {
  await client.query(`
    CREATE TABLE public.used (id int, seen text DEFAULT '');
    CREATE FUNCTION public.mark() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.seen := NEW.seen || TG_NAME || ' '; RETURN NEW; END $$;
    CREATE TRIGGER usual BEFORE INSERT ON public.used FOR EACH ROW EXECUTE FUNCTION public.mark();
    CREATE TRIGGER always BEFORE INSERT ON public.used FOR EACH ROW EXECUTE FUNCTION public.mark();
    CREATE TRIGGER off BEFORE INSERT ON public.used FOR EACH ROW EXECUTE FUNCTION public.mark();
    ALTER TABLE public.used ENABLE ALWAYS TRIGGER always;
    ALTER TABLE public.used DISABLE TRIGGER off`)
  const used = tablePlan('used', [columnPlan('id', { kind: 'integer', bits: 32 })], { action: 'use' })
  const insert = async () =>
    (await client.query('INSERT INTO public.used VALUES (1) RETURNING seen')).rows[0].seen
  const modes = async () => (await client.query(`SELECT tgname, tgenabled FROM pg_trigger ORDER BY 1`)).rows
  const before = await modes()
  const effect = await silenceTriggers(client, used)
  await run(effect!.sql)
  assert.equal(await insert(), '')
  assert.equal(await silenceTriggers(client, used), undefined)
  await run(effect!.undo)
  assert.deepEqual(await modes(), before)
  assert.equal(await insert(), 'always usual ')
})
