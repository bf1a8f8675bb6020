import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseExpression } from '../../../model/sqlite-sql/parse.ts'
import { translateCheck } from '../../../model/translate/check.ts'
import { translateTruth } from '../../../model/translate/expression.ts'
import { Untranslatable } from '../../../model/translate/scope.ts'
import { type Engines, startEngines } from './both-engines.ts'
import { SCOPE } from './world.ts'

let engines: Engines
before(async () => {
  engines = await startEngines()
})
after(() => engines?.stop())

const TEXTS = [
  ...[
    '{}',
    '[1, 2]',
    '"x"',
    '12',
    'null',
    ' true ',
    '-0',
    '1e400',
    '"\\u0000"',
    '"\\ud800"',
    '{"a":1,"a":2}',
  ],
  ...[
    '',
    ' ',
    '{',
    '[1,]',
    "{'a':1}",
    '{a:1}',
    'nUll',
    'NaN',
    '01',
    '+1',
    '.5',
    '1.',
    '0x1',
    '"\t"',
    '// x',
    '[1] x',
  ],
]

const CHECKS = [
  'json_valid(v)',
  'json_valid(v) OR v IS NULL',
  'v IS NULL OR JSON_VALID("v")',
  'json_valid(v) = 1',
  'n > 0 AND json_valid(v)',
  'n > 0 OR json_valid(v)',
  "json_valid(v) OR v = 'nope'",
  "json_valid(coalesce(v, ''))",
  "v = '' OR (json_valid(v) AND n <> 1)",
]

describe('a CHECK of JSON refuses in PostgreSQL what it refuses in SQLite', () => {
  for (const check of CHECKS)
    test(check, async () => {
      const both = await engines.move(`CREATE TABLE t (v TEXT, n INT, CHECK (${check}))`)
      try {
        assert.equal(both.plan.what.tables[0]!.checks.length, 1)
        for (const [i, text] of [...TEXTS, 'nope', undefined].entries())
          for (const n of ['1', '0', 'NULL']) {
            const value = text === undefined ? 'NULL' : `'${text.replaceAll("'", "''")}'`
            await both.runEither(`INSERT INTO t (v, n) VALUES (${value}, ${n === '1' && i % 2 ? '2' : n})`)
          }
        await both.sameTables()
      } finally {
        both.close()
      }
    })
})

test('where a text is no conjunct of a CHECK, only PostgreSQL 16 can tell whether it is JSON', () => {
  const node = parseExpression('NOT json_valid(s)')
  assert.throws(() => translateCheck(node, SCOPE), Untranslatable)
  const newer = { ...SCOPE, testsJson: true }
  assert.equal(translateTruth(node, newer).sql, '(NOT (CASE WHEN "s" IS NOT NULL THEN "s" IS JSON END))')
})

test('what JSON gives is a text in views, and an index part', async () => {
  const both = await engines.move(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, j JSON);
    INSERT INTO t (j) VALUES ('{"a":"x","n":1}'), ('{"a":"y","n":"1"}'), ('{"a":null}');
    CREATE INDEX by_a ON t (json_extract(j, '$.a'));
    CREATE UNIQUE INDEX only_n ON t (j ->> 'n');
    CREATE VIEW v AS SELECT id, json_extract(j, '$.a') AS a, coalesce(j ->> 'a', 'none') AS b FROM t;
  `)
  try {
    await both.same('SELECT id, a, b FROM v ORDER BY id')
    await both.run(`INSERT INTO t (j) VALUES ('{"n":true}')`, /unique/i)
    await both.run(`INSERT INTO t (j) VALUES ('{"n":"01"}')`)
    assert.deepEqual(
      both.plan.what.tables[0]!.indexes.map(({ parts }) => parts[0]!.expression)[0],
      `("j" ->> 'a'::text)`,
    )
    assert.match(both.plan.findings.map(({ code }) => code).join(), /view-column-as-text/)
  } finally {
    both.close()
  }
})
