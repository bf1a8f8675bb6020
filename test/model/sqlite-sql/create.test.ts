import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCreateTrigger, parseCreateView } from '../../../model/sqlite-sql/parse.ts'
import { attempt, sqlite } from './oracle.ts'
import { printQuery, printTrigger } from './print.ts'

/** Whether SQLite takes a definition, and how its schema keeps it. */
function define(sql: string): string | undefined {
  sqlite.exec('SAVEPOINT definition')
  try {
    sqlite.exec(sql)
    return sqlite
      .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE type IN ('view', 'trigger') AND name <> 'v'")
      .pluck()
      .get()
  } catch {
    return undefined
  } finally {
    sqlite.exec('ROLLBACK TO definition')
  }
}

/** The program that runs with a statement once a trigger is defined. */
function fired(trigger: string, statement: string): unknown[] {
  sqlite.exec('SAVEPOINT fired')
  try {
    sqlite.exec(trigger)
    return (
      sqlite
        .prepare<[], unknown[]>(`EXPLAIN ${statement}`)
        .raw()
        .all()
        // These hold the version of the schema and the text.
        .filter(([, operation]) => operation !== 'Transaction' && operation !== 'Trace')
    )
  } finally {
    sqlite.exec('ROLLBACK TO fired')
  }
}

const BODIES = [
  'SELECT 1',
  'VALUES (1)',
  'WITH q AS (SELECT 1) SELECT * FROM q',
  "SELECT RAISE(ABORT, 'no ' || NEW.b) WHERE NEW.a < 0",
  "SELECT CASE WHEN NEW.a < 0 THEN RAISE(FAIL, 'no') WHEN NEW.a > 9 THEN RAISE(IGNORE) END",
  'INSERT INTO u VALUES (NEW.a, OLD.b)',
  'INSERT INTO u (x, a) SELECT b, a FROM t WHERE a = NEW.a ORDER BY 1',
  "INSERT OR IGNORE INTO u VALUES (1, 'a'), (2, 'b')",
  'INSERT OR REPLACE INTO t (a, b) VALUES (NEW.a + 1, NEW.b); SELECT 1',
  'REPLACE INTO t (a) VALUES (1)',
  'INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING',
  'INSERT INTO w AS k (a, b) VALUES (1, NEW.b) ON CONFLICT (b) WHERE c > 3 DO UPDATE SET b = excluded.b, c = k.c + 1 WHERE k.b IS NULL',
  'INSERT INTO w (a) SELECT 1 WHERE 1 ON CONFLICT (a COLLATE NOCASE) DO NOTHING ON CONFLICT DO UPDATE SET (b, c) = (1, 2)',
  'UPDATE t SET b = 1, c == 2 WHERE a = NEW.a',
  'UPDATE OR IGNORE t SET (a, b) = (SELECT a, x FROM u), (c) = 3',
  'UPDATE t AS k SET b = u.x FROM u JOIN v ON u.a = v.a WHERE k.a = u.a',
  'DELETE FROM u WHERE a = OLD.a',
  'DELETE FROM u; DELETE FROM t AS k WHERE k.a = OLD.a',
  'SELECT CASE WHEN 1 THEN 2 END end',
  "INSERT INTO u VALUES (datetime('now'), json_object('a', NEW.a, 'b', NEW.b))",
]

const NO_BODIES = [
  '',
  'SELECT 1;',
  'INSERT INTO t DEFAULT VALUES',
  'INSERT INTO main.t VALUES (1, 2, 3)',
  'INSERT INTO t k VALUES (1, 2, 3)',
  'INSERT t VALUES (1, 2, 3)',
  'UPDATE t k SET a = 1',
  'UPDATE t SET t.a = 1',
  'UPDATE t INDEXED BY x SET a = 1',
  'UPDATE t SET a = 1 ORDER BY a LIMIT 1',
  'UPDATE t SET a = 1 RETURNING a',
  'DELETE FROM t RETURNING a',
  'DELETE t',
  'DELETE FROM t LIMIT 1',
  'INSERT INTO t (a) VALUES (1) ON CONFLICT DO UPDATE SET a = 1 ON CONFLICT DO NOTHING',
  'WITH q AS (SELECT 1) DELETE FROM t',
  'DROP TABLE t',
]

test('a trigger is read if SQLite reads it, and does the same', () => {
  for (const body of [...BODIES, ...NO_BODIES]) {
    const text = `CREATE TRIGGER g AFTER UPDATE ON t BEGIN ${body}; END`
    const kept = define(text)
    const tree = attempt(parseCreateTrigger, text)
    assert.equal(tree !== undefined, kept !== undefined, text)
    if (!tree) continue
    const update = 'UPDATE t SET a = 7, b = 8'
    assert.deepEqual(fired(printTrigger(tree), update), fired(text, update), printTrigger(tree))
  }
})

const HEADS = [
  ['CREATE TRIGGER g BEFORE INSERT ON t', { timing: 'BEFORE', event: 'INSERT', columns: [] }],
  ['create trigger g delete on t', { timing: 'BEFORE', event: 'DELETE', columns: [] }],
  [
    'CREATE TRIGGER IF NOT EXISTS g AFTER UPDATE OF a, "b" ON t FOR EACH ROW',
    { timing: 'AFTER', event: 'UPDATE', columns: ['a', 'b'] },
  ],
  [
    'CREATE TRIGGER main.g INSTEAD OF DELETE ON v WHEN OLD.a BETWEEN 1 AND 2',
    { timing: 'INSTEAD OF', event: 'DELETE', columns: [] },
  ],
  [
    'CREATE TRIGGER \'g\' AFTER INSERT ON "t" WHEN NEW.b IS NOT NULL',
    { timing: 'AFTER', event: 'INSERT', columns: [] },
  ],
] as const

test('the head of a trigger', () => {
  for (const [head, expected] of HEADS) {
    const kept = define(`${head} BEGIN SELECT 1; END;`)
    assert.ok(kept, head)
    const { name, table, timing, event, columns, when } = parseCreateTrigger(kept)
    assert.deepEqual({ timing, event, columns }, expected)
    assert.deepEqual({ name, table }, { name: 'g', table: timing === 'INSTEAD OF' ? 'v' : 't' })
    assert.equal(when !== undefined, head.includes('WHEN'))
  }
})

test('what is no head of a trigger is refused', () => {
  for (const head of [
    'CREATE TRIGGER g ON t',
    'CREATE TRIGGER g AFTER INSERT OF a ON t',
    'CREATE TRIGGER g AFTER INSERT ON t FOR EACH STATEMENT',
    'CREATE TRIGGER g AFTER INSERT t',
    'CREATE g AFTER INSERT ON t',
  ]) {
    assert.equal(define(`${head} BEGIN SELECT 1; END`), undefined, head)
    assert.equal(attempt(parseCreateTrigger, `${head} BEGIN SELECT 1; END`), undefined, head)
  }
})

test('a view is read as SQLite keeps it', () => {
  for (const [text, columns, query] of [
    ['CREATE VIEW x AS SELECT a FROM t', [], 'SELECT (a) FROM "t"'],
    ['create view if not exists main.x(x, "y z") as values (1, 2) -- end', ['x', 'y z'], 'VALUES ((1), (2))'],
    [
      'CREATE VIEW [x] AS WITH q AS (SELECT 1) SELECT * FROM q',
      [],
      'WITH "q" AS  (SELECT (1)) SELECT * FROM "q"',
    ],
  ] as const) {
    const kept = define(text)
    assert.ok(kept, text)
    const tree = parseCreateView(kept)
    assert.deepEqual({ ...tree, query: printQuery(tree.query) }, { kind: 'view', name: 'x', columns, query })
  }
  for (const text of [
    'CREATE VIEW x SELECT 1',
    'CREATE VIEW x() AS SELECT 1',
    'CREATE VIEW AS SELECT 1',
    'CREATE VIEW x AS SELECT 1 2',
  ]) {
    assert.equal(define(text), undefined, text)
    assert.equal(attempt(parseCreateView, text), undefined, text)
  }
})

test('an error tells the place and shows nothing of the SQL', () => {
  const text = "CREATE VIEW x AS SELECT 'secret' FROM t WHERE b = 'secret' 'secret'"
  assert.throws(() => parseCreateView(text), {
    name: 'SqlSyntaxError',
    position: text.lastIndexOf("'secret'"),
    message: `the SQL cannot be read at character ${text.lastIndexOf("'secret'") + 1}: nothing more expected`,
  })
})
