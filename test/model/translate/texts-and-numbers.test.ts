/** Columns that hold texts in some rows and numbers in others: what is translated means the same on both engines. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Both, type Engines, startEngines } from './both-engines.ts'

let engines: Engines
before(async () => {
  engines = await startEngines()
})
after(() => engines?.stop())

/** `free` has no declared type: 7 and '7' may both be in it. The family of `code` is text. */
const CODES = `
  CREATE TABLE kinds (code INTEGER_OR_TEXT NOT NULL UNIQUE, name TEXT, old BOOLEAN NOT NULL);
  CREATE TABLE things (id INTEGER PRIMARY KEY, kind INTEGER_OR_TEXT REFERENCES kinds (code), number INTEGER, free, note TEXT);
  INSERT INTO kinds VALUES (1, 'one', 0), (22, 'two', 1), ('x', 'ex', 0), (-3, NULL, 0);
  INSERT INTO things VALUES (1, 1, 1, 7, 'x'), (2, 22, 5, '7', '22'), (3, -3, NULL, 'x', NULL), (4, NULL, 22, NULL, '1');`

const text = (column: string) => `CAST(${column} AS TEXT)`

/** Views that give numbers as texts in PostgreSQL: compared as texts. */
const VIEWS: Record<string, { view: string; columns?: string }> = {
  'codes and numbers under each other': {
    view: 'SELECT code AS c, name FROM kinds UNION ALL SELECT number, note FROM things',
    columns: `${text('c')} AS c, name`,
  },
  'texts and numbers under each other, in a query inside': {
    view: 'SELECT a.c, a.id FROM (SELECT note AS c, id FROM things UNION ALL SELECT number, -id FROM things) a',
    columns: `${text('c')} AS c, id`,
  },
  'NULL of a type beside codes': {
    view: 'SELECT CAST(NULL AS INTEGER_OR_TEXT) AS c, 1 AS n UNION ALL SELECT code, 2 FROM kinds',
    columns: `${text('c')} AS c, n`,
  },
  'NULL of a type beside texts': {
    view: 'SELECT CAST(NULL AS INT) AS c UNION ALL SELECT CAST(NULL AS INT) UNION ALL SELECT name FROM kinds',
  },
  'NULLs, and then numbers': {
    view: 'SELECT NULL AS c UNION ALL SELECT NULL UNION ALL SELECT id FROM things',
  },
  'a code and a number': { view: 'SELECT id FROM things WHERE kind = number' },
  'a code that is no number of another column': { view: 'SELECT id FROM things WHERE kind <> number' },
  'a code and a constant': { view: "SELECT name FROM kinds WHERE code = 22 OR code = '0001' OR code = 'x'" },
  'a code in a list': { view: "SELECT name FROM kinds WHERE code IN ('22', 'x', 1000)" },
  'a code and a truth': { view: 'SELECT a.name FROM kinds a JOIN kinds b ON a.code = b.old' },
  'codes joined': { view: 'SELECT t.id, k.name FROM things t LEFT JOIN kinds k ON k.code = t.kind' },
  'codes grouped': { view: 'SELECT count(*) AS n FROM things GROUP BY kind' },
  'a code of a view over views': {
    view: 'SELECT a.name FROM (SELECT code, name FROM kinds UNION ALL SELECT number, note FROM things) a WHERE a.code = 22',
  },
  'free values and a text that is no number': {
    view: "SELECT id FROM things WHERE free = 'x' OR free <> 'y'",
  },
}

const REFUSED: Record<string, [string, RegExp]> = {
  'free values and a number': ['SELECT id FROM things WHERE free = 7', /comparison of text with integer/],
  'free values and a text that is a number': [
    "SELECT id FROM things WHERE free = '7'",
    /holds texts as well/,
  ],
  'free values beside each other': [
    'SELECT a.id FROM things a JOIN things b ON a.free = b.free',
    /holds texts as well/,
  ],
  'distinct free values': ['SELECT DISTINCT free FROM things', /texts and numbers/],
  'free values counted': ['SELECT count(DISTINCT free) FROM things', /texts and numbers/],
  'free values grouped': ['SELECT count(*) FROM things GROUP BY free', /texts and numbers/],
  'a number that is the same as a text': [
    'SELECT number FROM things UNION SELECT note FROM things',
    /texts and numbers/,
  ],
  'texts and numbers of a query': [
    "SELECT c FROM (SELECT number AS c FROM things UNION ALL SELECT note FROM things) a WHERE c = '22'",
    /holds texts as well/,
  ],
  'a code or a text in its place': ["SELECT DISTINCT coalesce(kind, '22') FROM things", /texts and numbers/],
  'an order of codes': ['SELECT name FROM kinds ORDER BY code', /texts and numbers/],
  'a code that is greater': ['SELECT name FROM kinds WHERE code > 5', /comparison of text with integer/],
  'a code and a fraction': ['SELECT name FROM kinds WHERE code = 1.5', /comparison of text with float/],
  'a text that SQLite makes a number of': [
    'SELECT t.id FROM things t JOIN kinds k ON k.code = t.note',
    /holds texts as well/,
  ],
}

suite('views', () => {
  let both: Both
  before(async () => {
    const all = [
      ...Object.values(VIEWS).map(({ view }) => view),
      ...Object.values(REFUSED).map(([view]) => view),
    ]
    both = await engines.move(`${CODES} ${all.map((view, i) => `CREATE VIEW v${i} AS ${view};`).join(' ')}`)
  })
  after(() => both?.close())

  for (const [i, [what, { columns = '*' }]] of Object.entries(VIEWS).entries())
    test(what, async () => {
      assert.equal(both.reasons[`v${i}`], undefined)
      await both.same(`SELECT ${columns} FROM v${i}`)
    })

  for (const [i, [what, [, reason]]] of Object.entries(REFUSED).entries())
    test(`no ${what}`, () => {
      assert.match(both.reasons[`v${i + Object.keys(VIEWS).length}`] ?? '', reason)
    })

  test('a column that gives numbers as texts is said to', () => {
    const said = both.plan.findings.filter(({ code }) => code === 'view-column-as-text')
    assert.deepEqual(
      said.map(({ object, severity }) => [object, severity]),
      [
        ['view v0', 'warning'],
        ['view v1', 'warning'],
      ],
    )
  })
})

suite('triggers', () => {
  test('a guard by a code, and one by a query', async () => {
    const both = await engines.move(`${CODES}
      CREATE VIEW all_codes AS SELECT code, old FROM kinds UNION ALL SELECT number, 0 FROM things WHERE number > 4;
      CREATE TRIGGER known BEFORE INSERT ON things BEGIN
        SELECT RAISE(ABORT, 'kind is not known')
          WHERE NEW.kind IS NOT NULL AND NOT EXISTS (SELECT 1 FROM all_codes a WHERE a.code = NEW.kind);
        SELECT RAISE(ABORT, 'kind is old')
          WHERE EXISTS (SELECT 1 FROM kinds k WHERE k.code = NEW.kind AND k.old != 0) OR NEW.kind = '22';
      END;`)
    assert.deepEqual(both.reasons, {})
    await both.run("INSERT INTO things VALUES (10, 1, 1, 'a', 'b'), (11, 'x', 1, 'a', 'b')")
    await both.run('INSERT INTO things VALUES (12, 22, 1, NULL, NULL)', /kind is old/)
    await both.run("INSERT INTO things VALUES (12, '22', 1, NULL, NULL)", /kind is old/)
    await both.run('INSERT INTO things VALUES (12, 99, 1, NULL, NULL)', /kind is not known/)
    await both.run("INSERT INTO things VALUES (12, 'y', 1, NULL, NULL)", /kind is not known/)
    await both.same('SELECT id FROM things ORDER BY id')
    both.close()
  })

  test('a view does not convert what is written to it', async () => {
    const both = await engines.move(`${CODES}
      CREATE VIEW v AS SELECT code, name, old FROM kinds;
      CREATE TRIGGER new_kind INSTEAD OF INSERT ON v WHEN NOT EXISTS (SELECT 1 FROM kinds k WHERE k.code = NEW.code)
        BEGIN INSERT INTO kinds VALUES (NEW.code, NEW.name, NEW.old); END;
      CREATE TRIGGER as_number INSTEAD OF INSERT ON v WHEN NEW.code = '22' BEGIN DELETE FROM things; END;
      CREATE TRIGGER as_text INSTEAD OF UPDATE ON v WHEN OLD.old = '1' BEGIN DELETE FROM things; END;`)
    assert.deepEqual(Object.keys(both.reasons).toSorted(), ['as_number', 'as_text'])
    for (const code of ['22', "'22'", "'y'", '4'])
      await both.run(`INSERT INTO v VALUES (${code}, 'new', '0')`)
    await both.same(`SELECT ${text('code')} AS code, name, old FROM kinds`)
    both.close()
  })
})
