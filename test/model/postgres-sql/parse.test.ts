/** What PostgreSQL prints, read; what nobody understands is said, and nothing else is thrown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NotUnderstood } from '../../../model/postgres-sql/cursor.ts'
import { parseExpression } from '../../../model/postgres-sql/parse.ts'
import { parseSelect } from '../../../model/postgres-sql/select.ts'

const column = (name: string, table?: string) => ({ kind: 'column', ...(table && { table }), name })
const text = (value: string) => ({ kind: 'text', value })
const typed = (name: string, isArray = false, modifiers: number[] = []) => ({ name, modifiers, isArray })

test('names, texts and types in the forms that the server prints', () => {
  assert.deepEqual(parseExpression(`"a ""b"" c"`), column('a "b" c'))
  assert.deepEqual(parseExpression('t."Mixed"'), column('Mixed', 't'))
  assert.deepEqual(parseExpression(`'it''s'::text`), {
    kind: 'cast',
    operand: text("it's"),
    type: typed('text'),
  })
  assert.deepEqual(parseExpression(String.raw`E'a\\b''c'`), text(String.raw`a\b'c`))
  const types = {
    'character varying(20)': typed('character varying', false, [20]),
    'timestamp(3) with time zone': typed('timestamp with time zone', false, [3]),
    'time without time zone': typed('time without time zone'),
    'double precision[]': typed('double precision', true),
    'numeric(3,-2)': typed('numeric', false, [3, -2]),
    'interval day to second(3)': typed('interval', false, [3]),
    '"char"': typed('char'),
    'app."My Type"[]': { schema: 'app', ...typed('My Type', true) },
  }
  for (const [sql, type] of Object.entries(types))
    assert.deepEqual(parseExpression(`x::${sql}`), { kind: 'cast', operand: column('x'), type }, sql)
})

test('operators bind as in PostgreSQL', () => {
  const shape = (sql: string): string => {
    const show = (node: ReturnType<typeof parseExpression>): string => {
      if (node.kind === 'column') return node.name
      if (node.kind === 'number') return node.text
      if (node.kind === 'binary') return `(${show(node.left)} ${node.operator} ${show(node.right)})`
      if (node.kind === 'not' || node.kind === 'minus') return `(${node.kind} ${show(node.operand)})`
      return node.kind === 'is'
        ? `(${show(node.operand)} is ${node.not ? 'not ' : ''}${node.what})`
        : node.kind
    }
    return show(parseExpression(sql))
  }
  const shapes = {
    'a + b * c - d': '((a + (b * c)) - d)',
    'NOT a = b AND c OR d': '(((not (a = b)) AND c) OR d)',
    'a || b = c': '((a || b) = c)',
    'a + b || c': '((a + b) || c)',
    '-a * b': '((minus a) * b)',
    'a < b IS NOT TRUE': '((a < b) is not TRUE)',
    'a ~~ b AND c IS NULL': '((a ~~ b) AND (c is NULL))',
  }
  for (const [sql, expected] of Object.entries(shapes)) assert.equal(shape(sql), expected)
})

test('a query of one block, with joins in parentheses', () => {
  const query = parseSelect(` SELECT DISTINCT a.id AS "Id", count(*) AS n
   FROM ((public.a LEFT JOIN app.b x ON ((a.id = x.id))) CROSS JOIN public.c)
  WHERE (a.id > 1) GROUP BY a.id HAVING (count(*) > 2) ORDER BY a.id DESC NULLS LAST LIMIT 5 OFFSET 1`)
  assert.deepEqual([query.distinct, query.items.map(({ name }) => name)], [true, ['Id', 'n']])
  assert.equal(query.from?.kind === 'join' && query.from.type, 'CROSS')
  assert.deepEqual(
    [query.groupBy.length, query.orderBy[0]?.nulls, query.limit, query.offset],
    [1, 'LAST', { kind: 'number', text: '5' }, { kind: 'number', text: '1' }],
  )
})

test('what is beyond the part that is known has a reason', () => {
  const beyond = [
    '(SELECT 1)',
    'a[1]',
    'ROW(1, 2)',
    'sum(a) OVER ()',
    'count(*) FILTER (WHERE a)',
    'EXISTS (SELECT 1)',
    'a ->',
    '',
    'x y',
    'CASE WHEN a THEN',
  ]
  for (const sql of beyond) assert.throws(() => parseExpression(sql), NotUnderstood, sql)
  for (const sql of [
    'WITH a AS (SELECT 1) SELECT 1',
    'SELECT 1 UNION SELECT 2',
    'SELECT 1 FROM LATERAL x',
    'SELECT a FROM f(1)',
    'SELECT 1 FROM a JOIN b USING (c)',
  ])
    assert.throws(() => parseSelect(sql), NotUnderstood, sql)
  assert.throws(() => parseExpression(`${'('.repeat(1000)}1${')'.repeat(1000)}`), NotUnderstood)
  assert.throws(() => parseExpression(`${'NOT '.repeat(100_000)}a`), NotUnderstood)
  assert.throws(() => parseExpression(`${'- '.repeat(100_000)}1`), NotUnderstood)
})

const WORDS = [
  'a',
  '"b c"',
  "'x'",
  '1',
  '1.5',
  '(',
  ')',
  '[',
  ']',
  ',',
  '::',
  'text',
  'AND',
  'NOT',
  'IS',
  'NULL',
  '=',
  '~~',
  'ANY',
  'ARRAY',
  'CASE',
  'WHEN',
  'THEN',
  'END',
  'SELECT',
  'FROM',
  'JOIN',
  'ON',
  'f',
  '.',
  '*',
  '-',
  'COLLATE',
  'AT TIME ZONE',
  'EXTRACT',
  'LIMIT',
  "'",
  '"',
  "E'\\",
  'ä',
  '\0',
]

test('any text is read or not understood', () => {
  const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 12 }).map(parts => parts.join(' '))
  fc.assert(
    fc.property(fc.oneof(words, fc.string()), sql => {
      for (const parse of [parseExpression, parseSelect]) {
        try {
          parse(sql)
        } catch (error) {
          if (!(error instanceof NotUnderstood)) throw error
        }
      }
    }),
    { numRuns: 2000 },
  )
})
