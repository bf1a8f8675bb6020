import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseExpression } from '../../../model/sqlite-sql/parse.ts'
import { translateCondition, translateTruth, translateValue } from '../../../model/translate/expression.ts'
import { Untranslatable } from '../../../model/translate/scope.ts'
import { parseType } from '../../../model/type-text.ts'
import { CASES } from './cases.ts'
import { COMMON } from './common-cases.ts'
import { REFUSED, WANTED } from './wanted.ts'
import { SCOPE, startWorld, translate, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

describe('an expression gives the same values in both engines', () => {
  for (const [topic, expressions] of [...Object.entries(CASES), ...Object.entries(COMMON)]) {
    test(topic, async t => {
      for (const expression of expressions)
        await t.test(expression, async () => {
          const { sql } = translate(expression)
          const aggregate = topic === 'aggregates'
          assert.deepEqual(await world.postgres(sql, aggregate), world.sqlite(expression, aggregate), sql)
        })
    })
  }
})

describe('a condition is true for the same rows', () => {
  const conditions = [
    'b',
    'i',
    'r',
    'n',
    'NOT i',
    'i - 1',
    'b AND i',
    'i IN (1, 42)',
    '1',
    "''",
    "'2'",
    'NULL',
  ]
  for (const condition of conditions)
    test(condition, async () => {
      const sql = translateCondition(parseExpression(condition), SCOPE)
      const truth = world.sqlite(`CASE WHEN ${condition} THEN 1 WHEN NOT (${condition}) THEN 0 END`)
      assert.deepEqual(await world.postgres(sql), truth, sql)
      assert.equal(translateTruth(parseExpression(condition), SCOPE).sql, sql)
    })
})

describe('a column of the wanted type takes the result, and holds what SQLite would', () => {
  for (const [expression, type, printed] of WANTED)
    test(`${expression} as ${type}`, async () => {
      const { sql } = translate(expression, parseType(type)!)
      await world.client.query(`CREATE TABLE app.wanted (id bigint, v ${type})`)
      try {
        await world.client.query(`INSERT INTO app.wanted SELECT "id", ${sql} FROM app.t WHERE "id" = 2`)
        await world.client.query(`SET DateStyle = 'ISO'; SET TimeZone = 'UTC'`)
        const { rows } = await world.client.query<{ v: string | null }>('SELECT v::text FROM app.wanted')
        assert.equal(rows[0]!.v, printed, sql)
      } finally {
        await world.client.query(
          `SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Pacific/Apia'; DROP TABLE app.wanted`,
        )
      }
    })
})

test('what is not said to change with clock, chance or settings can be indexed', async t => {
  const topics = [...Object.entries(CASES), ...Object.entries(COMMON)].filter(
    ([topic]) => topic !== 'aggregates' && topic !== 'windows',
  )
  for (const expression of topics.flatMap(([, expressions]) => expressions)) {
    const { sql, volatile, type } = translate(expression)
    if (volatile || type === undefined) continue
    await t.test(expression, async () => {
      await world.client.query('BEGIN')
      try {
        await world.client.query(`CREATE INDEX ON app.t (((${sql}) IS NULL))`)
      } finally {
        await world.client.query('ROLLBACK')
      }
    })
  }
})

test('what changes with clock, chance or settings says so', () => {
  for (const expression of [
    "datetime('now')",
    'random()',
    'hex(randomblob(4))',
    "strftime('%Y', 'now')",
    'sin(r)',
    'CURRENT_DATE',
  ])
    assert.equal(translate(expression).volatile, true, expression)
  for (const expression of [
    "ts > '2024-01-01'",
    'substr(ts, 1, 4)',
    'lower(s)',
    'round(r, 2)',
    "strftime('%Y', ts)",
    'date(ts)',
    'd || s',
  ])
    assert.equal(translate(expression).volatile, undefined, expression)
})

test('a quoted name that is no column is a text', async () => {
  assert.deepEqual(await world.postgres(translate('"no such"').sql), Array(8).fill('no such'))
})

test('times in a column of texts are read where the scan knows their form', async () => {
  const column = (times: 'date' | 'timestamp' | 'timestamptz') => ({
    column: () => ({
      sql: `'2024-05-06 07:08:09${times === 'timestamptz' ? '+02:00' : ''}'::text`,
      type: { kind: 'text' as const },
      times,
    }),
  })
  const parts = parseExpression("strftime('%H on %Y-%m-%d', x)")
  assert.equal((await world.postgres(translateValue(parts, column('timestamp')).sql))[0], '07 on 2024-05-06')
  assert.equal(
    (await world.postgres(translateValue(parts, column('timestamptz')).sql))[0],
    '05 on 2024-05-06',
  )
})

test('a collation of the source goes with the value', () => {
  assert.equal(translate('ci').collation, 'NOCASE')
  assert.equal(translate('s COLLATE RTRIM').collation, 'RTRIM')
  assert.equal(translate('ci COLLATE BINARY').collation, undefined)
})

describe('what is not certain is not translated, and says why without a value', () => {
  for (const [expression, reason, type] of REFUSED)
    test(expression, () => {
      assert.throws(
        () => translate(expression, type === undefined ? undefined : parseType(type)),
        (error: unknown) =>
          error instanceof Untranslatable && reason.test(error.message) && !/secret/.test(error.message),
      )
    })
})
