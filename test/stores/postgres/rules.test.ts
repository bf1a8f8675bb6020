/** Rules over tables as they are met in the wild: hostile names, odd types and collations, locks, large values. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Client } from 'pg'
import type { RuleCheck, RuleColumn } from '../../../model/rule-checks.ts'
import type { LogicalType } from '../../../model/types.ts'
import { checkThere } from '../../../stores/postgres/rules/check.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

let postgres: ScratchPostgres
let client: Client

before(async () => {
  postgres = await startPostgres()
  client = await session(postgres.url)
})

after(async () => {
  await client.end()
  await postgres.stop()
})

const place = (name: string) => ({ schema: 'public', name })
const column = (target: string, type: LogicalType = { kind: 'text' }): RuleColumn => ({
  name: target,
  target,
  type,
})

async function said(check: Exclude<RuleCheck, { kind: 'same' }>, seconds: number): Promise<string> {
  const found = await checkThere(client, check, { schema: 'public', seconds }, () => {})
  return 'failure' in found ? `not checked: ${found.failure}` : (found.reason ?? 'holds')
}

const INT: LogicalType = { kind: 'integer', bits: 64 }
const MONEY: LogicalType = { kind: 'numeric', precision: 5, scale: 2 }
const JSONS: LogicalType = { kind: 'json', binary: false }

const HOSTILE = 'a"; --'
const own = { in: place(HOSTILE) }

const ODD = `
  CREATE COLLATION public.nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TYPE public.mood AS ENUM ('sad', 'ok');
  CREATE TABLE public."a""; --" (id bigint, "x'y" text COLLATE public.nocase, n numeric(5,2), f float8, m public.mood, j json,
    jb jsonb, c text COLLATE "C", b boolean, ts timestamptz);
  INSERT INTO public."a""; --" VALUES
    (1, 'Ab', 1.5, 'NaN', 'sad', '{"a":1}', '[1,2]', 'ÉTÉ', true, '2024-01-01 00:00+02'),
    (2, 'aB', NULL, 0.1, 'ok', '[]', '3', 'été', false, NULL),
    (3, E'\t', 100, NULL, NULL, NULL, NULL, NULL, NULL, 'infinity');
  CREATE TABLE public.p (id bigint, t text, nc text COLLATE public.nocase, v varchar(3), m text);
  INSERT INTO public.p VALUES (1, 'ab', 'AB', '1', 'ok'), (2, 'x', 'été', '3', 'SAD');
  CREATE FUNCTION public.writes() RETURNS int LANGUAGE sql AS 'INSERT INTO public.p VALUES (9) RETURNING 1'`

const orphans = (child: RuleColumn, parent: RuleColumn): RuleCheck => ({
  ...{ kind: 'orphans', ...own, columns: [child], parent: place('p'), parentColumns: [parent] },
})

const CASES: [name: string, check: RuleCheck, said: string][] = [
  ['by the collation of the parent', orphans(column("x'y"), column('t')), '3 rows point to no row of p'],
  ['also one that calls more equal', orphans(column("x'y"), column('nc')), 'one row points to no row of p'],
  ['from another one', orphans(column('c'), column('nc')), 'holds'],
  ['columns of other types', orphans(column('id', INT), column('v')), 'one row points to no row of p'],
  ['numbers of other types', orphans(column('n', MONEY), column('id', INT)), '2 rows point to no row of p'],
  ['an enum', orphans(column('m'), column('m')), 'one row points to no row of p'],
  [
    'values are exact under any collation',
    { kind: 'allowed', ...own, column: column("x'y"), values: ['Ab', "it's"], orNull: false },
    '2 rows have another value',
  ],
  [
    'values of an enum',
    { kind: 'allowed', ...own, column: column('m'), values: ['sad'], orNull: true },
    'one row has another value',
  ],
  [
    'truth',
    {
      kind: 'allowed',
      ...own,
      column: column('b', { kind: 'boolean' }),
      values: ['true', '0'],
      orNull: false,
    },
    'one row has NULL',
  ],
  [
    'no value of a rule is rounded',
    { kind: 'allowed', ...own, column: column('n', MONEY), values: ['1.499', '1e2'], orNull: true },
    'one row has another value',
  ],
  [
    'blanks',
    { kind: 'required', ...own, columns: [column("x'y"), column('m'), column('j', JSONS)] },
    `"x'y" is missing in 1 row, m is missing in 1 row, j is missing in 1 row`,
  ],
  [
    'the column calls them equal',
    { kind: 'unique', ...own, columns: [column("x'y")], ignoreCase: false },
    '2 rows share 1 key',
  ],
  [
    'letters of all scripts',
    { kind: 'unique', ...own, columns: [column('c')], ignoreCase: true },
    '2 rows share 1 key',
  ],
  ['by bytes', { kind: 'unique', ...own, columns: [column('c')], ignoreCase: false }, 'holds'],
  [
    'json has no equality',
    { kind: 'unique', ...own, columns: [column('j', JSONS)], ignoreCase: false },
    'holds',
  ],
  [
    'NaN is above all',
    { kind: 'range', ...own, column: column('f', { kind: 'float', bits: 64 }), min: '0.1', max: '1' },
    'one row is above 1',
  ],
  [
    'without an offset it is UTC',
    { kind: 'range', ...own, column: column('ts', { kind: 'timestamp', zone: true }), min: '2024-01-01' },
    'one row is below 2024-01-01',
  ],
  [
    'no bound is rounded',
    { kind: 'range', ...own, column: column('n', MONEY), max: '99.999' },
    'one row is above 99.999',
  ],
  [
    'shapes of JSON',
    {
      kind: 'json',
      ...own,
      column: column('jb', { kind: 'json', binary: true }),
      shape: { items: { maximum: 1 }, type: 'array' },
    },
    '2 values have another shape',
  ],
  ['texts that are no JSON', { kind: 'json', ...own, column: column('c') }, '2 values are no JSON'],
  [
    'a table that is gone',
    { kind: 'rows', in: place('none'), least: 0, most: 1 },
    'not checked: could not check it: relation "public.none" does not exist (42P01)',
  ],
  ['no end', { kind: 'no-rows', sql: 'SELECT pg_sleep(60)' }, 'not checked: it takes longer than 1 s'],
  [
    'no value is told',
    { kind: 'no-rows', sql: 'SELECT c::int FROM "a""; --"' },
    'not checked: could not check it: invalid_text_representation (22P02)',
  ],
  [
    'nothing can be written',
    { kind: 'no-rows', sql: 'SELECT writes()' },
    'not checked: could not check it: cannot execute INSERT in a read-only transaction (25006)',
  ],
  [
    'many rows',
    { kind: 'no-rows', sql: 'SELECT g FROM generate_series(1, 100000) g' },
    'it gives 100,000 rows, and none are expected',
  ],
  [
    'of no tables',
    { kind: 'constraints', tables: [], counts: { index: 1, exclusion: 0 } },
    'index: 0, and 1 expected',
  ],
]

test('rules over odd tables', async t => {
  await client.query(ODD)
  for (const [name, check, wanted] of CASES) {
    if (check.kind === 'same') continue
    await t.test(name, async () => assert.equal(await said(check, 1), wanted))
  }
})
