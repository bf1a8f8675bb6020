import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { parseExpression } from '../../../model/sqlite-sql/parse.ts'
import { translateValue } from '../../../model/translate/expression.ts'
import type { Scope } from '../../../model/translate/scope.ts'
import { startWorld, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const SCOPE: Scope = {
  column: name =>
    name === 'n'
      ? { sql: 'n', type: { kind: 'integer', bits: 64 } }
      : { sql: 'ts', type: { kind: 'timestamp', zone: false }, affinity: 'NUMERIC' },
}

const EXPRESSIONS = [
  'date(ts)',
  'datetime(ts)',
  "strftime('%Y-%m-%dT%H:%M:%fZ', ts, '+1 month')",
  "strftime('%f', ts, '+1 day')",
  "datetime(ts, '+1 hour', 'subsec')",
  'julianday(ts)',
  "julianday(ts, 'start of month', '+1 month', '-1 day')",
  'unixepoch(ts)',
  "unixepoch(ts, 'subsec')",
  "strftime('%s %j %w %u %e %k %l %I %p %P %G %g %V %U %W', ts)",
  "date(ts, n || ' days')",
  "datetime(ts, '+' || n || ' months')",
  "datetime(ts, '-' || abs(n % 100000) || ' hours')",
  "datetime(ts, n || ' seconds')",
  "datetime(n, 'unixepoch')",
  "datetime(n / 1000.0, 'unixepoch', 'subsec')",
]

const digits = (most: number, size: number) =>
  fc.integer({ min: 0, max: most }).map(value => String(value).padStart(size, '0'))

/** Any microsecond of the years 1900 to 2100, and very often the half of a millisecond. */
const stamp = fc
  .tuple(
    fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    fc.oneof(
      fc.constant(''),
      digits(999_999, 6).map(fraction => `.${fraction}`),
      digits(999, 3).map(fraction => `.${fraction}5`),
    ),
  )
  .map(([date, fraction]) => date.toISOString().slice(0, 19).replace('T', ' ') + fraction)

describe('times are the same in both engines to the last digit', () => {
  const db = new Database(':memory:').defaultSafeIntegers()
  for (const expression of EXPRESSIONS)
    test(expression, async () => {
      const { sql } = translateValue(parseExpression(expression), SCOPE)
      const here = db.prepare(`SELECT ${expression} FROM (SELECT ? AS ts, ? AS n)`).pluck()
      const rows = fc.array(fc.tuple(stamp, fc.integer({ min: -40_000, max: 2_000_000_000 })), {
        minLength: 200,
        maxLength: 200,
      })
      const property = fc.asyncProperty(rows, async values => {
        const { rows: there } = await world.client.query<[unknown]>({
          text: `SELECT ${sql} FROM ROWS FROM (pg_catalog.unnest($1::timestamp[]), pg_catalog.unnest($2::bigint[])) AS v(ts, n)`,
          values: [values.map(([ts]) => dayFirst(ts)), values.map(([, n]) => n)],
          rowMode: 'array',
        })
        for (const [i, [ts, n]] of values.entries())
          assert.equal(String(there[i]![0]), String(here.get(ts, BigInt(n))), `${ts} ${n}: ${sql}`)
      })
      await fc.assert(property, { numRuns: 5 })
    })
})

/** As the DateStyle of the session reads it. */
const dayFirst = (ts: string): string => ts.replace(/^(\d{4})-(\d\d)-(\d\d)/, '$3/$2/$1')
