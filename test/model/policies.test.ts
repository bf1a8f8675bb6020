import assert from 'node:assert/strict'
import { test } from 'node:test'
import { showType } from '../../model/type-text.ts'
import { existing, existingColumn, planOf, said } from './world.ts'

/** The plan for a table `t` with a column `c`, the column's part of it, and its findings without the note. */
function plan(declaration: string, values: string, lines: string) {
  const made = planOf(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, c ${declaration}); INSERT INTO t (c) VALUES ${values}`,
    {
      file: `tables: { t: { ${lines} } }`,
    },
  )
  const { type, conversion, onError, notNull } = made.what.tables[0]!.columns[1]!
  const findings = said(made).filter(line => line.endsWith(' t.c'))
  return { type: showType(type), conversion, onError, notNull, findings, made }
}

const column = (settings: string): string => `columns: { c: { ${settings} } }`
const QUARANTINE = { policy: 'quarantine' }

/** Declaration, values, lines of the plan file; type, conversion, policy, findings. */
type Case = [
  declaration: string,
  values: string,
  lines: string,
  type: string,
  conversion: string | undefined,
  onError: object | undefined,
  ...findings: string[],
]

const CASES: Case[] = [
  [
    'INT',
    "(1), ('N/A')",
    column('on_error: quarantine'),
    'bigint',
    undefined,
    QUARANTINE,
    'warning values-quarantined',
  ],
  [
    'INT',
    "(1), ('N/A')",
    'on_error: quarantine',
    'bigint',
    undefined,
    QUARANTINE,
    'warning values-quarantined',
  ],
  [
    'INT',
    "(1), ('N/A')",
    `on_error: quarantine, ${column('on_error: stop')}`,
    'text',
    undefined,
    undefined,
    'warning values-unlike-declared',
  ],
  ['INT', '(1), (2)', column('on_error: quarantine'), 'bigint', undefined, undefined],
  [
    'INT',
    "(1), ('N/A')",
    column('on_error: default'),
    'bigint',
    undefined,
    { policy: 'default', value: null },
    'warning values-replaced',
  ],
  [
    'INT DEFAULT -1',
    "('N/A')",
    column('on_error: default'),
    'bigint',
    undefined,
    { policy: 'default', value: -1 },
    'warning values-replaced',
  ],
  [
    'DATETIME DEFAULT CURRENT_TIMESTAMP',
    "('2024-01-01 00:00:00'), ('never')",
    column('on_error: default'),
    'timestamp',
    undefined,
    { policy: 'default', value: null },
    'warning values-replaced',
  ],
  [
    'INT NOT NULL',
    "('N/A')",
    column('on_error: default'),
    'bigint',
    undefined,
    { policy: 'default', value: null },
    'refused default-is-null',
  ],
  [
    'INT NOT NULL',
    "('N/A')",
    column('on_error: default, default: 0'),
    'bigint',
    undefined,
    { policy: 'default', value: 0 },
    'warning values-replaced',
  ],
  [
    'INT',
    "('N/A')",
    column('on_error: default, default: zero'),
    'bigint',
    undefined,
    { policy: 'default', value: 'zero' },
    'refused default-does-not-fit',
  ],
  [
    "JSON DEFAULT '{}'",
    "('{'), ('{}')",
    column('on_error: default'),
    'jsonb',
    undefined,
    { policy: 'default', value: '{}' },
    'warning values-replaced',
  ],
  [
    'TEXT',
    "('{'), ('{}')",
    column('type: jsonb, on_error: default, default: "{]"'),
    'jsonb',
    undefined,
    { policy: 'default', value: '{]' },
    'refused default-does-not-fit',
  ],
  [
    'DATETIME',
    "('2024-01-01 00:00:00'), ('never')",
    column('on_error: default, default: "1970-01-01 00:00:00"'),
    'timestamp',
    undefined,
    { policy: 'default', value: '1970-01-01 00:00:00' },
    'warning values-replaced',
  ],
  [
    'BOOLEAN',
    "('maybe'), (1)",
    column('on_error: default, default: false'),
    'boolean',
    undefined,
    { policy: 'default', value: false },
    'warning values-replaced',
  ],
  [
    'DECIMAL(5,2)',
    "('x'), (1.5)",
    column('on_error: default, default: 0.125'),
    'numeric(5,2)',
    undefined,
    { policy: 'default', value: 0.125 },
    'refused default-does-not-fit',
  ],
  [
    'TEXT',
    "('a' || char(0)), ('b')",
    column('on_error: quarantine'),
    'text',
    undefined,
    QUARANTINE,
    'warning values-quarantined',
  ],
  ['TEXT', "('a' || char(0))", column('cast: strip-nul'), 'text', 'strip-nul', undefined],
  ['TEXT', "('a' || char(0))", column('cast: escape-nul'), 'text', 'escape-nul', undefined],
  ['TEXT', "('a' || char(0))", column('cast: text-as-bytes'), 'bytea', 'text-as-bytes', undefined],
  ['TEXT', "(CAST(x'ff' AS TEXT))", column('cast: strip-invalid'), 'text', 'strip-invalid', undefined],
  [
    'TEXT',
    "(CAST(x'ff00' AS TEXT))",
    column('cast: strip-nul'),
    'text',
    'strip-nul',
    undefined,
    'refused values-do-not-fit',
  ],
  [
    'TEXT',
    "(CAST(x'ff00' AS TEXT))",
    column('cast: strip-nul, on_error: quarantine'),
    'text',
    'strip-nul',
    QUARANTINE,
    'warning values-quarantined',
  ],
  ['TEXT', "('a'), (x'62')", column('cast: bytes-as-text'), 'text', 'bytes-as-text', undefined],
  [
    'TEXT',
    "('a'), (x'ff')",
    column('cast: bytes-as-text'),
    'text',
    'bytes-as-text',
    undefined,
    'refused values-do-not-fit',
  ],
  [
    'DATETIME',
    '(1700000000)',
    column('type: timestamptz, cast: epoch-seconds'),
    'timestamptz',
    'epoch-seconds',
    undefined,
  ],
  ['DATETIME', '(1700000000)', column('cast: epoch-seconds'), 'timestamptz', 'epoch-seconds', undefined],
  [
    'INTEGER',
    '(99999999999999)',
    column('cast: epoch-seconds'),
    'timestamptz',
    'epoch-seconds',
    undefined,
    'refused values-do-not-fit',
  ],
  [
    'DATETIME',
    '(2460000.5)',
    column('type: timestamp, cast: julian-day'),
    'timestamp',
    'julian-day',
    undefined,
  ],
  ['BOOLEAN', "('yes'), (0)", column('cast: truth-words'), 'boolean', 'truth-words', undefined],
  [
    'DATETIME',
    "('2024-01-01 00:00:00'), ('2024-01-01 00:00:00Z')",
    column('cast: as-utc'),
    'timestamptz',
    'as-utc',
    undefined,
  ],
  [
    'DATETIME',
    "('2024-01-01 00:00:00'), ('2024-01-01')",
    column('cast: time-spelling'),
    'timestamp',
    'time-spelling',
    undefined,
  ],
  ['TIME', "('10:30')", column('cast: time-spelling'), 'time', 'time-spelling', undefined],
  [
    'DATETIME',
    "('2024-01-01 00:00:00+02:00')",
    column('type: timestamptz'),
    'timestamptz',
    undefined,
    undefined,
    'warning offset-becomes-utc',
  ],
  [
    'DATETIME',
    "('2024-01-01 00:00:00')",
    column('type: timestamptz'),
    'timestamptz',
    undefined,
    undefined,
    'warning read-as-utc',
  ],
  ['', "(1), ('1')", column('type: text'), 'text', undefined, undefined, 'warning classes-merge'],
  [
    'TEXT',
    "('a')",
    column('type: text, cast: epoch-seconds'),
    'text',
    undefined,
    undefined,
    'refused cast-makes-no-sense',
  ],
  ['TEXT', "('a')", column('cast: strip-nul'), 'text', undefined, undefined, 'refused cast-makes-no-sense'],
  ['TEXT', "('a')", column('type: bigint'), 'bigint', undefined, undefined, 'refused values-do-not-fit'],
]

test('lines of the plan file: type, cast, on_error and default', async t => {
  for (const [declaration, values, lines, type, conversion, onError, ...findings] of CASES) {
    await t.test(`${declaration} ${values} with ${lines}`, () => {
      const made = plan(declaration, values, lines)
      assert.deepEqual(
        [made.type, made.conversion, made.onError, made.findings],
        [type, conversion, onError, findings.map(line => `${line} t.c`)],
      )
    })
  }
})

test('how many values a policy is for is told where it is known, with the first by key', () => {
  const { made } = plan('INT', "(1), ('N/A'), ('?')", column('on_error: quarantine'))
  const finding = made.findings.find(({ code }) => code === 'values-quarantined')!
  assert.match(finding.message, /^2 values do not fit bigint/)
  assert.equal(finding.example, 'id = 2')
})

test('NULL in a column that says NOT NULL is a misfit like any other, if there is a policy', () => {
  const sql = 'CREATE TABLE t (k TEXT PRIMARY KEY, c INT); INSERT INTO t VALUES (NULL, 1), (2, 2)'
  const [, without] = [planOf(sql), said(planOf(sql))]
  assert.deepEqual(without, ['warning primary-key-as-unique table t'])
  const made = planOf(sql, { file: 'tables: { t: { on_error: quarantine } }' })
  assert.deepEqual(said(made), ['warning values-quarantined t.k'])
  const [key, other] = made.what.tables[0]!.columns
  assert.deepEqual([key!.onError, other!.onError], [QUARANTINE, undefined])
})

test('a cast that makes no sense is refused with those that would', () => {
  const { made } = plan('DATETIME', '(1700000000)', column('type: timestamptz, cast: strip-nul'))
  const finding = made.findings.find(({ code }) => code === 'cast-makes-no-sense')!
  assert.match(finding.remedy!, /epoch-seconds or epoch-milliseconds or julian-day/)
})

test('columns that foreign keys join are upgraded together, or not at all', () => {
  const uuid = "'6f9619ff-8b86-d011-b42d-00cf4fc964ff'"
  const types = (sql: string) =>
    planOf(sql, { types: 'optimized' })
      .what.tables.flatMap(({ name, columns }) => columns.map(c => `${name}.${c.name} ${showType(c.type)}`))
      .sort()
  const tables = `PRAGMA foreign_keys = OFF; CREATE TABLE p (id TEXT PRIMARY KEY); CREATE TABLE c (p TEXT REFERENCES p, x TEXT);
    INSERT INTO p VALUES (${uuid});`
  assert.deepEqual(types(tables), ['c.p uuid', 'c.x text', 'p.id uuid'])
  assert.deepEqual(types(`${tables} INSERT INTO c VALUES (${uuid}, ${uuid})`), [
    'c.p uuid',
    'c.x uuid',
    'p.id uuid',
  ])
  assert.deepEqual(types(`${tables} INSERT INTO c VALUES ('none', '')`), [
    'c.p text',
    'c.x text',
    'p.id text',
  ])
})

test('a table that is there already: casts and policies count, and losses ask for consent', () => {
  const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, c DATETIME, n INT);
    INSERT INTO t (c, n) VALUES ('2024-01-01 00:00:00+02:00', 1), ('2024-01-01 00:00:00Z', 'N/A')`
  const there = existing('t', [
    existingColumn('id', 'bigint', { type: { kind: 'integer', bits: 64 } }),
    existingColumn('c', 'timestamp with time zone', { type: { kind: 'timestamp', zone: true } }),
    existingColumn('n', 'bigint', { type: { kind: 'integer', bits: 64 } }),
  ])
  const wish = { ifExists: 'use' as const, target: { tables: [there] } }
  const codes = (file = '') => said(planOf(sql, { ...wish, file })).filter(line => /t\.[cn]$/.test(line))
  assert.deepEqual(codes(), ['refused values-do-not-fit t.n', 'consent offset-becomes-utc t.c'])
  assert.deepEqual(codes('tables: { t: { columns: { n: { on_error: quarantine } } } }'), [
    'consent offset-becomes-utc t.c',
    'warning values-quarantined t.n',
  ])
})
