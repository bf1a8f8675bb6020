/** An image becomes a new file that is the same database. */
import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { snapshotPath } from '../../../activities/artifacts.ts'
import { contentOf, execute, FileRun, newFolder, query } from './file-run.ts'

const SHOP = `
  CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE, vip BOOLEAN DEFAULT 0,
    shout TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL, CHECK (vip IN (0, 1)));
  CREATE TABLE orders (customer INTEGER REFERENCES customers(id) ON DELETE CASCADE, at TIMESTAMP, total NUMERIC, note);
  CREATE TABLE codes (kind TEXT, code TEXT, data BLOB, PRIMARY KEY (kind, code)) WITHOUT ROWID;
  CREATE TABLE exact (a INTEGER, b REAL, c TEXT) STRICT;
  CREATE INDEX orders_by_time ON orders (at DESC) WHERE total > 0;
  CREATE UNIQUE INDEX one_name ON customers (lower(name));
  CREATE VIEW big AS SELECT * FROM orders WHERE total > 10;
  CREATE VIEW bigger AS SELECT * FROM big WHERE total > 100;
  CREATE TRIGGER watch AFTER INSERT ON orders BEGIN UPDATE customers SET vip = 1 WHERE id = NEW.customer; END;
  INSERT INTO customers (id, name) VALUES (3, 'Änne'), (9007199254740993, 'x' || char(0) || 'y'), (-1, '');
  DELETE FROM sqlite_sequence; INSERT INTO sqlite_sequence VALUES ('customers', 9007199254740999);
  INSERT INTO orders (rowid, customer, at, total, note) VALUES (7, 3, '2024-01-01 00:00:00', 1e300, x'00ff'),
    (9, 3, NULL, 12.5, 9e999), (10, 99, 'no date', '007', 5), (11, 3, 1, 3.0, 5.0);
  WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
  INSERT INTO codes SELECT 'k' || i % 3, printf('%05d', i), zeroblob(i % 5) FROM n;
  INSERT INTO exact VALUES (1, 2, '3'), (NULL, 1e-7, char(13, 10));
`

test('tables, rows, indexes, views, triggers and counters are those of the image', async () => {
  const folder = newFolder()
  const run = new FileRun(folder, join(folder, 'new.db'), { how: { chunkRows: 300 } })
  const { failures, results } = await run.whole(SHOP)
  assert.deepEqual(failures, [])
  assert.deepEqual(results.map(({ name, verdict, read, written }) => [name, verdict, read, written]).sort(), [
    ['codes', 'equal', 2000, 2000],
    ['customers', 'equal', 3, 3],
    ['exact', 'equal', 2, 2],
    ['orders', 'equal', 4, 4],
  ])
  assert.deepEqual(contentOf(run.path), contentOf(snapshotPath(run.home, run.run)))
  assert.deepEqual(query(run.path, 'SELECT rowid FROM orders'), [[7n], [9n], [10n], [11n]])
  assert.deepEqual(query(run.path, 'SELECT seq FROM sqlite_sequence'), [[9007199254740999n]])
  assert.equal(statSync(run.path).mode & 0o777, 0o600)
  await run.takenBack()
  assert.equal(existsSync(run.path), false)
})

test('a lane that ends in the midst goes on, and no row is lost or doubled', async () => {
  const folder = newFolder()
  const run = new FileRun(folder, join(folder, 'new.db'), { how: { chunkRows: 100 } })
  await run.planned(SHOP)
  await run.opened()
  assert.equal((await run.copied(-1)).more, true)
  // As after a kill: the next attempt takes the run over with another epoch.
  await run.opened()
  assert.equal((await run.copied()).more, false)
  const { results } = await run.finished()
  assert.equal(
    results.every(({ verdict }) => verdict === 'equal'),
    true,
  )
  await run.closed()
  assert.deepEqual(contentOf(run.path), contentOf(snapshotPath(run.home, run.run)))
})

test('a changed row of the copy is found', async () => {
  const folder = newFolder()
  const run = new FileRun(folder, join(folder, 'new.db'))
  await run.planned(SHOP)
  await run.opened()
  await run.copied()
  execute(
    join(folder, `.new.db.longhaul-${run.run}`),
    'UPDATE orders SET total = total + 0.0 WHERE rowid = 9; UPDATE orders SET note = 5 WHERE rowid = 11',
  )
  const { results } = await run.finished()
  assert.equal(results.find(({ name }) => name === 'orders')!.verdict, 'different')
})

test('renamed tables and columns are renamed in all that speaks of them; what stands on tables left out goes', async () => {
  const folder = newFolder()
  const settings = { skip: false, columns: {} }
  const file = {
    file: 'plan.yaml',
    tables: {
      customers: { ...settings, target: 'people', columns: { name: { target: 'full_name' } } },
      orders: { ...settings, target: 'customers' },
    },
    ...{ exclude: ['codes'], accept: [], how: {}, positions: {} },
  }
  const run = new FileRun(folder, join(folder, 'new.db'))
  await run.planned(SHOP, file)
  await run.opened()
  await run.copied()
  const { failures, results } = await run.finished()
  assert.deepEqual(failures, [])
  assert.deepEqual(
    results.map(({ verdict }) => verdict),
    ['equal', 'equal', 'equal'],
  )
  await run.closed()
  assert.deepEqual(query(run.path, `SELECT count(*) FROM big`), [[2n]])
  assert.match(
    String(query(run.path, `SELECT sql FROM sqlite_schema WHERE name = 'watch'`)),
    /INSERT ON "customers".*UPDATE "people"/s,
  )
  assert.match(String(query(run.path, `SELECT sql FROM sqlite_schema WHERE name = 'one_name'`)), /full_name/)
  assert.deepEqual(query(run.path, `SELECT count(*) FROM sqlite_schema WHERE name = 'codes'`), [[0n]])
})
