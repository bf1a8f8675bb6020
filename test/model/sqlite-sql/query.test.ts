import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuery } from '../../../model/sqlite-sql/parse.ts'
import { attempt, program, reads, sqlite } from './oracle.ts'
import { printQuery } from './print.ts'

const QUERIES = `
SELECT 1 ; SELECT DISTINCT b FROM t ; SELECT ALL b, c FROM t ; SELECT * FROM t ; SELECT t.*, u.x FROM t, u ; SELECT k."a" FROM main.t AS k
SELECT a x, b AS 'y', c "z", 1 + 1 FROM t k WHERE k.a > 1 ; SELECT 't'.'a', "t".[b], \`t\`.c FROM 't' ; SELECT main.t.a FROM t
VALUES (1, 2), (3, 4) ; VALUES (1) UNION ALL SELECT a FROM t ORDER BY 1 ; SELECT a FROM t UNION SELECT a FROM u ORDER BY a DESC
SELECT 1 EXCEPT VALUES (2) ; SELECT a FROM t INTERSECT SELECT a FROM u LIMIT 1 ; SELECT a FROM t UNION ALL SELECT 2 UNION SELECT 3 EXCEPT SELECT 1
SELECT b, count(*), sum(c) FROM t GROUP BY b HAVING count(*) > 1 ORDER BY 2 DESC, b COLLATE NOCASE ASC NULLS LAST
SELECT count(*) c FROM t HAVING c > 1 ; SELECT b FROM t ORDER BY a LIMIT 2 OFFSET 1 ; SELECT b FROM t ORDER BY a LIMIT 1, 2 ; SELECT b FROM t LIMIT -1
SELECT * FROM t JOIN u ON t.a = u.a ; SELECT * FROM t INNER JOIN u USING (a) ; SELECT * FROM t NATURAL JOIN u ; SELECT * FROM t CROSS JOIN u
SELECT * FROM t LEFT JOIN u USING (a) ; SELECT * FROM t LEFT OUTER JOIN u ON t.a = u.a ; SELECT * FROM t RIGHT JOIN u USING (a) ; SELECT * FROM t FULL OUTER JOIN u USING (a)
SELECT * FROM t OUTER LEFT NATURAL JOIN u ; SELECT * FROM t LEFT RIGHT JOIN u USING (a) ; SELECT t.b FROM t, u LEFT JOIN t k ON k.a = u.a WHERE t.a = u.a
SELECT t.b, y.x FROM t LEFT JOIN (u y JOIN v ON y.a = v.a) ON t.a = y.a ; SELECT x.b FROM (t) AS x ; SELECT z.b FROM (t JOIN (SELECT x FROM u)) AS z
SELECT s.n FROM (SELECT a AS n FROM t) s ; SELECT * FROM (SELECT 1), (VALUES (2)) ; SELECT * FROM ((SELECT 1)) ; SELECT * FROM (t CROSS JOIN (u))
SELECT j.value FROM u, json_each(u.x, '$.k') AS j WHERE json_valid(u.x) ; SELECT value FROM json_each('[1]') ; SELECT * FROM main.json_each('[1,2]') ; SELECT count(*) FROM json_each()
WITH q AS (SELECT 1 n) SELECT * FROM q ; WITH q(n, m) AS MATERIALIZED (VALUES (1, 2)), r AS NOT MATERIALIZED (SELECT n FROM q) SELECT * FROM r
WITH RECURSIVE q(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM q WHERE n < 5) SELECT n FROM q ; SELECT (WITH q AS (SELECT 2) SELECT * FROM q)
SELECT a FROM t WHERE a IN (SELECT a FROM u) ; SELECT a FROM t WHERE a IN v ; SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a) ; SELECT 1 IN main.u
SELECT a FROM t WHERE (a, b) IN (VALUES (1, 'one')) ; SELECT a FROM t WHERE a IN ((SELECT 1), 2) ; SELECT a FROM t WHERE (a, b) = (SELECT 1, 'one')
SELECT a FROM t INDEXED BY nothing ; SELECT a FROM t AS k NOT INDEXED WHERE k.a NOT NULL ; SELECT a FROM t NOT INDEXED
SELECT row_number() OVER (ORDER BY a), sum(c) OVER (PARTITION BY b ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t
SELECT sum(c) OVER w, avg(c) OVER (w ROWS UNBOUNDED PRECEDING) FROM t WINDOW w AS (PARTITION BY b ORDER BY a), w2 AS (w)
SELECT count(*) FILTER (WHERE c > 5) OVER (), group_concat(b, ',' ORDER BY a DESC), count(DISTINCT b) FILTER (WHERE a < 4) FROM t
SELECT sum(c) OVER (ORDER BY a GROUPS BETWEEN 2 PRECEDING AND 1 FOLLOWING EXCLUDE NO OTHERS), max(c) OVER (RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM t
SELECT lag(c, 1, 0) OVER (PARTITION BY b, a % 2 ORDER BY a ROWS 2 PRECEDING EXCLUDE GROUP) FROM t ; SELECT count(*) over FROM t ; SELECT count(*) filter FROM t ; SELECT 1 window
SELECT CASE a WHEN 1 THEN 'x' END end FROM t ; SELECT a AS left, b AS "select" FROM t ; SELECT a replace, b key FROM t
SELECT a FROM t WHERE b LIKE 'o%' ESCAPE '!' GROUP BY 1, 2 ; SELECT "no such column" FROM t ; SELECT a FROM t ORDER BY a COLLATE "nocase"
SELECT ; SELECT 1, ; SELECT a FROM ; SELECT FROM t ; SELECT a b c FROM t ; SELECT 1 LEFT ; SELECT 1 AS select ; SELECT main.t.* FROM t ; SELECT * AS x FROM t
VALUES (1) ORDER BY 1 ; VALUES (1) LIMIT 1 ; SELECT 1 UNION VALUES (2) ORDER BY 1 ; (SELECT 1) ; SELECT * FROM ((SELECT 1) UNION SELECT 2) ; VALUES () ; VALUES 1
SELECT 1 WHERE ; SELECT 1 GROUP 1 ; SELECT a FROM t ORDER a ; SELECT 1 LIMIT ; SELECT * FROM t JOIN ; SELECT * FROM t LEFT u ; SELECT * FROM t, ; SELECT * FROM t JOIN u ON
SELECT * FROM t JOIN u ON 1 USING (a) ; SELECT * FROM t JOIN u USING () ; SELECT * FROM t JOIN u USING a ; SELECT * FROM t LEFT JOIN JOIN u ; SELECT * FROM (t ; SELECT * FROM t)
WITH q AS SELECT 1 SELECT 2 ; WITH SELECT 1 ; WITH q() AS (SELECT 1) SELECT 1 ; SELECT 'abs'(1) ; SELECT count(*, 1) ; SELECT CAST(1 INT) ; SELECT CAST(1 AS left) ; SELECT CAST(1 AS INT(1,2,3))
SELECT sum(1) OVER (ORDER 1) ; SELECT sum(1) OVER (ROWS) ; SELECT sum(1) OVER (ROWS BETWEEN 1 PRECEDING) ; SELECT sum(1) OVER (ROWS 1) ; SELECT CASE END ; SELECT CASE WHEN 1 END ; SELECT 1 NOT 2
SELECT 1 IS DISTINCT 2 ; SELECT 1 BETWEEN 2 ; SELECT 1 BETWEEN 0 OR 1 AND 2 ; SELECT 1 LIKE 2 ESCAPE 3 ESCAPE 4 ; SELECT NOT ; SELECT ( ; SELECT () ; SELECT (1 ; SELECT 1) ; SELECT a. FROM t ; SELECT 1 == == 1
SELECT 1 ~ 2 ; SELECT 1abc ; SELECT 1_ ; SELECT 1__0 ; SELECT 0x ; SELECT 1e ; SELECT 1.e ; SELECT 1e_1 ; SELECT 1..2 ; SELECT x'1' ; SELECT x'zz' ; SELECT 'open ; SELECT "open ; SELECT [open ; SELECT #1 ; SELECT ! 1 ; SELECT 1 \\ 2
SELECT 0x1_F, 1_000.5, .5e+1 ; SELECT/**/1/* x */+-- y
`

/** One a line or parted by semicolons. */
const texts = QUERIES.split(/\s*[;\n]\s*/).filter(text => text !== '')

test('a query is read if SQLite reads it, and is the same query', () => {
  for (const text of texts) {
    const tree = attempt(parseQuery, text)
    const understood = reads(text)
    assert.equal(tree !== undefined, understood ?? true, text)
    if (!tree || !understood) continue
    const printed = printQuery(tree)
    const rows = (sql: string) => sqlite.prepare(sql).raw().all()
    assert.deepEqual(rows(printed), rows(text), `${text}  is not  ${printed}`)
    // A name for a join in parentheses is read as a query of all its columns, which is another program.
    if (!text.includes('(t JOIN')) assert.deepEqual(program(printed), program(text), printed)
  }
})

test('the text of a result column is the name that SQLite gives it', () => {
  for (const text of [
    'SELECT 1+1 /*c*/ , 2 -- x\n, 3   /* e */',
    'SELECT /*a*/ 1 +\n /*b*/ 1 /*c*/',
    'SELECT (1) , ( 2+3 ), max( 1,2 )x, "1" || \'ü\' FROM (SELECT 1 AS "1")',
    'SELECT count(*)FROM t',
    'VALUES (1)\n',
  ]) {
    const [body] = parseQuery(text).bodies
    if (body?.kind !== 'select') continue
    const names = body.columns.map(column =>
      column.kind === 'expression' ? (column.alias ?? column.text) : '*',
    )
    assert.deepEqual(
      names,
      sqlite
        .prepare(text)
        .columns()
        .map(({ name }) => name),
    )
  }
})

const KEYWORDS =
  `ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN BETWEEN BY CASCADE CASE
  CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP
  DATABASE DEFAULT DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE
  EXISTS EXPLAIN FAIL FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE IMMEDIATE
  IN INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE LIMIT MATCH
  MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA
  PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT
  ROLLBACK ROW ROWID ROWS SAVEPOINT SELECT SET STORED STRICT TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER TRUE
  UNBOUNDED UNION UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHIN WITHOUT`.split(
    /\s+/,
  )

const PLACES = [
  'SELECT ?',
  'SELECT (?)',
  'SELECT 1 + ?',
  'SELECT ?.x FROM u',
  'SELECT u.? FROM u',
  'SELECT ?(1)',
  'SELECT 1 AS ?',
  'SELECT 1 ?',
  'SELECT * FROM ?',
  'SELECT * FROM u ?',
  'SELECT * FROM u AS ?',
  'SELECT 1 FROM u ? WHERE 1',
  'SELECT * FROM (u) ?',
  'SELECT * FROM u JOIN t ? ON 1',
  'SELECT * FROM u JOIN t USING (?)',
  'WITH ? AS (SELECT 1) SELECT 1',
  'WITH q(?) AS (SELECT 1) SELECT 1',
  'SELECT 1 IN ?',
  'SELECT 1 COLLATE ?',
  'SELECT CAST(1 AS ?)',
  'SELECT CAST(1 AS INT ?)',
  'SELECT CASE WHEN 1 THEN ? END',
  'SELECT CASE ? WHEN 1 THEN 2 END',
  'SELECT count(*) OVER ?',
  'SELECT count(*) OVER (?)',
  'SELECT 1 FROM u WINDOW ? AS ()',
  'SELECT 1 ORDER BY ?',
  'SELECT 1 LIMIT ?',
  'SELECT 1 UNION SELECT ?',
  'SELECT count(*) ?',
  'SELECT 1 ? 2',
  'SELECT 1 NOT ? 2',
  'VALUES (?)',
  'SELECT ? FROM u',
  'SELECT DISTINCT ?',
]

/** For SQLite's tokenizer these are no names where it looks whether OVER or WINDOW are keywords. */
const MORE_THAN_SQLITE = ['OVER FILTER', 'OVER INDEXED', 'WINDOW FILTER', 'WINDOW INDEXED']

test('a keyword is a name where SQLite takes it for one', () => {
  for (const place of PLACES)
    for (const keyword of KEYWORDS) {
      const sql = place.replace('?', keyword)
      const isName = MORE_THAN_SQLITE.some(more => sql.includes(more)) || (reads(sql) ?? true)
      assert.equal(attempt(parseQuery, sql) !== undefined, isName, sql)
    }
})
