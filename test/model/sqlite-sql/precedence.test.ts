import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseExpression } from '../../../model/sqlite-sql/parse.ts'
import { attempt, program, reads, sqlite } from './oracle.ts'
import { printExpression } from './print.ts'

const SAME_VALUE = `
NOT 1 = 2 ; NOT 1 IS NULL ; NOT 0 AND 0 ; NOT NOT 3 ; 1 + NOT 0 + 1 ; 1 * NOT 0 = 1 ; 1 = NOT 0 = 1 ; - NOT 0 = 1 ;
-1 || 2 ; ~1 || 2 ; - - 3 ; ~ - 1 ; -2 * 3 - -4 ; 2 - 3 - 4 ; 24 / 4 / 2 ; 100 % 30 % 7 ; 2 + 3 * 4 || 5 ;
1 || 2 * 3 ; 'a' || 'b' = 'ab' ; 1 < 2 < 3 ; 3 > 2 > 1 ; 1 < 2 = 1 ; 1 = 1 < 2 ; 3 = 3 = 1 ; 3 <> 3 = 0 ; 3 != 4 == 1 ;
1 | 2 & 3 << 1 ; 1 << 2 + 1 ; 7 & 3 = 3 ; 1 OR 0 AND 0 ; 0 AND 0 OR 1 ; 1 OR NULL AND 0 ;
1 IS 1 IS 1 ; 1 IS NOT 2 = 0 ; 1 IS NOT NULL = 1 ; 2 IS TRUE ; 2 IS NOT FALSE ; 2 = TRUE ; NULL IS NOT TRUE ;
1 IS NOT DISTINCT FROM 1 = 1 ; NULL IS DISTINCT FROM 1 = 2 ; 1 IS NOT NOT NULL ; 2 NOT NULL = 1 ; 1 NOTNULL ISNULL ;
1 ISNULL + 1 ; 1 IN (1) + 1 ; 2 = 1 IN (1) ; 1 IN (1, 2) IN (1) ; 3 NOT IN (1, NULL) ; 1 IN () ; 1 NOT IN () ;
5 BETWEEN 1 AND 9 AND 0 ; 5 BETWEEN 1 AND 9 = 1 ; 5 BETWEEN 4 < 5 AND 6 > 7 ; 1 BETWEEN NOT 0 AND NOT 1 = 2 ;
1 BETWEEN 0 BETWEEN 0 AND 1 AND 2 ; 5 NOT BETWEEN 1 AND 3 OR 0 ; 1 BETWEEN 0 = 0 AND 2 ;
'abc' LIKE 'A%' = 1 ; 'abc' LIKE 'a' || '%' ; 'a%c' LIKE 'a!%c' ESCAPE '!' ; 'abc' LIKE 'a' || '\\%' ESCAPE '\\' = 0 ;
'abc' NOT LIKE 'b%' AND 1 ; NOT 'abc' LIKE 'a%' ; 'abc' GLOB 'a*' = 1 ; 'abc' NOT GLOB 'A*' ; 1 = 1 NOT LIKE 1 ;
'A' COLLATE NOCASE = 'a' ; 'a' = 'A' COLLATE NOCASE ; 'a' || 'B' COLLATE NOCASE = 'Ab' ; - 1 COLLATE NOCASE ;
'B' COLLATE NOCASE IN ('b') ; 'B' COLLATE NOCASE BETWEEN 'a' AND 'c' ; ('a' < 'B') COLLATE NOCASE ;
'{"a":{"b":7}}' -> 'a' ->> 'b' ; '{"a":7}' ->> 'a' + 1 ; '{"a":7}' -> '$.a' || 'x' ; '[1,2]' ->> 1 * 3 ;
CASE 1 WHEN 1 THEN 2 ELSE 3 END + 1 ; CASE WHEN 0 OR 1 THEN 'y' END ; CASE 1 = 1 WHEN 1 THEN 2 END ; CASE NULL WHEN NULL THEN 1 ELSE 2 END ;
CAST('12abc' AS INTEGER) + 1 ; CAST(1 AS VARCHAR(10)) || 2 ; CAST(1.5 AS UNSIGNED BIG INT) ; CAST('5' AS DECIMAL(10, -2)) * 2 ; CAST(5 AS 'text') || '' ;
(1, 2) = (1, 2) ; (1, 2) < (1, 3) AND 1 ; (1, 'a') IN (SELECT 1, 'a') ; ((1 + 2)) * 3 ; (2) ; ((SELECT 4)) + 1 ;
EXISTS (SELECT 1) + 1 ; NOT EXISTS (SELECT 1) = 0 ; NOT NOT EXISTS (SELECT 1 WHERE 0) ; (SELECT 1 UNION SELECT 2 ORDER BY 1 DESC) + 1 ;
iif(1, 2, 3) ; "abs"(-5) + 1 ; [abs](-5) ; \`abs\`(-5) ; coalesce(NULL, 1 OR 0, 3) ; max(1, 2) - min(1, 2) ; replace('abc', 'b', 'x') ; like('a%', 'abc') ; if(0, 1, 2) ;
0x1F + 1 ; 0xffffffffffffffff ; 1_000_000 ; 1_0.2_5e1_0 ; .5 ; 5. ; 5.e3 ; 1e-2 ; 9223372036854775807 ; -9223372036854775808 ; 9223372036854775808 ;
x'4142' || '' ; X'' IS x'' ; 'it''s' ; '' ; 'a -- b' ; 1 -- comment
;+ 1 ; 1 /* a | b */ + 2 ; /**/ 3
`

test('an expression means to us what it means to SQLite', () => {
  for (const text of SAME_VALUE.split(';')) {
    const printed = printExpression(parseExpression(text))
    const original = `(${text}\n)`
    const sql = `SELECT ${original} IS ${printed} AND typeof${original} = typeof${printed}`
    const row = sqlite.prepare(sql).pluck().get()
    assert.equal(row, 1, `${text}  is not  ${printed}`)
  }
})

test('chains of operators without parentheses are split where SQLite splits them', () => {
  const property = fc.property(soup, text => {
    const sql = `SELECT ${text} FROM t`
    const understood = reads(sql)
    const tree = attempt(parseExpression, text)

    if (understood === undefined) return
    assert.equal(tree !== undefined, understood, text)
    if (tree) assert.deepEqual(program(`SELECT ${printExpression(tree)} FROM t`), program(sql), text)
  })
  fc.assert(property, { numRuns: 3000 })
})

const ATOMS = "a b c t.a main.t.b 1 2.5 0x1F NULL TRUE false x'41' 'a%' \"c\" [a] CURRENT_DATE rowid".split(
  ' ',
)
const BINARY = 'OR AND = == <> != IS < <= > >= & | << >> + - * / % || -> ->> LIKE GLOB'
  .split(' ')
  .concat(['IS NOT', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM', 'NOT LIKE', 'NOT GLOB'])

/** Texts that look like expressions; a few are none. */
const { soup } = fc.letrec<{ soup: string; part: string }>(tie => ({
  soup: fc.oneof(
    { maxDepth: 4, depthSize: 'large' },
    fc.constantFrom(...ATOMS),
    { arbitrary: join(tie('soup'), fc.constantFrom(...BINARY), tie('soup')), weight: 6 },
    join(fc.constantFrom('NOT', '-', '+', '~'), tie('soup')),
    join(tie('soup'), fc.constantFrom('ISNULL', 'NOTNULL', 'NOT NULL', 'IS NULL', 'COLLATE NOCASE')),
    join(
      tie('soup'),
      fc.constantFrom('BETWEEN', 'NOT BETWEEN'),
      tie('soup'),
      fc.constant('AND'),
      tie('soup'),
    ),
    join(tie('soup'), fc.constantFrom('LIKE', 'NOT LIKE'), tie('soup'), fc.constant('ESCAPE'), tie('soup')),
    join(tie('soup'), fc.constantFrom('IN (', 'NOT IN ('), tie('soup'), fc.constantFrom(')', ', 1)')),
    join(fc.constantFrom('(', 'abs(', 'coalesce(1,', '(SELECT'), tie('soup'), fc.constant(')')),
    join(
      fc.constant('CASE'),
      tie('soup'),
      fc.constant('WHEN'),
      tie('soup'),
      fc.constant('THEN'),
      tie('soup'),
      fc.constant('END'),
    ),
  ),
  part: fc.constant(''),
}))

function join(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map(all => all.join(' '))
}

test('what is nested too deep or too long is refused, and never ends the stack', () => {
  const deep: [string, string][] = [
    ['(', ')'],
    ['NOT ', ''],
    ['- ', ''],
    ['abs(', ')'],
    ['(SELECT ', ')'],
    ['1 + (', ')'],
    ['CASE WHEN 1 THEN ', ' END'],
    ['1 IN (', ')'],
    ['a BETWEEN ', ' AND 2'],
    ['CAST(', ' AS INT)'],
    ['EXISTS (SELECT ', ')'],
    ['(SELECT 1 FROM (', '))'],
    ['count(*) FILTER (WHERE ', ')'],
    ['sum(1) OVER (ORDER BY ', ')'],
  ]
  for (const [before, after] of deep) {
    assert.ok(
      attempt(parseExpression, `${before.repeat(50)}1${after.repeat(50)}`) ?? before.includes('FROM'),
      before,
    )
    for (const times of [1_000, 20_000])
      assert.equal(
        attempt(parseExpression, `${before.repeat(times)}1${after.repeat(times)}`),
        undefined,
        before,
      )
  }
  for (const operator of [' + ', ' AND ', ' || ', ' = '])
    assert.ok(attempt(parseExpression, `1${`${operator}1`.repeat(900)}`), operator)
  assert.equal(attempt(parseExpression, `1${' || 1'.repeat(100_000)}`), undefined)
  assert.equal(attempt(parseExpression, `1${' ISNULL'.repeat(100_000)}`), undefined)
})
