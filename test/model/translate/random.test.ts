import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { Untranslatable } from '../../../model/translate/scope.ts'
import { startWorld, translate, type World } from './world.ts'

const RUNS = 3000

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const COLUMNS = ['i', 'b', 'r', 'n', 's', 'ci', 'rt', 'bl', 'd', 'ts', 'mixed', 'date(ts)']
const CONSTANTS = ['0', '1', '2', '5', '(-1)', '0.5', "''", "'abc'", "'12'", "'B'", "'2024-01-31'", "x'00'"]
const JSON_PARTS = ["json_extract(j, '$.name')", "json_extract(j, '$.age')"]
const OPERATORS = '+ - * / % || = <> < <= > >= AND OR IS & |'.split(' ')
const FUNCTIONS = 'length lower upper trim abs round typeof quote hex sign floor unicode date datetime'.split(
  ' ',
)

/** Any expression over the columns of the world, mostly ones that make no sense. */
const { expression } = fc.letrec<{ expression: string }>(tie => {
  const part = tie('expression')
  const of = (form: (...parts: string[]) => string, count: number) =>
    fc.array(part, { minLength: count, maxLength: count }).map(parts => form(...parts))
  const one = (words: string[]) => fc.constantFrom(...words)
  return {
    expression: fc.oneof(
      { maxDepth: 3, depthSize: 'large' },
      one([...COLUMNS, ...CONSTANTS, ...JSON_PARTS, 'NULL', 'TRUE']),
      fc.tuple(part, one(OPERATORS), part).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc.tuple(one(FUNCTIONS), part).map(([name, a]) => `${name}(${a})`),
      fc.tuple(part, one(['INTEGER', 'REAL', 'TEXT', 'NUMERIC'])).map(([a, type]) => `CAST(${a} AS ${type})`),
      fc.tuple(part, one(['NOCASE', 'BINARY', 'RTRIM'])).map(([a, name]) => `(${a} COLLATE ${name})`),
      fc
        .tuple(one(['min', 'max', 'nullif', 'coalesce', 'instr']), part, part)
        .map(([f, a, b]) => `${f}(${a}, ${b})`),
      fc.tuple(one(['NOT', '-', '+']), part).map(([sign, a]) => `(${sign} ${a})`),
      of((a, b, c) => `(${a} BETWEEN ${b} AND ${c})`, 3),
      of((a, b, c) => `(${a} NOT IN (${b}, ${c}))`, 3),
      of((a, b, c) => `CASE WHEN ${a} THEN ${b} ELSE ${c} END`, 3),
      of((a, b, c) => `CASE ${a} WHEN ${b} THEN ${c} END`, 3),
      of((a, b, c) => `replace(${a}, ${b}, ${c})`, 3),
      of((a, b) => `(${a} LIKE ${b})`, 2),
      fc
        .tuple(part, one(['1', '2', '-2', '0']), one(['1', '3']))
        .map(([a, i, n]) => `substr(${a}, ${i}, ${n})`),
    ),
  }
})

test('whatever is translated gives the same values in both engines', async () => {
  let translated = 0
  const property = fc.asyncProperty(expression, async source => {
    const sql = sqlOf(source)
    if (sql === undefined) return
    const there = await inPostgres(sql)
    if (there === undefined) return
    translated++
    assert.deepEqual(there, world.sqlite(source), sql)
  })
  await fc.assert(property, { numRuns: RUNS })
  assert.ok(translated > RUNS / 20, `only ${translated} of ${RUNS}`)
})

function sqlOf(source: string): string | undefined {
  try {
    return translate(source).sql
  } catch (error) {
    assert.ok(error instanceof Untranslatable, String(error))
    return undefined
  }
}

/** Undefined where a number has no room: PostgreSQL says so, where SQLite goes on with floats. */
async function inPostgres(sql: string): Promise<unknown[] | undefined> {
  try {
    return await world.postgres(sql)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '22003') return undefined
    throw error
  }
}
