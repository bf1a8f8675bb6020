import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import type { FailureCode } from '../../model/failure.ts'
import { toFailure } from '../../sessions/errors.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { session } from '../support/session.ts'

const SECRET = 'hunter2-of-ann'
let postgres: ScratchPostgres
let client: pg.Client
before(async () => {
  postgres = await startPostgres()
  client = await session(postgres.url)
  await client.query(`
    CREATE TABLE public.parent (id text PRIMARY KEY CHECK (id <> 'no-${SECRET}'), age int NOT NULL);
    CREATE TABLE public.child (id text REFERENCES public.parent);
    INSERT INTO public.parent VALUES ('${SECRET}', 1);
    CREATE VIEW public.ours AS SELECT '${SECRET}' AS x;
    CREATE VIEW public.theirs AS SELECT * FROM public.ours`)
})
after(async () => {
  await client?.end()
  await postgres?.stop()
})

const CASES: [sql: string, code: FailureCode, says: RegExp][] = [
  [
    'DROP VIEW public.ours',
    'object',
    /cannot drop view .*theirs depends on view .*ours \(2BP01\)\. Drop or change/,
  ],
  [
    `INSERT INTO public.parent VALUES ('${SECRET}', 2)`,
    'object',
    /unique_violation \(23505\), in public\.parent, constraint parent_pkey/,
  ],
  [
    `INSERT INTO public.child VALUES ('x${SECRET}')`,
    'object',
    /foreign_key_violation.*public\.child, constraint child_id_fkey/,
  ],
  [
    `INSERT INTO public.parent VALUES ('no-${SECRET}', 2)`,
    'object',
    /check_violation.*constraint parent_id_check/,
  ],
  [
    `INSERT INTO public.parent VALUES ('b${SECRET}', NULL)`,
    'object',
    /not_null_violation.*public\.parent\.age/,
  ],
  [`SELECT '${SECRET}'::int`, 'value', /invalid_text_representation \(22P02\)/],
  [`SELECT '{"${SECRET}'::jsonb`, 'value', /22P02/],
  [`SELECT ${SECRET.replaceAll('-', '')} '${SECRET}' x y`, 'object', /SQLSTATE 42601/],
  [`DO $$ BEGIN RAISE EXCEPTION '${SECRET}'; END $$`, 'object', /SQLSTATE P0001/],
  ['SELECT * FROM public.nothing', 'object', /relation "public.nothing" does not exist/],
  ['DROP TABLE public.parent', 'object', /other objects depend on it/],
  [`BEGIN READ ONLY; CREATE TABLE public.x ()`, 'target', /read-only transaction/],
]

for (const [sql, code, says] of CASES) {
  test(`${sql.replaceAll(SECRET, '…')}: ${code}, without values`, async () => {
    const error = await client.query(sql).then(
      () => assert.fail('it went through'),
      (error: unknown) => error,
    )
    await client.query('ROLLBACK')
    const failure = toFailure(error, { object: 'table "t"', doing: 'try it' })
    assert.equal(failure.code, code)
    assert.match(failure.message, says)
    assert.ok(!`${failure.stack}${JSON.stringify(failure)}`.includes(SECRET), failure.message)
    assert.equal(failure.cause, undefined)
  })
}

test('an unforeseen error keeps its place and not its text', () => {
  const failure = toFailure(new SyntaxError(`Cannot convert ${SECRET} to a BigInt`), { doing: 'read a row' })
  assert.equal(failure.code, 'internal')
  assert.ok(!failure.stack?.includes(SECRET))
  assert.match(failure.stack ?? '', /errors\.test\.ts/)
})

test('what sockets say', () => {
  const coded = (code: string) => Object.assign(new Error('x'), { code })
  const codeOf = (error: unknown) => toFailure(error, { doing: 'connect' }).code
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'])
    assert.equal(codeOf(coded(code)), 'unavailable')
  assert.equal(codeOf(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])), 'unavailable')
  assert.equal(codeOf(new Error('Connection terminated unexpectedly')), 'unavailable')
  const noHost = toFailure(coded('ENOTFOUND'), { doing: 'connect' })
  assert.deepEqual([noHost.code, noHost.facts.remedy], ['unavailable', 'Correct the name of the host'])
  assert.equal(codeOf(coded('SELF_SIGNED_CERT_IN_CHAIN')), 'target')
})
