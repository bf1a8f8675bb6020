/** `check` on a part: rows of a condition, rows by chance, the ends of a run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorld } from './world.ts'

const world = await openWorld()

const SOURCE = `
  CREATE TABLE buyer (id INTEGER PRIMARY KEY, name TEXT);
  INSERT INTO buyer VALUES (1, 'a'), (2, 'b'), (3, 'c');
  CREATE TABLE item (shop TEXT, no INTEGER, buyer INTEGER REFERENCES buyer ON DELETE CASCADE, total INTEGER, PRIMARY KEY (shop, no));
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO item SELECT 'shop ' || (i % 7), i, 1 + i % 3, i FROM n;
  CREATE TABLE gone (shop TEXT);
  CREATE TABLE loose (word TEXT);
  INSERT INTO loose VALUES ('x'), ('x'), ('y');
  CREATE TRIGGER buried AFTER DELETE ON item BEGIN INSERT INTO gone VALUES (old.shop); END`

/** A copy of the source, and the words that name both. */
async function copied(name: string) {
  const source = world.source(SOURCE)
  const target = await world.target()
  const words = ['--from', `sqlite:${source}`, '--to', target.url]
  const ended = await world.run(['full', ...words, '--id', name])
  assert.equal(ended.status, 0, ended.all)
  return { target, words }
}

test('a condition leaves the other rows of a table out, on both sides', async () => {
  const { target, words } = await copied('part')
  await target.rows('UPDATE item SET total = -total WHERE no = 400')
  const where = (condition: string) =>
    world.run(['check', ...words, '--tables', 'item', '--where', condition])
  const equal = await where('no <= 300')
  assert.equal(equal.status, 0, equal.all)
  assert.match(equal.out, /300/)
  const unlike = await where("no > 300 AND shop LIKE 'shop %'")
  assert.equal(unlike.status, 4, unlike.all)
  assert.match(unlike.out, /1 row with other values \(in "total"\)/)
})

test('a condition that is none, or for no table, is told before anything is compared', async () => {
  const { words } = await copied('wrong')
  const nameless = await world.run(['check', ...words, '--where', 'no > 3'])
  assert.equal(nameless.status, 2, nameless.all)
  assert.match(nameless.all, /--tables/)
  for (const condition of ['amount > 3', 'true); DROP TABLE item; --', "no > 'x' COLLATE nope"]) {
    const ended = await world.run(['check', ...words, '--tables', 'item', '--where', condition])
    assert.equal(ended.status, 2, ended.all)
    assert.match(ended.all, /--where/)
  }
})

test('a sample is of rows that have a key, and says what it does not show', async () => {
  const { target } = await copied('spot')
  const equal = await world.run(['check', 'spot', '--sample', '2', '--json', '--id', 'spot-2'])
  assert.equal(equal.status, 0, equal.all)
  const { tables } = JSON.parse(equal.out) as { tables: { name: string; read: number; counted: number }[] }
  const counts = Object.fromEntries(tables.map(({ name, read, counted }) => [name, [read, counted]]))
  assert.deepEqual(counts, { item: [2, 2], buyer: [2, 2], loose: [3, 3], gone: [0, 0] })
  const report = await world.run(['report', 'spot-2', '--format', 'markdown'])
  assert.match(report.out, /Rows besides the 2 of each table/)
  await target.rows('UPDATE item SET total = total + 1')
  const unlike = await world.run(['check', 'spot', '--sample', '20'])
  assert.equal(unlike.status, 4, unlike.all)
  assert.match(unlike.out, /20 rows with other values/)
})

test('a run is checked again by its name, with its own plan file', async () => {
  const { target } = await copied('again')
  const equal = await world.run(['check', 'again'])
  assert.equal(equal.status, 0, equal.all)
  await target.rows('DELETE FROM buyer WHERE id = 2 AND false; UPDATE buyer SET name = NULL WHERE id = 2')
  const unlike = await world.run(['check', 'again', '--tables', 'buyer'])
  assert.equal(unlike.status, 4, unlike.all)
  assert.match(unlike.out, /table "buyer": 1 row with other values \(in "name"\)/)
  const both = await world.run(['check', 'again', '--to', target.url])
  assert.equal(both.status, 2, both.all)
})

test('what would come back to SQLite as it was, and which columns would not, and why', async () => {
  const source = world.source(`
    CREATE TABLE exact (id INTEGER PRIMARY KEY, t TEXT, r REAL, d DECIMAL(9,2), b BLOB, ok BOOLEAN, day DATE, at DATETIME,
                        n NUMERIC, big BIGINT, u UUID);
    INSERT INTO exact VALUES
      (1, 'a ', 0.1, 1.5, x'00ff', 1, '2024-02-29', '2024-01-02 03:04:05.000001', 7, 9007199254740993,
       '0e37df36-f698-11e6-8dd4-cb9ced3df976'),
      (2, '', -0.5, 2, x'', 0, '0001-01-01', '9999-12-31 23:59:59', 1.25, -9223372036854775808, NULL),
      (3, NULL, 1e300, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    CREATE TABLE spelled (id INTEGER PRIMARY KEY, at DATETIME, same TEXT, data JSON, u UUID);
    INSERT INTO spelled VALUES
      (1, '2024-01-02T03:04:05', 'x', '{"b": 1, "a": 2}', '0E37DF36-F698-11E6-8DD4-CB9CED3DF976'),
      (2, '2024-01-02 03:04:05', 'y', '[]', '0e37df36-f698-11e6-8dd4-cb9ced3df976')`)
  const target = await world.target()
  const words = ['--from', `sqlite:${source}`, '--to', target.url]
  const ended = await world.run(['full', ...words, '--id', 'trip'])
  assert.equal(ended.status, 0, ended.all)
  const exact = await world.run(['check', 'trip', '--round-trip', '--tables', 'exact'])
  assert.equal(exact.status, 0, exact.all)
  const spelled = await world.run(['check', 'trip', '--round-trip'])
  assert.equal(spelled.status, 4, spelled.all)
  const found = spelled.out.replaceAll(/\s+/g, ' ')
  for (const column of ['at', 'data', 'u'])
    assert.match(found, new RegExp(`table "spelled": "${column}" would not come back as it was: \\w+`))
  assert.doesNotMatch(found, /table "exact"|"same"/)
})
