/** What a database consists of besides plain rows: it arrives and works, or it is listed by name. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { Said } from './cli.ts'
import { openWorld, type Target } from './world.ts'

const world = await openWorld()

const full = (source: string, target: Target, ...flags: string[]): Promise<Said> =>
  world.run(['full', '--from', `sqlite:${source}`, '--to', target.url, ...flags])

/** Migrates what the SQL makes into a target of its own. */
async function migrated(
  sql: string,
  status = 0,
  ...flags: string[]
): Promise<{ target: Target; said: Said }> {
  const target = await world.target()
  const said = await full(world.source(sql), target, ...flags)
  assert.equal(said.status, status, said.all)
  return { target, said }
}

const constraints = (target: Target, type: 'c' | 'f' | 'p' | 'u') =>
  target.rows(
    `SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
      WHERE contype = '${type}' AND connamespace = 'public'::regnamespace ORDER BY 1, 2`,
  )

suite('keys and indexes', { concurrency: 2 }, () => {
  test('primary and foreign keys of several columns, with all actions', async () => {
    const { target } = await migrated(`
      CREATE TABLE parent (a TEXT, b INTEGER, c INTEGER UNIQUE, PRIMARY KEY (b, a));
      CREATE TABLE child (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c INTEGER, d INTEGER DEFAULT 7, e INTEGER,
        FOREIGN KEY (b, a) REFERENCES parent ON DELETE CASCADE ON UPDATE SET NULL,
        FOREIGN KEY (c) REFERENCES parent (c) ON DELETE RESTRICT ON UPDATE CASCADE,
        FOREIGN KEY (d) REFERENCES parent (c) ON DELETE SET DEFAULT ON UPDATE NO ACTION,
        FOREIGN KEY (e) REFERENCES parent (c) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO parent VALUES ('x', 1, 7), ('x', 2, 8), ('y', 1, NULL), ('z', 1, NULL);
      INSERT INTO child VALUES (1, 'x', 1, 7, 7, 8), (2, 'y', 1, 8, 7, NULL), (3, NULL, 1, NULL, NULL, NULL);`)
    assert.deepEqual(await constraints(target, 'p'), [
      ['child', 'PRIMARY KEY (id)'],
      ['parent', 'PRIMARY KEY (b, a)'],
    ])
    assert.deepEqual(await constraints(target, 'f'), [
      ['child', 'FOREIGN KEY (b, a) REFERENCES parent(b, a) ON UPDATE SET NULL ON DELETE CASCADE'],
      ['child', 'FOREIGN KEY (c) REFERENCES parent(c) ON UPDATE CASCADE ON DELETE RESTRICT'],
      ['child', 'FOREIGN KEY (d) REFERENCES parent(c) ON DELETE SET DEFAULT'],
      ['child', 'FOREIGN KEY (e) REFERENCES parent(c) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED'],
    ])
    await target.rows(`DELETE FROM parent WHERE a = 'y'`)
    assert.deepEqual(await target.rows('SELECT id::int FROM child ORDER BY id'), [[1], [3]])
  })

  test('unique constraints take NULL twice and a value once; indexes keep their order', async () => {
    const { target } = await migrated(`
      CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT UNIQUE, a INTEGER, b TEXT, UNIQUE (a, b));
      CREATE INDEX t_by_b ON t (b DESC, a);
      CREATE UNIQUE INDEX t_once ON t (a, id);
      INSERT INTO t (code, a, b) VALUES (NULL, 1, NULL), (NULL, 1, NULL), ('', 2, 'x');`)
    await target.rows('INSERT INTO t (code) VALUES (NULL)')
    await assert.rejects(target.rows(`INSERT INTO t (code) VALUES ('')`), /unique/)
    await assert.rejects(target.rows(`INSERT INTO t (a, b) VALUES (2, 'x')`), /unique/)
    const indexes = await target.rows(
      `SELECT indexdef FROM pg_indexes WHERE indexname IN ('t_by_b', 't_once') ORDER BY 1`,
    )
    assert.match(
      String(indexes[0]),
      /INDEX t_by_b ON public\.t USING btree \(b DESC( NULLS LAST)?, a( NULLS FIRST)?\)/,
    )
    assert.match(String(indexes[1]), /UNIQUE INDEX t_once ON public\.t USING btree \(a( NULLS FIRST)?, id/)
  })

  test('numbers go on after the last one that was ever given out', async () => {
    const { target } = await migrated(`
      CREATE TABLE plain (id INTEGER PRIMARY KEY, v TEXT);
      CREATE TABLE gap (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);
      CREATE TABLE below (id INTEGER PRIMARY KEY, v TEXT);
      CREATE TABLE none (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);
      INSERT INTO plain VALUES (3, 'a'), (41, 'b');
      INSERT INTO gap VALUES (1, 'a'), (900, 'b');
      DELETE FROM gap WHERE id = 900;
      INSERT INTO below VALUES (-5, 'a');`)
    const next = async (table: string) =>
      Number((await target.rows(`INSERT INTO ${table} (v) VALUES ('next') RETURNING id`))[0]![0])
    assert.deepEqual(
      [await next('plain'), await next('gap'), await next('below'), await next('none')],
      [42, 901, 1, 1],
    )
  })

  const ORPHANS = `
    CREATE TABLE a (id INTEGER PRIMARY KEY);
    CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id), c INTEGER REFERENCES b (id));
    INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1, NULL), (2, 4711, 1);`

  test('a foreign key that the rows break needs consent, and nothing is written without', async () => {
    const { target, said } = await migrated(ORPHANS, 3)
    assert.match(said.all, /foreign-key-violated.*b\.a/)
    assert.match(said.all, /orphans: not-valid/)
    assert.doesNotMatch(said.all, /4711/)
    assert.deepEqual(
      await target.rows(`SELECT count(*)::int FROM pg_tables WHERE schemaname IN ('public', 'longhaul')`),
      [[0]],
    )
  })

  test('with consent it binds new rows only', async () => {
    const { target } = await migrated(ORPHANS, 0, '--accept', 'foreign-key-violated:b.a')
    assert.deepEqual(await constraints(target, 'f'), [
      ['b', 'FOREIGN KEY (a) REFERENCES a(id) NOT VALID'],
      ['b', 'FOREIGN KEY (c) REFERENCES b(id)'],
    ])
    assert.deepEqual(await target.rows('SELECT id::int, a::int FROM b ORDER BY id'), [
      [1, 1],
      [2, 4711],
    ])
    await assert.rejects(target.rows('INSERT INTO b VALUES (3, 4711)'), /foreign key/)
  })

  test('a foreign key and a check that only rows of the target break bind new rows, and are told', async () => {
    const source = world.source(`
      CREATE TABLE a (id INTEGER PRIMARY KEY, v INTEGER);
      CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id),
                      n INTEGER CHECK (n <> -1) CHECK (n <> -2));
      INSERT INTO a VALUES (1, 1), (2, 'two'); INSERT INTO b VALUES (1, 1, 1), (2, 2, 'three'), (3, 2, 1);`)
    const file = join(world.folder, 'rows.yaml')
    writeFileSync(
      file,
      `version: 1
tables:
  a: { columns: { v: { on_error: quarantine } } }
  b: { columns: { n: { on_error: default, default: -1 } } }
`,
    )
    const target = await world.target()
    const said = await full(source, target, '--plan', file)
    assert.equal(said.status, 4, said.all)
    assert.match(said.out, /foreign key "b_a_fkey" of table "b".*NOT VALID/)
    assert.match(said.out, /check "b_n_check" of table "b".*NOT VALID/)
    assert.deepEqual(await constraints(target, 'f'), [['b', 'FOREIGN KEY (a) REFERENCES a(id) NOT VALID']])
    const checks = (await constraints(target, 'c')).map(([, definition]) => String(definition))
    assert.match(checks[0]!, /-1.* NOT VALID$/)
    assert.match(checks[1]!, /-2[^V]*$/)
  })

  test('what is unique in SQLite and equal in PostgreSQL is named, without its value', async () => {
    const { target, said } = await migrated(
      `CREATE TABLE doc (id INTEGER PRIMARY KEY, body JSON UNIQUE, loose UNIQUE);
       INSERT INTO doc VALUES (1, '{"key": "canary-1"}', 1), (2, '{"key":"canary-1"}', '1');`,
      4,
      ...['--accept', 'classes-merge:doc.loose'],
    )
    assert.match(said.all, /doc_body_key/)
    assert.match(said.all, /doc_loose_key/)
    assert.doesNotMatch(said.all, /canary/)
    assert.deepEqual(await target.rows('SELECT count(*)::int FROM doc'), [[2]])
  })
})

suite('names', { concurrency: 2 }, () => {
  test('of any kind are kept exactly', async () => {
    const names = [
      'order',
      'With Space',
      'Größe',
      'quo"te',
      "apo'stroph",
      '🦆 pond',
      'semi;colon',
      'back\\slash',
      '%I',
      '$1',
    ]
    const id = (name: string) => `"${name.replaceAll('"', '""')}"`
    const tables = names.map(
      (
        name,
        i,
      ) => `CREATE TABLE ${id(name)} (id INTEGER PRIMARY KEY, "select" TEXT, ${id(`${name} col`)} TEXT DEFAULT 'x',
                      ref INTEGER REFERENCES ${id(names[(i + 1) % names.length]!)} (id));
                    CREATE INDEX ${id(`${name} index`)} ON ${id(name)} (${id(`${name} col`)});
                    INSERT INTO ${id(name)} VALUES (1, 'one', 'two', 1);`,
    )
    const { target } = await migrated(tables.join('\n'))
    for (const name of names) {
      const row = await target.rows(`SELECT "select", ${id(`${name} col`)}, ref::int FROM public.${id(name)}`)
      assert.deepEqual(row, [['one', 'two', 1]], name)
      const index = await target.rows('SELECT count(*)::int FROM pg_indexes WHERE indexname = $1', [
        `${name} index`,
      ])
      assert.deepEqual(index, [[1]], name)
    }
    assert.equal((await constraints(target, 'f')).length, names.length)
  })

  test('that PostgreSQL would cut to the same 63 bytes get names of their own, and are listed', async () => {
    const long = 'a'.repeat(63)
    const { target, said } = await migrated(`
      CREATE TABLE ${long}x (i INTEGER); CREATE TABLE ${long}y (i INTEGER);
      CREATE TABLE c (${long}1 TEXT, ${long}2 TEXT);
      INSERT INTO ${long}x VALUES (1); INSERT INTO ${long}y VALUES (2); INSERT INTO c VALUES ('one', 'two');`)
    const renamed = (name: string) =>
      new RegExp(`name-changed.*${name}: .*it becomes (\\w+)`).exec(said.out)![1]
    assert.deepEqual(await target.rows(`SELECT i::int FROM ${renamed(`${long}x`)}`), [[1]])
    assert.deepEqual(await target.rows(`SELECT i::int FROM ${renamed(`${long}y`)}`), [[2]])
    const columns = [renamed(`${long}1`), renamed(`${long}2`)]
    assert.deepEqual(await target.rows(`SELECT ${columns} FROM c`), [['one', 'two']])
  })
})

suite('values', { concurrency: 2 }, () => {
  test('at the ends of their ranges arrive as they are', async () => {
    const long = '𝄞ü'.repeat(3_500_000)
    const target = await world.target()
    const said = await full(
      world.source(db => {
        db.exec('CREATE TABLE v (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, b BLOB, r REAL)')
        const insert = db.prepare('INSERT INTO v VALUES (?, ?, ?, ?, ?)')
        insert.run(1, -(2n ** 63n), '', Buffer.alloc(0), -0.1)
        insert.run(2, 2n ** 63n - 1n, null, null, null)
        insert.run(3, 0, '🦆é\u0301 שלום \t\r\n\\N \\. "', Buffer.from([0, 255, 10, 92]), 5e-324)
        insert.run(4, null, long, null, 1.7976931348623157e308)
      }),
      target,
    )
    assert.equal(said.status, 0, said.all)
    const rows = await target.rows(
      `SELECT n::text, CASE WHEN length(t) < 100 THEN t ELSE md5(t) || length(t) END, encode(b, 'hex'), r::text
         FROM v ORDER BY id`,
    )
    const { createHash } = await import('node:crypto')
    const md5 = createHash('md5').update(long).digest('hex')
    assert.deepEqual(rows, [
      ['-9223372036854775808', '', '', '-0.1'],
      ['9223372036854775807', null, null, null],
      ['0', '🦆é\u0301 שלום \t\r\n\\N \\. "', '00ff0a5c', '5e-324'],
      [null, `${md5}7000000`, null, '1.7976931348623157e+308'],
    ])
  })

  test('that a row gets by default are given by PostgreSQL too', async () => {
    const { target } = await migrated(`
      CREATE TABLE d (id INTEGER PRIMARY KEY, n INTEGER NOT NULL DEFAULT -5, r REAL DEFAULT 1.5,
        t TEXT DEFAULT 'it''s', e TEXT DEFAULT '', u TEXT DEFAULT NULL, yes BOOLEAN DEFAULT 1,
        made TIMESTAMP DEFAULT CURRENT_TIMESTAMP, day DATE DEFAULT CURRENT_DATE,
        token TEXT DEFAULT (hex(randomblob(16))), later DATETIME DEFAULT (datetime('now')));
      INSERT INTO d (yes, made) VALUES (1, '2024-01-01 00:00:00');`)
    const [row] = await target.rows(`INSERT INTO d DEFAULT VALUES RETURNING n::int, r, t, e, u, yes,
      abs(extract(epoch FROM made::timestamp - now() AT TIME ZONE 'UTC')) < 100, day::text ~ '^20\\d\\d-',
      replace(token::text, '-', '') ~* '^[0-9a-f]{32}$', later::text ~ '^20'`)
    assert.deepEqual(row, [-5, 1.5, "it's", '', null, true, true, true, true, true])
  })
})

suite('how many', { concurrency: 1 }, () => {
  test('empty tables arrive with all their parts', async () => {
    const { target } = await migrated(`
      CREATE TABLE e (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT UNIQUE); CREATE INDEX e_v ON e (v);
      CREATE TABLE w (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;`)
    assert.deepEqual(
      await target.rows('SELECT (SELECT count(*)::int FROM e), (SELECT count(*)::int FROM w)'),
      [[0, 0]],
    )
    await target.rows(`INSERT INTO e (v) VALUES ('x')`)
  })

  test('a database without tables is complete, and told so', async () => {
    const { said } = await migrated('PRAGMA user_version = 1')
    assert.match(said.all, /no table is left to copy/)
    assert.match(said.out, /Done: 0 tables, 0 rows/)
  })

  test('a thousand tables', async t => {
    const tables = Array.from(
      { length: 1000 },
      (_, i) => `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, name TEXT UNIQUE, at TIMESTAMP,
                   before INTEGER REFERENCES t${Math.max(i - 1, 0)} (id));
                 CREATE INDEX t${i}_at ON t${i} (at);
                 INSERT INTO t${i} VALUES (1, 'one', '2024-02-29 12:00:00', 1), (2, 'two', NULL, NULL);`,
    )
    const began = performance.now()
    const { target } = await migrated(`BEGIN; ${tables.join('\n')} COMMIT;`)
    t.diagnostic(`1,000 tables took ${((performance.now() - began) / 1000).toFixed(1)} s`)
    assert.deepEqual(
      await target.rows(
        `SELECT count(*)::int, sum(n_live_tup)::int FROM pg_stat_user_tables WHERE schemaname = 'public'`,
      ),
      [[1000, 2000]],
    )
    assert.equal((await constraints(target, 'f')).length, 1000)
  })
})

suite('rules', { concurrency: 2 }, () => {
  test('checks, generated columns and indexes arrive and work', async () => {
    const { target } = await migrated(`
      CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE UNIQUE, n INTEGER CHECK (n > 0),
        double INTEGER AS (n * 2), label TEXT AS (name || '!') STORED, open BOOLEAN,
        CONSTRAINT short CHECK (length(name) < 6));
      CREATE UNIQUE INDEX t_open ON t (n) WHERE open;
      CREATE INDEX t_both ON t (n + id, name DESC);
      INSERT INTO t (name, n, open) VALUES ('Ada', 1, 1), ('Bob', 1, 0), (NULL, 2, 1);`)
    assert.deepEqual(await target.rows('SELECT double::int, label FROM t ORDER BY id'), [
      [2, 'Ada!'],
      [2, 'Bob!'],
      [4, null],
    ])
    const insert = (name: string, n: number, open: boolean) =>
      target.rows('INSERT INTO t (name, n, open) VALUES ($1, $2, $3) RETURNING double::int, label', [
        name,
        n,
        open,
      ])
    await assert.rejects(insert('Eve', 0, false), /t_n_check/)
    await assert.rejects(insert('Evelyn', 1, false), /short/)
    await assert.rejects(insert('ADA', 1, false), /t_name_key/)
    await assert.rejects(insert('Eve', 1, true), /t_open/)
    assert.deepEqual(await insert('Eve', 1, false), [[2, 'Eve!']])
    const [[both]] = (await target.rows(`SELECT indexdef FROM pg_indexes WHERE indexname = 't_both'`)) as [
      [string],
    ]
    assert.match(both, /\(\(?n \+ id\)?\)?, lower\(\(?name COLLATE "C"\)?\) DESC\)/)
  })

  test('a check that rows break binds new rows only, which is a difference unless accepted', async () => {
    const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0));
      PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES (1, 1), (2, -4711);`
    const { target, said } = await migrated(sql, 4)
    assert.match(said.out, /check-violated/)
    assert.doesNotMatch(said.all, /4711/)
    assert.deepEqual(await constraints(target, 'c'), [['t', 'CHECK ((n > 0)) NOT VALID']])
    await migrated(sql, 0, '--accept', 'check-violated')
  })
})

suite('objects that are not translated', { concurrency: 2 }, () => {
  const SQL = `
    CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CHECK (printf('%!.3g', a) <> ''), b INTEGER,
                    double TEXT GENERATED ALWAYS AS (printf('%!.3g', a)) STORED);
    CREATE INDEX t_part ON t (b) WHERE printf('%!.3g', b) <> 'x';
    CREATE INDEX t_expr ON t (printf('%!.3g', b));
    CREATE VIEW busy AS SELECT *, printf('%!.3g', b) AS p FROM t WHERE b > 5;
    CREATE TRIGGER watch AFTER INSERT ON t BEGIN UPDATE t SET b = 0 WHERE b IS NULL AND printf('%!.3g', a) <> ''; END;
    CREATE VIRTUAL TABLE words USING fts5(body, content='');
    INSERT INTO t (a, b) VALUES (1, 2), (3, NULL); INSERT INTO words (rowid, body) VALUES (1, 'some words');`
  const LISTED = [
    /check.*\bt\b|\bt\b.*check/i,
    /double/,
    /t_part/,
    /t_expr/,
    /view busy/,
    /watch/,
    /virtual table words/,
  ]

  test('are listed, and the run ends with status 4', async () => {
    const { target, said } = await migrated(SQL, 4)
    for (const word of LISTED) assert.match(said.out, word)
    assert.deepEqual(await target.rows('SELECT id::int, a::int, b::int FROM t ORDER BY id'), [
      [1, 1, 2],
      [2, 3, 0],
    ])
  })

  test('are listed in the report with their SQL, and accepted where the user says so', async () => {
    const { said } = await migrated(SQL, 0, '--accept', 'all-listed', '--id', 'accepted')
    assert.match(said.out, /Complete and valid/)
    const report = await world.run(['report', 'accepted'])
    assert.equal(report.status, 0)
    for (const word of [...LISTED, /FROM t WHERE b > 5/, /UPDATE t SET b = 0/]) assert.match(report.out, word)
  })
})
