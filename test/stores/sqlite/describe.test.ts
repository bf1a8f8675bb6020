import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Schema, Table } from '../../../model/schema.ts'
import { openSqlite } from '../../../stores/sqlite/store.ts'
import { database } from './files.ts'

function describe(t: TestContext, sql: string): Schema {
  const store = openSqlite(database(t, sql))
  try {
    return store.describe()
  } finally {
    store.close()
  }
}

const only = (t: TestContext, sql: string): Table => describe(t, sql).tables.at(-1)!

test('columns keep type, default, collation and expression', t => {
  const { columns } = only(
    t,
    `CREATE TABLE t (
       a VARCHAR(20) COLLATE NOCASE DEFAULT 'it''s, (not) a "list"',
       "b ""x""" NUMERIC(10, 2) DEFAULT -5.50 NOT NULL,
       [c d] TEXT DEFAULT bare,
       \`e\` TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
       'f' TEXT DEFAULT (hex(randomblob(16))),
       g INT GENERATED ALWAYS AS (length(a) + 1) STORED,
       h AS (a || ')'), -- a comment, with a CHECK (in it)
       i DEFAULT "quoted" COLLATE BINARY)`,
  )
  assert.deepEqual(
    columns.map(({ name, default: value }) => [name, value]),
    [
      ['a', `'it''s, (not) a "list"'`],
      ['b "x"', '-5.50'],
      ['c d', "'bare'"],
      ['e', 'CURRENT_TIMESTAMP'],
      ['f', 'hex(randomblob(16))'],
      ['g', undefined],
      ['h', undefined],
      ['i', "'quoted'"],
    ],
  )
  assert.deepEqual(columns[0]!.collation, 'NOCASE')
  assert.deepEqual(columns[7]!.collation, undefined)
  assert.deepEqual(columns[1], { name: 'b "x"', declared: 'NUMERIC(10, 2)', notNull: true, default: '-5.50' })
  assert.deepEqual(columns[5]!.generated, { expression: 'length(a) + 1', stored: true })
  assert.deepEqual(columns[6]!.generated, { expression: "a || ')'", stored: false })
})

test('constraints keep names and expressions, with and without commas', t => {
  const table = only(
    t,
    `CREATE TABLE t (a INT CONSTRAINT pos CHECK (a > 0) CHECK (a <> ')' ), b, c TEXT,
       CONSTRAINT pk PRIMARY KEY (b, a) ON CONFLICT ABORT
       CONSTRAINT both UNIQUE (a, c COLLATE NOCASE),
       CHECK ("b" IN ('x', '--', '/*')) UNIQUE (C))`,
  )
  assert.deepEqual(table.checks, [
    { name: 'pos', expression: 'a > 0' },
    { expression: "a <> ')'" },
    { expression: `"b" IN ('x', '--', '/*')` },
  ])
  assert.deepEqual(table.primaryKey, { columns: ['b', 'a'], name: 'pk', rowid: false, autoIncrement: false })
  assert.deepEqual(table.uniques, [
    { name: 'both', columns: ['a', 'c'], collations: [null, 'NOCASE'] },
    { columns: ['c'] },
  ])
})

test('an expression ends before the comment behind it, which may last to the end of its line', t => {
  const table = only(
    t,
    `CREATE TABLE t (a INT CHECK (/* more */ a > 0 -- than none
       ), b INT AS (a /* and */ + 1 -- plus one
       ))`,
  )
  assert.deepEqual(table.checks, [{ expression: '/* more */ a > 0' }])
  assert.equal(table.columns[1]!.generated?.expression, 'a /* and */ + 1')
})

test('what constraints do instead of ABORT is told once', t => {
  const table = only(
    t,
    `CREATE TABLE t (a INTEGER PRIMARY KEY ON CONFLICT REPLACE, b NOT NULL ON CONFLICT ABORT,
       c UNIQUE ON CONFLICT ignore, UNIQUE (b, c) ON CONFLICT REPLACE)`,
  )
  assert.deepEqual(table.onConflict, ['REPLACE', 'IGNORE'])
})

test('foreign keys find the real names and the key that is meant', t => {
  const table = only(
    t,
    `CREATE TABLE "Parent" ("Id" INT, "Other" TEXT UNIQUE, PRIMARY KEY ("Other", "Id"));
     CREATE TABLE z (
       a INT REFERENCES PARENT ("OTHER") ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
       b TEXT, c INT REFERENCES missing (x), d REFERENCES gone,
       CONSTRAINT two FOREIGN KEY (b, a) REFERENCES parent MATCH FULL ON DELETE NO ACTION NOT DEFERRABLE)`,
  )
  assert.deepEqual(table.foreignKeys, [
    {
      columns: ['a'],
      table: 'Parent',
      references: ['Other'],
      onUpdate: 'CASCADE',
      onDelete: 'SET NULL',
      deferred: true,
    },
    {
      columns: ['c'],
      table: 'missing',
      references: ['x'],
      onUpdate: 'NO ACTION',
      onDelete: 'NO ACTION',
      deferred: false,
    },
    {
      columns: ['d'],
      table: 'gone',
      references: [],
      onUpdate: 'NO ACTION',
      onDelete: 'NO ACTION',
      deferred: false,
    },
    {
      name: 'two',
      columns: ['b', 'a'],
      table: 'Parent',
      references: ['Other', 'Id'],
      onUpdate: 'NO ACTION',
      onDelete: 'NO ACTION',
      deferred: false,
    },
  ])
})

test('indexes keep parts, directions, collations and conditions', t => {
  const { indexes } = only(
    t,
    `CREATE TABLE t (a, b TEXT COLLATE NOCASE);
     CREATE UNIQUE INDEX i1 ON t (a DESC, b COLLATE RTRIM) WHERE a > 5 AND b <> ';';
     CREATE INDEX "i 2" ON t (lower(b || ',') COLLATE NOCASE DESC, (a + 1), b COLLATE BINARY || 'x', b)`,
  )
  assert.deepEqual(
    indexes.map(({ sql: _, ...rest }) => rest),
    [
      {
        name: 'i1',
        unique: true,
        parts: [
          { column: 'a', descending: true },
          { column: 'b', descending: false, collation: 'RTRIM' },
        ],
        where: "a > 5 AND b <> ';'",
      },
      {
        name: 'i 2',
        unique: false,
        parts: [
          { expression: "lower(b || ',')", descending: true, collation: 'NOCASE' },
          { expression: '(a + 1)', descending: false },
          { expression: "b COLLATE BINARY || 'x'", descending: false },
          { column: 'b', descending: false },
        ],
      },
    ],
  )
})

const ACCESS: [string, Table['access'], boolean][] = [
  ['CREATE TABLE t (id INTEGER PRIMARY KEY, a)', { by: 'rowid', name: 'id' }, true],
  ['CREATE TABLE t (id INTEGER, a, PRIMARY KEY (id ASC))', { by: 'rowid', name: 'id' }, true],
  ['CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a)', { by: 'rowid', name: 'rowid' }, false],
  ['CREATE TABLE t (id INT PRIMARY KEY, a)', { by: 'rowid', name: 'rowid' }, false],
  ['CREATE TABLE t (ROWID, a)', { by: 'rowid', name: '_rowid_' }, false],
  ['CREATE TABLE t (rowid, _ROWID_)', { by: 'rowid', name: 'oid' }, false],
  ['CREATE TABLE t (rowid, _rowid_, Oid)', { by: 'whole' }, false],
  ['CREATE TABLE t (rowid INTEGER PRIMARY KEY, _rowid_, oid)', { by: 'rowid', name: 'rowid' }, true],
  [
    'CREATE TABLE t (a, b, PRIMARY KEY (b, a)) WITHOUT ROWID, STRICT'.replace('a, b,', 'a INT, b TEXT,'),
    { by: 'key', columns: ['b', 'a'] },
    false,
  ],
]
for (const [sql, access, rowid] of ACCESS) {
  test(`access of ${sql}`, t => {
    const table = only(t, sql)
    assert.deepEqual(table.access, access)
    assert.equal(table.primaryKey?.rowid ?? false, rowid)
    assert.equal(table.strict, sql.includes('STRICT'))
  })
}

test('AUTOINCREMENT tells its last number', t => {
  const both = [
    'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a)',
    'CREATE TABLE t (id INTEGER, a, CONSTRAINT k PRIMARY KEY (id AUTOINCREMENT))',
  ]
  for (const sql of both) {
    const table = only(t, `${sql}; INSERT INTO t VALUES (9007199254740993, 1); DELETE FROM t`)
    assert.equal(table.sequence, '9007199254740993')
    assert.equal(table.primaryKey!.autoIncrement, true)
  }
})

test('everything else is listed, and nothing of SQLite itself', t => {
  const { tables, others } = describe(
    t,
    `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a);
     CREATE VIEW v AS SELECT * FROM t;
     CREATE VIEW broken AS SELECT * FROM missing;
     CREATE TRIGGER t AFTER INSERT ON t BEGIN SELECT 1; END;
     CREATE VIRTUAL TABLE f USING fts5(x, content = '');
     ANALYZE`,
  )
  assert.deepEqual(
    tables.map(({ name }) => name),
    ['t'],
  )
  assert.match(tables[0]!.sql, /^CREATE TABLE t/)
  assert.deepEqual(
    others.map(({ kind, name }) => `${kind} ${name}`),
    [
      'virtual table f',
      ...['config', 'data', 'docsize', 'idx'].map(part => `shadow table f_${part}`),
      'view v',
      'view broken',
      'trigger t',
    ],
  )
})

test('names of any kind are kept', t => {
  const names = ['select', 'a b', 'quo"te', "it's", '🦊', 'Ünïcode', 'semi;colon', '[x]', 'CHECK', 'a\u00a0b']
  const quoted = names.map(name => `"${name.replaceAll('"', '""')}"`)
  const schema = describe(t, quoted.map(name => `CREATE TABLE ${name} (${quoted.join(', ')})`).join(';'))
  assert.deepEqual(schema.tables.map(({ name }) => name).sort(), [...names].sort())
  for (const { columns } of schema.tables)
    assert.deepEqual(
      columns.map(({ name }) => name),
      names,
    )
})
