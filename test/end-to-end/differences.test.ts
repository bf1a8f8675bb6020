/** What differs is found: which row, which column, and what each side has; seeded, one difference of each kind. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { UnequalRow } from '../../stores/digest/unequal-rows.ts'
import { openWorld } from './world.ts'

const world = await openWorld()

/** Declared type in SQLite, the value, and what a corruption makes of it in the target. */
const KINDS: Record<
  string,
  [declared: string, value: string, corrupted: string, source?: string, target?: string]
> = {
  boolean: ['BOOLEAN', '1', 'false', 'true', 'false'],
  integer: ['INTEGER', '41', '41 # 1', '41', '40'],
  bigint: ['BIGINT', '9007199254740993', '9007199254740992', '9007199254740993', '9007199254740992'],
  real: ['REAL', '0.1', '0.10000000000000002', '0.1', '0.10000000000000002'],
  decimal: ['DECIMAL(30,10)', "'1.5'", '1.5000000001', "'1.5'", "'1.5000000001'"],
  text: ['TEXT', "'a word'", "'a word '", "'a word'", "'a word '"],
  empty: ['TEXT', "''", 'NULL', "''", 'NULL'],
  blob: ['BLOB', "x'00ff'", "'\\x00fe'", "x'00ff'", "x'00fe'"],
  date: ['DATE', "'2024-02-29'", "'2024-03-01'", "'2024-02-29'", "'2024-03-01'"],
  moment: [
    'DATETIME',
    "'2024-01-02 03:04:05.000001'",
    "'2024-01-02 03:04:05.000002'",
    "'2024-01-02 03:04:05.000001'",
    "'2024-01-02 03:04:05.000002'",
  ],
  instant: [
    'DATETIME',
    "'2024-01-02 03:04:05.000001Z'",
    "'2024-01-02 03:04:05.000002Z'",
    "'2024-01-02 03:04:05.000001+00'",
    "'2024-01-02 03:04:05.000002+00'",
  ],
  clock: ['TIME', "'03:04:05'", "'03:04:05.000001'", "'03:04:05'", "'03:04:05.000001'"],
  uuid: [
    'UUID',
    "'0e37df36-f698-11e6-8dd4-cb9ced3df976'",
    "'0e37df36-f698-11e6-8dd4-cb9ced3df977'",
    "'0e37df36-f698-11e6-8dd4-cb9ced3df976'",
    "'0e37df36-f698-11e6-8dd4-cb9ced3df977'",
  ],
  address: ['INET', "'10.0.0.1'", "'10.0.0.3'", "'10.0.0.1'", "'10.0.0.3'"],
  // What JSON holds is not told: canonical JSON is no text that anybody wrote.
  json: ['JSON', `'{"a": [1, 2]}'`, `'{"a": [2, 1]}'`],
  single: ['REAL', '-0.5', '-0.50000000000000011', '-0.5', '-0.5000000000000001'],
  bit: ['TEXT', "'bit'", "'cit'", "'bit'", "'cit'"],
}
const kinds = Object.entries(KINDS)

const SOURCE = `
  CREATE TABLE kinds (id INTEGER PRIMARY KEY, ${kinds.map(([name, [declared]]) => `"${name}" ${declared}`).join(', ')});
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
    INSERT INTO kinds SELECT i, ${kinds.map(([, [, value]]) => value).join(', ')} FROM n;
  CREATE TABLE pairs (a TEXT, b INTEGER, v TEXT, PRIMARY KEY (b, a));
  INSERT INTO pairs VALUES ('x', 1, 'one'), ('x', 2, 'two'), ('y', 1, 'three'), ('y', 2, 'four'), ('z', 9, 'five');
  CREATE TABLE keyless (word TEXT);
  INSERT INTO keyless VALUES ('once'), ('twice'), ('twice'), ('gone');
  CREATE TABLE same (id INTEGER PRIMARY KEY, v TEXT);
  INSERT INTO same VALUES (1, 'v')`

/** One row of `kinds` for each column, far apart. */
const CORRUPT = [
  ...kinds.map(
    ([name, [, , corrupted]], i) => `UPDATE kinds SET "${name}" = ${corrupted} WHERE id = ${10 * (i + 1)}`,
  ),
  'DELETE FROM kinds WHERE id = 5',
  'INSERT INTO kinds (id) VALUES (777)',
  // Two values swapped: the same values, in other rows.
  "UPDATE pairs SET v = CASE a WHEN 'x' THEN 'three' ELSE 'one' END WHERE b = 1",
  "DELETE FROM keyless WHERE word = 'gone'",
  "INSERT INTO keyless VALUES ('once')",
].join(';\n')

test('check names each row and column that differs, in a file that only its owner reads', async () => {
  const source = world.source(SOURCE)
  const target = await world.target()
  const words = ['--from', `sqlite:${source}`, '--to', target.url]
  const copied = await world.run(['full', ...words])
  assert.equal(copied.status, 0, copied.all)
  await target.rows(CORRUPT)
  const ended = await world.run(['check', ...words])
  assert.equal(ended.status, 4, ended.all)
  const found = ended.out.replaceAll(/\s+/g, ' ')
  assert.match(
    found,
    /table "kinds": 1 row missing, 1 row too many, 17 rows with other values \(in "boolean", /,
  )
  assert.match(found, /table "pairs": 2 rows with other values \(in "v"\)/)
  assert.match(found, /table "keyless": 1 row missing, 1 row too many/)
  assert.doesNotMatch(found, /table "same"/)
  assert.doesNotMatch(ended.all, /a word|five|once/)

  const lists = listsBeside(ended.out)
  assert.deepEqual(lists.map(({ table }) => table).sort(), [
    'keyless',
    'keyless',
    ...Array.from({ length: kinds.length + 2 }, () => 'kinds'),
    'pairs',
    'pairs',
  ])
  const of = (table: string, kind: UnequalRow['kind']) =>
    lists
      .filter(row => row.table === table && row.kind === kind)
      .map(({ key, columns }) => ({ key, columns }))
  const byNumber = (a: { key?: string | undefined }, b: typeof a) =>
    Number(a.key!.slice(5)) - Number(b.key!.slice(5))
  assert.deepEqual(
    of('kinds', 'different').sort(byNumber),
    kinds.map(([name, [, , , source, target]], i) => ({
      key: `id = ${10 * (i + 1)}`,
      columns: [{ name, ...(source && { source }), ...(target && { target }) }],
    })),
  )
  assert.deepEqual(of('kinds', 'missing'), [{ key: 'id = 5', columns: [] }])
  assert.deepEqual(of('kinds', 'surplus'), [{ key: 'id = 777', columns: [] }])
  assert.deepEqual(
    of('pairs', 'different').sort((a, b) => (a.key! < b.key! ? -1 : 1)),
    [
      { key: "(b, a) = (1, 'x')", columns: [{ name: 'v', source: "'one'", target: "'three'" }] },
      { key: "(b, a) = (1, 'y')", columns: [{ name: 'v', source: "'three'", target: "'one'" }] },
    ],
  )
  assert.deepEqual(of('keyless', 'missing'), [
    { key: undefined, columns: [{ name: 'word', source: "'gone'" }] },
  ])
  assert.deepEqual(of('keyless', 'surplus'), [
    { key: undefined, columns: [{ name: 'word', target: "'once'" }] },
  ])
})

/** The lists that lie beside the report which a command names. */
function listsBeside(out: string): (UnequalRow & { table: string })[] {
  const folder = join(dirname(/(\S+report\.md)/.exec(out)![1]!), 'differences')
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    return readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
  })
}
