/** Expressions of PostgreSQL and what they became in SQLite, over the same rows: the same answers, or no translation. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { tryRules } from '../../../activities/into-sqlite/try-job.ts'
import { loaded, openWorld, planOf } from './world.ts'

let world: Awaited<ReturnType<typeof openWorld>>
before(async () => {
  world = await openWorld()
})
after(() => world?.stop())

const ROWS = `
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s');
  CREATE TABLE t (id int PRIMARY KEY, i int, j bigint, f float8, n numeric(10,2), big numeric(30,10), s text, v varchar(20),
    c char(6), b boolean, m mood, d date, ts timestamp, tz timestamptz, u uuid, x bytea, cs text COLLATE "C", tm time);
  INSERT INTO t VALUES
    (1, 7, 9007199254740993, 0.1, 19.99, 12345678901234567890.5, 'abc', 'a_c', 'ab', true, 'sad', '2024-02-29', '2024-02-29 23:59:59.5', '2024-02-29 23:59:59.5+02', '00000000-0000-0000-0000-00000000000a', '\\x00ff', 'Zebra', '10:00'),
    (2, -7, -9223372036854775808, -0.5, -0.01, -0.0000000001, 'A%C', 'a%c', 'abcdef', false, 'ok', '0001-01-01', '0001-01-01 00:00:00', '2024-03-01 00:00:00Z', 'ffffffff-0000-0000-0000-00000000000a', '', 'apple', '24:00'),
    (3, 0, 0, 0, 0, 0, '', '', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, 1073741823, 9223372036854775807, 1e100, 99999999.99, 99999999999999999999.9999999999, '  äöü [x]*?  ', 'x''y"z', 'ä', true, 'it''s', '9999-12-31', '9999-12-31 23:59:59.999999', '1999-12-31 23:59:59.999999Z', '00000000-0000-0000-0000-00000000000b', '\\x80', 'Äpfel', '23:59:59.999999'),
    (6, 5, 5, 5, 5, 5, 'a', 'a', 'a', false, 'ok', '2000-01-01', '2000-01-01 00:00:00', '2000-01-01 00:00:00Z', '00000000-0000-0000-0000-00000000000b', 'a', 'a', '00:00');`

const TRANSLATED = [
  ...[
    'i + j % 7',
    'i * 2 - 3',
    'i / 2',
    'i % 3',
    '-i',
    'abs(i)',
    'i = 5',
    'i <> 7 AND NOT b',
    'i > n',
    'n >= 0',
    'n < 19.995',
  ],
  ...[
    'f + 1',
    'f * f',
    'f / 3',
    'f > n',
    'n IN (5, 19.99)',
    'big > 0',
    'big <= 0',
    'i::bigint = j',
    'f = 0.1',
    'j > 9007199254740992',
  ],
  ...[
    'i IS NULL',
    'b IS TRUE',
    'b IS NOT TRUE',
    'b IS UNKNOWN',
    'b IS DISTINCT FROM true',
    'i IS DISTINCT FROM j',
    's IS NOT DISTINCT FROM v',
  ],
  ...[
    "s = 'abc'",
    "s LIKE 'a%'",
    "s NOT LIKE 'A_C'",
    "v LIKE 'a\\_c'",
    "v LIKE 'a\\%%'",
    "s LIKE '%[x]*?%'",
    "s LIKE ''",
    "v LIKE '%''%'",
  ],
  ...[
    "s || '-' || v",
    "coalesce(s, v, 'none')",
    "nullif(s, 'abc')",
    'length(s)',
    'char_length(v)',
    'length(c)',
    'length(x)',
    'octet_length(s)',
  ],
  ...[
    'btrim(s)',
    "ltrim(s, ' ä')",
    'rtrim(s)',
    'substr(s, 2)',
    'substring(s FROM 1 FOR 2)',
    'left(s, 2)',
    "replace(s, 'a', 'xx')",
    "position('c' IN s)",
  ],
  ...[
    "strpos(v, '')",
    "starts_with(s, 'a')",
    "c = 'ab'",
    "c = 'ab    '",
    "c::text || '|'",
    "m = 'ok'",
    "m IN ('ok', 'sad')",
    "m::text || '!'",
    "m <> 'it''s'",
  ],
  ...[
    "d > '2000-01-01'",
    "d = '2024-02-29'",
    'd <= ts::date',
    'ts > d::timestamp',
    "ts = '2024-02-29 23:59:59.5'",
    "tz >= '2024-03-01 00:00:00Z'",
    "tz = '2024-02-29 21:59:59.5Z'",
  ],
  ...[
    "tz < '2000-01-01 00:00:00.000001Z'",
    'extract(year FROM d)',
    'extract(dow FROM ts)',
    'extract(doy FROM d)',
    "date_trunc('month', ts)",
    "date_trunc('hour', ts)",
    "tm > '10:00:00.000001'",
  ],
  ...[
    "u = '00000000-0000-0000-0000-00000000000a'",
    "u > '00000000-0000-0000-0000-00000000000a'",
    'u::text',
    "x = '\\x00ff'",
    "cs < 'b'",
    `s COLLATE "C" > 'A'`,
  ],
  ...[
    "CASE WHEN i > 0 THEN 'more' WHEN i < 0 THEN 'less' END",
    'CASE i WHEN 7 THEN s ELSE v END',
    'num_nonnulls(i, s, b)',
    'num_nulls(i, s)',
    'b = (i > 0)',
    'i::text',
    "s IN ('a', 'abc', NULL)",
  ],
  ...[
    "s NOT IN ('a', 'abc')",
    "v = ANY (ARRAY['a', 'a_c'])",
    "s LIKE ANY (ARRAY['a%', '%C'])",
    'i BETWEEN 0 AND 6',
    'i NOT BETWEEN 0 AND 6',
    'coalesce(b, false)',
    'n::float8 * 2',
  ],
]

const REFUSED = [
  ...[
    "s < 'b'",
    "s ~ 'a'",
    "s ILIKE 'A%'",
    'n * 2',
    'n + i',
    'big + 1',
    'big = 5',
    'f::int',
    'n::int',
    'i / (j - j)',
    'f / i',
    "ts + interval '1 day'",
    'd + 1',
    'd - d',
    'tz::date',
  ],
  ...[
    'now()',
    'random()',
    "m > 'sad'",
    'initcap(s)',
    'md5(s)',
    'greatest(i, j)',
    'round(n)',
    "to_char(d, 'YYYY')",
    'substr(s, i)',
    'b::text',
    'tz::text',
    'n::text',
    'f::text',
    'ARRAY[i, 2]',
    '(SELECT 1)',
    's::varchar(2)',
    "date_trunc('day', tz)",
  ],
]

test('what is translated answers as PostgreSQL does, for every row; what might not is left out', async () => {
  const all = [...TRANSLATED, ...REFUSED]
  const views = all.map((sql, i) => `CREATE VIEW e${i} AS SELECT id, ${sql} AS r FROM t;`)
  await world.describe(ROWS + views.join('\n'), async ({ origin, client }) => {
    const plan = planOf(origin)
    const made = new Set(plan.what.views.map(({ name }) => name))
    assert.deepEqual(
      all.filter((_, i) => made.has(`e${i}`)),
      TRANSLATED,
    )
    const db = await loaded(plan, client)
    for (const [i, sql] of TRANSLATED.entries()) {
      const { rows } = await client.query({
        text: `SELECT id, r::text FROM public.e${i} ORDER BY id`,
        rowMode: 'array',
      })
      const here = db.prepare(`SELECT id, r FROM e${i} ORDER BY id`).raw().safeIntegers().all() as [
        bigint,
        unknown,
      ][]
      const said = here.map(([id, value]) => [Number(id), value])
      assert.deepEqual(
        said.map(([id, value], at) => [
          id,
          alike(rows[at]?.[1], value) ? 'same' : `${value} for ${rows[at]?.[1]}`,
        ]),
        rows.map(([id]) => [id, 'same']),
        sql,
      )
    }
    db.close()
  })
})

test('what means nearly the same, and not for the rows that are there, is found by the trial', async () => {
  const sql = `CREATE TABLE t (s text COLLATE "und-x-icu" CHECK (lower(s) = 'ä'), g text GENERATED ALWAYS AS (lower(s) || '!') STORED, n int CHECK (n > 0));
    INSERT INTO t VALUES ('Ä', default, 1);
    CREATE TABLE p (i int CHECK (i < 3), s text COLLATE "und-x-icu" CHECK (upper(s) = 'Ö')) PARTITION BY LIST (i);
    CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1, 'ö')`
  await world.describe(sql, async ({ origin, client }) => {
    const { tables } = planOf(origin).what
    const reason = 'SQLite answers differently for rows of the source'
    const tried = async (name: string) => tryRules(client, tables.find(table => table.name === name)!)
    assert.deepEqual(await tried('t'), [
      { object: 'check t.t_s_check', reason },
      { object: 't.g', reason },
    ])
    assert.deepEqual(await tried('p'), [{ object: 'check p.p_s_check', reason }])
  })
})

/** A value as PostgreSQL prints it, and what SQLite has. */
function alike(there: string | null, here: unknown): boolean {
  if (there === null || here === null) return there === here
  if (there === 'true' || there === 'false') return here === (there === 'true' ? 1n : 0n)
  if (typeof here === 'bigint') return here === BigInt(there)
  if (typeof here === 'number') return here === Number(there)
  return plain(String(here)) === plain(there)
}

/** Moments without the zeros that either side writes. */
const plain = (text: string): string =>
  /^\d{4}-\d\d-\d\d \d\d:/.test(text)
    ? text
        .replace(/\+00(:00)?$/, '')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
    : text
